"""Every page with something in every part of it can be used by everybody: axe-core by day and night, a phone of 320 px.

The home is the ordinary one of `docs/pictures/`, with what is rare added; each address of the site must be among those
that are looked at here, so that a new page is tried as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docs.pictured_homes import LOG, UNKNOWN, Pictured, ordinary
from kb import KnowledgeBase
from kb.doors.web.pages.inbox import SHOWS
from kb.doors.web.site import PAGES
from tests.doors.conftest import served
from tests.web.browser import chromium, is_too_wide, violations
from tests.web.conftest import ADMIN
from tests.web.test_in_browser import LOOKS, Person

pytestmark = [pytest.mark.full, pytest.mark.slow]
NO_PAGES = {
    "/incidents/{incident_id}/stream",
    "/incidents/{incident_id}/draft.md",
    "/audit.csv",
    "/sign-in/there",
    "/sign-in/out",
}
"""Addresses that answer with a stream, a file, or the way to somewhere else."""
LONG = "a-name-that-nobody-can-break-" + "x" * 120


@dataclass(frozen=True)
class Everything:
    """The home, served to this machine and to who signs in, and ids of it."""

    home: Path
    url: str
    guarded_url: str
    pictured: Pictured
    over: str
    proposal: str
    duplicate: str
    sibling: str


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Everything]:
    del browser  # where there is none, nothing need be filled
    home = tmp_path_factory.mktemp("everything") / "home"
    pictured = ordinary(home)
    with KnowledgeBase.open(home, actor="mara") as kb:
        sibling = _rare(kb, pictured)
        over = next(one.id for one in kb.incidents.recent() if one.title.startswith("Replicas"))
        found = {one.proposal.kind: one.proposal.id for one in kb.proposals.list()}
    with served(home) as (url, _), served(home, KB_TOKEN=ADMIN) as (guarded, _):
        yield Everything(
            home,
            url.removesuffix("/mcp"),
            guarded.removesuffix("/mcp"),
            pictured,
            over,
            found["pattern"],
            found["merge"],
            sibling,
        )


def _rare(kb: KnowledgeBase, pictured: Pictured) -> str:
    """What an ordinary home need not have: all states of a cause, a merged incident, names without an end, siblings."""
    incident = pictured.incident
    kb.incidents.hypothesise("the pool is too small", "confirmed", ["40 of 40 in use"], incident_id=incident)
    kb.incidents.log(LONG, incident_id=incident)
    kb.incidents.add_action_item(LONG, LONG, "2027-01-01", incident_id=incident)
    kb.incidents.review(["seen early"], ["told late"], ["pools"], incident_id=incident)
    kb.incidents.merge(kb.incidents.open("Checkout is slow", service="checkout").id, incident)
    kb.incidents.open(LONG, service=LONG, alert=LONG * 3, impact=LONG)
    kb.changes.record("deployment", "checkout", "production", version=LONG, summary=LONG, result="failed")
    kb.memory_append("learned/service_quirks", "services.checkout.quirks", {"name": "slow in frost"})
    for cause in ("rust", "a gull in its gears"):
        sibling = kb.learn_pattern(
            f"crane 9 of the quay is stuck {LONG}",
            f"{cause}\n\n| a | b |\n|---|---|\n| {LONG} | 1 |\n\n    {LONG}",
            "oil it",
            [f"kubectl {LONG}"],
            check=f"look for {cause}",
            warning="never pull",
        ).id
    kb.record_outcome(sibling, "resolved", verified_by="noor", note=LONG)
    kb.moves.set_status(sibling, "active", "seen by the diver")
    kb.healthy.add(["INFO berth 3 is open"], "a quiet Sunday")
    for number in range(3):
        kb.check_known_issues(f"FATAL {LONG}-{number} nobody knows {number}", service=LONG)
    return sibling


Act = Callable[[Any], None]


def _seen(everything: Everything) -> Iterator[tuple[str, Act]]:
    """Each address, and what is done there before it is looked at."""
    one, incident = everything.sibling, everything.pictured.incident
    yield "/", lambda _: None
    for text in (
        LOG,
        "connection pool exhausted",
        f"FATAL crane 9 of the quay is stuck {LONG}",
        UNKNOWN,
        " ",
    ):
        yield "/", _asking(text)
    yield from ((f"/inbox?show={show}", lambda _: None) for show in SHOWS)
    for path in (
        "/search",
        "/search?q=database&kind=runbook&severity=SEV2",
        "/search?since=never",
        "/incidents",
        "/incidents?severity=SEV1&state=open&service=checkout",
        "/incidents?severity=high",
        f"/incidents/{incident}",
        f"/incidents/{incident}?similar=1&all=1&done=update",
        f"/incidents/{everything.over}?done=resolution",
        f"/incidents/{incident}/draft",
        f"/incidents/{incident}/split",
        "/incidents/incident-none",
        "/services",
        "/services/checkout",
        "/services/none",
        "/unknowns",
        "/unknowns?new=1&order=oldest",
        "/review",
        "/review?days=365",
        "/review?until=2020-01-01",
        "/review/records?what=lookups",
        "/review/records?what=outcomes",
        f"/inbox/proposals/{everything.proposal}",
        f"/inbox/proposals/{everything.duplicate}",
        f"/inbox/entries/{one}",
        f"/entries/{one}?near=1&done=resolved",
        f"/entries/{everything.pictured.entry}?near=1",
        f"/entries/{everything.over}",
        "/entries/none-0",
        f"/entries/{one}/edit",
        "/learn",
        "/health?check=yes",
        "/audit",
        "/audit?what=lookup",
        "/audit?since=never",
        f"{everything.guarded_url}/sign-in?out=yes",
        f"{everything.guarded_url}/sign-in/back?state=x",
    ):
        yield path, lambda _: None
    yield f"/entries/{one}/edit", _editing
    yield "/learn", _learning
    yield f"/inbox/proposals/{everything.proposal}", _accepting_nothing
    yield "/incidents", _opening_nothing
    yield f"{everything.guarded_url}/sign-in", _mistaken


def _asking(text: str) -> Act:
    def ask(page: Any) -> None:
        page.fill("#error_text", text)
        page.click("button.main")
        page.wait_for_selector(".answer, [role=alert]")

    return ask


def _editing(page: Any) -> None:
    page.fill("[name=field-pattern]", "berth 3 is open")
    page.click("button.main")
    page.wait_for_selector(".tried .wrong")


def _learning(page: Any) -> None:
    page.fill("[name=pattern]", "checkpoint 12 rejected, epoch is behind")
    page.click("button:has-text('Try it')")
    page.wait_for_selector(".rehearsal")


def _accepting_nothing(page: Any) -> None:
    page.click("button.main")
    page.wait_for_selector(".wrong")


def _opening_nothing(page: Any) -> None:
    page.click("summary:has-text('Open an incident')")
    page.eval_on_selector("[name=title]", "(one) => { one.required = false; }")
    page.click("text=Open it")
    page.wait_for_selector(".open-one .wrong")


def _mistaken(page: Any) -> None:
    page.fill("[name=token]", "no-such-token")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wrong")


_UNFOLD = (
    "document.querySelectorAll('details').forEach((one) => { one.removeAttribute('name'); one.open = true; })"
)


@pytest.mark.parametrize("look", ["light", "phone"])
def test_every_page_with_all_of_its_parts_can_be_used_by_everybody(
    browser: Any, everything: Everything, look: str
):
    someone = Person(browser, everything.url, **LOOKS[look])
    found = {}
    for number, (path, act) in enumerate(_seen(everything)):
        someone.page.goto(path)
        someone.page.wait_for_selector(".soon", state="hidden")
        act(someone.page)
        narrow = is_too_wide(someone.page)
        someone.page.evaluate(_UNFOLD)
        found[f"{number} {path}"] = (violations(someone.page), narrow or is_too_wide(someone.page))
        if look == "light":  # by night it differs in its colours alone
            someone.page.emulate_media(color_scheme="dark")
            found[f"{number} {path} by night"] = (violations(someone.page, "color-contrast"), False)
            someone.page.emulate_media(color_scheme="light")
    someone.context.close()

    assert {path: wrong for path, wrong in found.items() if wrong != ([], False)} == {}


def test_every_page_of_the_site_is_looked_at(everything: Everything):
    looked_at = {re.sub(r"^https?://[^/]+", "", path).split("?")[0] for path, _ in _seen(everything)}

    missing = {
        one.path
        for one in PAGES
        if one.method == "GET"
        and one.path not in NO_PAGES
        and not any(re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", one.path), path) for path in looked_at)
    }

    assert missing == set()


def test_everything_that_can_be_pressed_is_reached_by_the_keyboard(browser: Any, everything: Everything):
    someone = Person(browser, everything.url)
    unreached = {}
    for number, (path, act) in enumerate(_seen(everything)):
        someone.page.goto(path)
        someone.page.wait_for_selector(".soon", state="hidden")
        act(someone.page)
        if wrong := someone.page.evaluate(_UNREACHED):
            unreached[f"{number} {path}"] = wrong
    someone.context.close()

    assert unreached == {}


_UNREACHED = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea, [role=button]")]
    .filter((one) => one.type !== "hidden" && one.checkVisibility() && (one.tabIndex < 0 || one.disabled
        || !one.matches("a[href], button, input, select, summary, textarea")))
    .map((one) => one.outerHTML.slice(0, 120))"""
