"""`docs/pictures/`: what the page looks like, in light, dark and on a phone: `python -m docs.screenshots [NAME …]`.

A home is made anew in a temporary folder, from `examples/` and from what stands here (all of it invented), and served;
Debian's Chromium looks at each page: those of the navigation, and those below that show one thing.  Pictures are WebP,
each below `MOST` bytes; `docs/web.md` shows them.  With names, only those are made anew.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from kb import KnowledgeBase
from kb.doors.web.site import PAGES

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
MOST = 60_000
"""Bytes of a picture."""
FOLDERS = ("postmortems", "runbooks", "known-errors", "troubleshooting", "alerts", "memory")
WIDE, PHONE = {"width": 1200, "height": 820}, {"width": 390, "height": 760}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True, "has_touch": True},
}
LEARNED = "checkpoint 40817 rejected by 10.2.0.14, epoch is behind"
LOG = f"""\
09:14:19 INFO replicator-7f9c6d5b8-x2x4q checkpoint 40815 accepted by 10.2.0.14
09:14:20 INFO replicator-7f9c6d5b8-x2x4q checkpoint 40816 accepted by 10.2.0.14
09:14:22 ERROR replicator-7f9c6d5b8-x2x4q {LEARNED}
09:14:22 WARN replicator-7f9c6d5b8-x2x4q pausing for 30 s
"""
UNKNOWN = "09:31:07 ERROR settle ledger page 114 has no successor, closing the book"


@dataclass(frozen=True)
class Shown:
    """One picture: which page, and what is done on it before it is taken."""

    name: str
    path: str
    then: Callable[[Any], None] = lambda _: None


@dataclass(frozen=True)
class Filled:
    """What the home of the pictures has: an entry with a record, an incident that goes on."""

    entry: str
    incident: str


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


def shown(filled: Filled) -> Iterator[Shown]:
    """Every page."""
    yield Shown("ask", "/")
    yield Shown("answer", "/", ask(LOG))
    yield Shown("several-causes", "/", ask("connection pool exhausted"))
    yield Shown("learn", "/", learn)
    yield Shown("search", "/search?q=database")
    yield Shown("entry", f"/entries/{filled.entry}")
    paths = {one.path: one for one in PAGES if one.method == "GET"}
    for path, one in paths.items():
        if one.nav and path not in ("/", "/search"):
            yield Shown(path.strip("/").replace("/", "-"), path)
    for noun, name in (("incident", filled.incident), ("service", "checkout")):
        if any(re.fullmatch(rf"/{noun}s/\{{[\w:]+\}}", path) for path in paths):
            yield Shown(noun, f"/{noun}s/{name}")


def fill(home: Path) -> Filled:
    """A home as it is after some weeks."""
    kb("init", str(home))
    kb("ingest", *(f"examples/{name}" for name in FOLDERS), home=home)
    with KnowledgeBase.open(home, actor="mara") as base:
        learned = base.learn_pattern(
            LEARNED,
            "A replica came back from a backup with its old epoch",
            "Empty its data folder and let it join again",
            ["replicactl status", "replicactl rejoin --wipe"],
            check="Was a replica restored from a backup today?",
            services=["replicator"],
        )
        for result, note in (
            ("resolved", "joined after two minutes"),
            ("failed", "the disk was full as well"),
            ("resolved", "again after the restore of Monday"),
        ):
            found = base.check_known_issues(LOG, service="replicator")
            base.record_outcome(learned.id, result, found.lookup_id, verified_by="noor", note=note)
        for _ in range(2):
            base.check_known_issues(UNKNOWN, service="settle")
        incident = base.incidents.open("Checkout answers slowly", service="checkout", severity="SEV2").id
        base.incidents.note("the pool of connections is at its limit")
        return Filled(learned.id, incident)


def kb(*words: str, home: Path | None = None) -> None:
    """A command, which must succeed."""
    environment = {**os.environ, **({"KB_HOME": str(home)} if home else {})}
    subprocess.run(
        [sys.executable, "-m", "kb", *words], cwd=ROOT, env=environment, check=True, capture_output=True
    )


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
    for quality in (80, 65, 50, 35, 20):
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
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        filled = fill(home)
        with served(home) as url, browser() as chromium:
            pictures = [one for one in shown(filled) if not wanted or one.name in wanted]
            if unknown := wanted - {one.name for one in pictures}:
                raise SystemExit(f"there is no picture {', '.join(sorted(unknown))}")
            for look, options in LOOKS.items():
                context = chromium.new_context(**options)
                page = context.new_page()
                for one in pictures:
                    file = PICTURES / f"{one.name}-{look}.webp"
                    file.write_bytes(take(page, url, one, home))
                    print(f"{file.relative_to(ROOT)} {file.stat().st_size:,} bytes")
                context.close()
    show()
    return 0


_SECTION = "## How it looks\n"


def show() -> None:
    """Let `docs/web.md` show the pictures that are there."""
    page = ROOT / "docs" / "web.md"
    text, _, _ = page.read_text(encoding="utf-8").partition(_SECTION)
    names = sorted({file.stem.rpartition("-")[0] for file in PICTURES.glob("*.webp")})
    rows = [
        "| " + " | ".join([name.replace("-", " "), *(_picture(name, look) for look in LOOKS)]) + " |"
        for name in names
    ]
    head = [
        _SECTION,
        "Made by `python -m docs.screenshots`, of an invented home.\n",
        "| page | light | dark | phone |",
        "|---|---|---|---|",
    ]
    page.write_text(text + "\n".join([*head, *rows, ""]), encoding="utf-8")


def _picture(name: str, look: str) -> str:
    file = f"pictures/{name}-{look}.webp"
    return f"[![{name.replace('-', ' ')}, {look}]({file})]({file})"


if __name__ == "__main__":
    sys.exit(main())
