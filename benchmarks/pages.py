"""The page: how soon it is there, what it weighs, what an answer takes, and what open pages cost those who ask.

`python -m benchmarks.pages [--home FOLDER] [--rounds 15]` starts `kb serve` on a copy of the home (`benchmarks.scale
--home` makes large ones; else a new one) and looks at every page of the navigation, an entry and an incident in
Debian's Chromium; a line of plain text is their peer, and shows what the browser alone takes on this machine.  Told
are, of each page, the median time to its first contentful paint and the bytes that a browser without a cache is sent;
then the median time of a line that is asked by the page beside the same by the API, in turns; and the median of a
lookup while ten pages of ours are open beside that while ten empty ones are, in turns.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from kb import KnowledgeBase
from kb.doors.web.form import PROOF
from kb.doors.web.site import PAGES
from kb.starter import make_home
from tests.doors.conftest import served
from tests.web.browser import chromium

LINE = "FATAL: remaining connection slots are reserved for berth {}"
_PAINT = "first-contentful-paint"
OPEN = 10
"""Pages that are open beside the lookups."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--home", type=Path)
    options.add_argument("--rounds", type=int, default=15)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        if given.home:
            shutil.copytree(given.home, home)
        else:
            make_home(home)
        paths = prepared(home)
        with served(home) as (address, _), chromium() as browser:
            url = address.removesuffix("/mcp")
            floor, _ = looked_at(browser, f"{url}/healthz", given.rounds)
            print(f"{'(a line of plain text, by the same server)':<60} painted {floor:4.0f} ms", flush=True)
            for path in paths:
                painted, sent = looked_at(browser, url + path, given.rounds)
                print(f"{path[:60]:<60} painted {painted:4.0f} ms, {sent / 1000:6.1f} kB", flush=True)
            by_page, by_api = in_turns(asking(url, by_page=True), asking(url, by_page=False), given.rounds)
            print(f"a pasted line: {by_page:.0f} ms, {by_page - by_api:.0f} more than a lookup by the API")
            print_open_pages(browser, url, paths[-1], given.rounds)


def prepared(home: Path) -> list[str]:
    """The addresses that are looked at; the last one is an incident that goes on."""
    with KnowledgeBase.open(home) as kb:
        print(f"{sum(kb.counts().values()):,} entries")
        entry = kb.learn_pattern(LINE.format(7), "the pool is too large", "lower it").id
        incident = kb.incidents.open("no berth answers", service="harbour", severity="SEV2")
        for number in range(30):
            kb.incidents.log(f"looked at berth {number}", "nothing", incident.id)
    return [
        *(one.path for one in PAGES if one.nav),
        "/search?q=connection+slots",
        f"/entries/{entry}",
        f"/incidents/{incident.id}",
    ]


def looked_at(browser: Any, url: str, rounds: int) -> tuple[float, float]:
    """Milliseconds to the first contentful paint, median, and bytes sent; nothing is in a cache."""
    paints, sizes = list[float](), list[int]()
    for _ in range(rounds):
        context = browser.new_context()
        page = context.new_page()
        answered = list[Any]()
        page.on("requestfinished", lambda one, answered=answered: answered.append(one))
        page.goto(url, wait_until="load")
        paints.append(_first_paint(page))
        sizes.append(sum(map(_weight, answered)))
        context.close()
    return statistics.median(paints), statistics.median(sizes)


def _first_paint(page: Any) -> float:
    """Milliseconds from the request to the first text or picture.  (The page's policy forbids Playwright to wait.)"""
    while not (found := page.evaluate(f"performance.getEntriesByName('{_PAINT}').map(one => one.startTime)")):
        time.sleep(0.01)
    return float(found[0])


def _weight(request: Any) -> int:
    sizes = request.sizes()
    return int(sizes["responseBodySize"] + sizes["responseHeadersSize"])


def asking(url: str, *, by_page: bool) -> Callable[[], float]:
    """What asks a line that nobody asked before, and tells the milliseconds that the answer took."""
    client = httpx2.Client(base_url=url, timeout=120)
    proof = _proof(client.get("/").text)
    asked = iter(range(10_000_000, 99_999_999, 2 if by_page else 3))

    def ask() -> float:
        line, began = LINE.format(next(asked)), time.perf_counter()
        if by_page:
            answer = client.post("/", data={"error_text": line, **proof}, headers={"Origin": url})
        else:
            answer = client.post("/api/v1/check", json={"error_text": line})
        took = 1000 * (time.perf_counter() - began)
        assert answer.status_code == 200, answer.text[:500]
        return took

    return ask


def _proof(html: str) -> dict[str, str]:
    """The field of a form that shows that it is one of ours."""
    found = re.search(rf'name="{PROOF}" value="([^"]+)"', html)
    assert found, "the page has no form"
    return {PROOF: found[1]}


def in_turns(one: Callable[[], float], other: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The medians of two, asked in turns."""
    one(), other()
    taken = [(one(), other()) for _ in range(rounds * 3)]
    return statistics.median(pair[0] for pair in taken), statistics.median(pair[1] for pair in taken)


def print_open_pages(browser: Any, url: str, incident: str, rounds: int) -> None:
    ask, alone, beside = asking(url, by_page=False), list[float](), list[float]()
    for _ in range(3):
        with pages_open(browser, ["about:blank"]):
            alone += [ask() for _ in range(3 * rounds)]
        with pages_open(browser, [url, url + incident]):
            beside += [ask() for _ in range(3 * rounds)]
    ratio = statistics.median(beside) / statistics.median(alone)
    print(f"a lookup while {OPEN} pages are open: {ratio:.2f} x the time")


@contextmanager
def pages_open(browser: Any, addresses: Sequence[str]) -> Iterator[None]:
    """Ten pages at these addresses, and the time until they have nothing more to do."""
    context = browser.new_context()
    for number in range(OPEN):
        context.new_page().goto(addresses[number % len(addresses)], wait_until="load")
    time.sleep(3)
    yield
    context.close()


if __name__ == "__main__":
    main()
