"""A real browser, Debian's Chromium, driven by Playwright; axe-core tells what cannot be used without eyes or hands.

Where one of the three is missing, the tests that need them skip, and say what to install.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, started; contexts of it are people."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup")
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip(
            "no browser: chromium is not installed; on Debian: apt-get install chromium (make browser)"
        )
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Any, *rules: str) -> list[str]:
    """What axe-core finds wrong with the page as it is shown now, a line each; of all rules, else of those named."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed: make setup")
    page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text())
    found = page.evaluate("(rules) => axe.run(rules.length ? {runOnly: rules} : {})", list(rules))[
        "violations"
    ]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def is_too_wide(page: Any) -> bool:
    """Whether the page must be moved sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
