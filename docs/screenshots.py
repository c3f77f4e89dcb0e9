"""`docs/pictures/`: what the page looks like, in light, dark and on a phone: `python -m docs.screenshots [NAME …]`.

Homes are made anew in a temporary folder (`docs.pictured_homes`: a new one, an ordinary one, a large one) and served;
Debian's Chromium looks at each page: those of the navigation, and those below that show one thing.  Pictures are WebP,
each below `MOST` bytes; `docs/web.md` shows them.  With names of homes or of pages, only those are made anew.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from docs.pictured_homes import LOG, ROOT, UNKNOWN, Pictured, empty, large, ordinary
from kb.doors.web.site import PAGES

PICTURES = ROOT / "docs" / "pictures"
MOST = 38_000
"""Bytes of a picture."""
WIDE, PHONE = {"width": 1120, "height": 740}, {"width": 390, "height": 760}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True, "has_touch": True},
}
HOMES: Mapping[str, Callable[[Path], Pictured]] = {"empty": empty, "ordinary": ordinary, "large": large}
"""By name, in the order of `docs/web.md`, how each home is made."""


@dataclass(frozen=True)
class Shown:
    """One picture: which page, and what is done on it before it is taken."""

    name: str
    path: str
    then: Callable[[Any], None] = lambda _: None


def ask(text: str) -> Callable[[Any], None]:
    """Paste a text, and wait for the answer."""

    def do(page: Any) -> None:
        page.fill("#error_text", text)
        page.click("button.main")
        page.wait_for_selector(".answer")

    return do


def learn(page: Any) -> None:
    """Ask what nobody knows, and try what somebody found out."""
    ask(UNKNOWN)(page)
    page.click(".learn summary")
    page.fill(".learn [name=meaning]", "The page before was written by a version without successors")
    page.fill(".learn [name=fix]", "Rebuild the index of the book")
    page.click(".learn button")
    page.wait_for_selector(".rehearsal")


def edit(page: Any) -> None:
    """Try what an edit would do."""
    page.fill("[name=field-pattern]", "checkpoint 40817 rejected, epoch is behind")
    page.click("button.main")
    page.wait_for_selector(".tried")


def similar(page: Any) -> None:
    """Wait for what is like it."""
    page.wait_for_selector("#alike:has-text('Look again')")


def first_of(waiting: str) -> Callable[[Any], None]:
    """Go to the first of those that wait for a decision."""

    def do(page: Any) -> None:
        page.click(f".waiting a[href^='{waiting}']")
        page.wait_for_selector(".diff")

    return do


def shown(name: str, home: Pictured) -> Iterator[Shown]:
    """Every page of a home that shows something there which it does not show elsewhere."""
    yield from (one for one in _shown(home) if one.name not in _LEFT_OUT[name])


_OF_REVIEWERS = ("proposal", "decide", "records", "split", "audit")
_LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "empty": ("several-causes", "learn", "draft", "edit", *_OF_REVIEWERS),
    "ordinary": (),
    "large": ("ask", "several-causes", "learn", "draft", "edit", *_OF_REVIEWERS),
}


def _shown(home: Pictured) -> Iterator[Shown]:
    yield Shown("ask", "/")
    if home.entry:
        yield Shown("answer", "/", ask(LOG))
    yield Shown("several-causes", "/", ask("connection pool exhausted"))
    yield Shown("learn", "/", learn)
    yield Shown("search", f"/search?q={home.words}")
    for path in dict.fromkeys(one.path for one in PAGES if one.nav and one.path not in ("/", "/search")):
        yield Shown(path.strip("/"), path)
    if home.entry:
        yield Shown("entry", f"/entries/{home.entry}")
        yield Shown("edit", f"/entries/{home.entry}/edit", edit)
        yield Shown("incident", f"/incidents/{home.incident}", similar)
        yield Shown("draft", f"/incidents/{home.incident}/draft")
        yield Shown("service", f"/services/{home.service}")
    yield Shown("proposal", "/inbox", first_of("/inbox/proposals/"))
    yield Shown("decide", "/inbox?show=unverified", first_of("/inbox/entries/"))
    yield Shown("records", "/review/records?what=outcomes&days=90")
    yield Shown("split", f"/incidents/{home.incident}/split")
    yield Shown("audit", "/audit")


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The page of the home, and its address."""
    environment = {**os.environ, "KB_HOME": str(home)}
    command = [sys.executable, "-m", "kb", "web", "--port", "0", "--no-open", "--json"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            said = ""
            while not said.rstrip().endswith("}"):
                line = process.stdout.readline()
                if not line:
                    raise SystemExit(f"kb web did not start: {said}")
                said += line
            yield str(json.loads(said)["url"])
        finally:
            process.terminate()


@contextmanager
def browser() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise SystemExit("no browser: chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as started:
        one = started.chromium.launch(
            executable_path=found, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        try:
            yield one
        finally:
            one.close()


def small(png: bytes) -> bytes:
    """The picture as WebP, below `MOST`: as good as fits."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in (60, 48, 36, 26, 16, 10):
        made = io.BytesIO()
        picture.save(made, "WEBP", quality=quality, method=6)
        if made.tell() < MOST:
            return made.getvalue()
    raise SystemExit(f"a picture has {made.tell()} bytes at the least, and {MOST} are the most")


_RENAME = """([said, instead]) => {
    const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (all.nextNode()) all.currentNode.data = all.currentNode.data.replaceAll(said, instead);
}"""


def take(page: Any, url: str, one: Shown, home: Path) -> bytes:
    """One picture; where the home lies is no part of it."""
    page.goto(f"{url.rstrip('/')}{one.path}")
    one.then(page)
    page.wait_for_load_state("networkidle")
    page.evaluate(_RENAME, [str(home), "/srv/kb"])
    page.evaluate("scrollTo(0, 0)")
    return small(page.screenshot())


def main() -> int:
    """Make the pictures that were named, else all; says how large each is."""
    wanted = set(sys.argv[1:])
    PICTURES.mkdir(exist_ok=True)
    with browser() as chromium:
        made = sum(pictured(name, wanted, chromium) for name in HOMES if not wanted & {*HOMES} - {name})
    if not made:
        raise SystemExit(f"there is no picture {', '.join(sorted(wanted))}")
    print(f"{sum(file.stat().st_size for file in PICTURES.iterdir()):,} bytes in all")
    show()
    return 0


def pictured(name: str, wanted: set[str], chromium: Any) -> int:
    """The pictures of one home, those that are wanted; how many."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        wanted -= {*HOMES}
        pictures = [one for one in shown(name, HOMES[name](home)) if not wanted or one.name in wanted]
        with served(home) as url:
            for look, options in LOOKS.items():
                context = chromium.new_context(**options)
                page = context.new_page()
                for one in pictures:
                    file = PICTURES / f"{name}-{one.name}-{look}.webp"
                    file.write_bytes(take(page, url, one, home))
                    print(f"{file.relative_to(ROOT)} {file.stat().st_size:,} bytes", flush=True)
                context.close()
        return len(pictures)


_SECTION = "## How it looks\n"


def show() -> None:
    """Let `docs/web.md` show the pictures that are there."""
    page = ROOT / "docs" / "web.md"
    text, _, _ = page.read_text(encoding="utf-8").partition(_SECTION)
    tables = [line for home in HOMES for line in _table(home)]
    page.write_text(text + "\n".join([_SECTION, _TOLD, *tables]), encoding="utf-8")


_TOLD = "Made by `python -m docs.screenshots`, of three homes in which all is invented."
_TITLES = {"empty": "A new home", "ordinary": "After some weeks", "large": "After some years"}


def _table(home: str) -> Iterator[str]:
    names = sorted(
        {file.stem.split("-", 1)[1].rpartition("-")[0] for file in PICTURES.glob(f"{home}-*.webp")}
    )
    yield f"\n### {_TITLES[home]}\n\n| page | light | dark | phone |\n|---|---|---|---|"
    for name in names:
        yield (
            "| "
            + " | ".join([name.replace("-", " "), *(_picture(home, name, look) for look in LOOKS)])
            + " |"
        )
    yield ""


def _picture(home: str, name: str, look: str) -> str:
    file = f"pictures/{home}-{name}-{look}.webp"
    return f"[![{name.replace('-', ' ')}, {look}]({file})]({file})"


if __name__ == "__main__":
    sys.exit(main())
