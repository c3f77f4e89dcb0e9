"""Incidents, services and unknowns in a real browser: live with several at once, by keyboard, on a phone, at night."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from tests.conftest import ROOT
from tests.doors.conftest import connected, environment
from tests.web.browser import chromium, is_too_wide, violations
from tests.web.conftest import RESPOND, WRITE
from tests.web.test_in_browser import LOOKS, Person

pytestmark = [pytest.mark.full, pytest.mark.slow]
SECONDS = 10_000
"""Milliseconds within which what others do is seen; it takes one or two of these thousands."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def person(browser: Any, open_url: str) -> Iterator[Person]:
    someone = Person(browser, open_url, timezone_id="Asia/Tokyo")
    yield someone
    someone.context.close()
    assert someone.mistakes == []


def opened(home: Path, title: str, **more: Any) -> str:
    with KnowledgeBase.open(home, actor="pager") as kb:
        return kb.incidents.open(title, **more).id


def sign_in(someone: Person, path: str, token: str) -> None:
    someone.page.goto(path)
    someone.page.fill("[name=token]", token)
    someone.page.keyboard.press("Enter")
    someone.page.wait_for_url(f"**{path}")


def sees(someone: Person, text: str) -> None:
    someone.page.wait_for_selector(f".timeline li:has-text('{text}')", timeout=SECONDS)


def test_two_people_an_agent_and_a_terminal_on_one_incident_see_each_others_steps(
    browser: Any, guarded_url: str, web_home: Path
):
    one = opened(web_home, "sluice 4 does not close", service="sluice", severity="SEV2")
    noor, mara = Person(browser, guarded_url), Person(browser, guarded_url)
    sign_in(noor, f"/incidents/{one}", RESPOND)
    sign_in(mara, f"/incidents/{one}", WRITE)
    for someone in (noor, mara):
        someone.page.wait_for_selector(".live.on")

    noor.page.click("button:has-text('I am on it')")
    sees(mara, "Acknowledged")
    assert "noor, since" in mara.page.inner_text("[data-part=head]")
    assert mara.page.query_selector("button:has-text('I am on it')") is None

    mara.page.click("summary:has-text('Possible cause')")
    mara.page.fill("#do-cause [name=text]", "a log in the gate")
    mara.page.click("#do-cause button:has-text('Suspect it')")
    noor.page.wait_for_selector(".causes.unchecked:has-text('a log in the gate')", timeout=SECONDS)

    headers = {"Authorization": f"Bearer {WRITE}"}
    with agent_at(guarded_url, headers) as agent:
        agent.call(
            "incident_hypothesise",
            text="a log in the gate",
            status="confirmed",
            evidence="seen by the camera",
            incident_id=one,
        )
    for someone in (noor, mara):
        someone.page.wait_for_selector(".causes.known:has-text('seen by the camera')", timeout=SECONDS)

    command = [
        sys.executable,
        "-m",
        "kb",
        "incident",
        "mitigate",
        "lifted the log",
        "--worked",
        "--incident",
        one,
    ]
    subprocess.run(command, env=environment(web_home), cwd=ROOT, check=True, capture_output=True)
    for someone in (noor, mara):
        sees(someone, "lifted the log")
        assert someone.mistakes == []
        someone.context.close()


def agent_at(url: str, headers: dict[str, str]) -> Any:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    return connected(streamable_http_client(f"{url}/mcp", http_client=httpx2.AsyncClient(headers=headers)))


def test_what_is_being_typed_stays_while_others_note_something(person: Person, web_home: Path):
    one = opened(web_home, "sluice 5 does not close")
    person.page.goto(f"/incidents/{one}")
    person.page.wait_for_selector(".live.on")
    person.page.click("summary:has-text('Tried something')")
    person.page.fill("#do-mitigation [name=action]", "pulled at the chain")

    with KnowledgeBase.open(web_home, actor="bo") as kb:
        kb.incidents.acknowledge("bo", one)
    sees(person, "Acknowledged")

    assert person.page.input_value("#do-mitigation [name=action]") == "pulled at the chain"
    assert "Something was noted meanwhile" in person.page.inner_text("[data-part=steps]")
    person.page.click("#do-mitigation button:has-text('It helped')")
    sees(person, "pulled at the chain (it helped)")


def test_an_incident_that_was_merged_meanwhile_leads_to_the_one_that_goes_on(person: Person, web_home: Path):
    goes, stays = opened(web_home, "sluice 6 drips"), opened(web_home, "sluice 6 leaks")
    person.page.goto(f"/incidents/{goes}")
    person.page.wait_for_selector(".live.on")

    with KnowledgeBase.open(web_home) as kb:
        kb.incidents.merge(goes, stays)
    person.page.wait_for_url(f"**/incidents/{stays}*", timeout=SECONDS)

    assert person.page.inner_text("h1") == "sluice 6 leaks"


def test_a_tab_that_is_left_lets_its_stream_go(person: Person, web_home: Path):
    one = opened(web_home, "sluice 7 does not close")
    person.page.goto(f"/incidents/{one}")
    person.page.wait_for_selector(".live.on")

    for _ in range(8):  # a browser has six connections for one server: the seventh page would wait for ever
        other = person.context.new_page()
        other.goto(f"/incidents/{one}")
        other.wait_for_selector(".live.on", timeout=SECONDS)
        other.evaluate(
            "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )

    person.page.goto("/search")
    assert person.page.inner_text("h1") == "Search"


def test_all_of_it_is_done_by_keyboard_alone(person: Person, web_home: Path):
    page = person.page
    page.goto("/incidents")
    tab_to(page, "summary:has-text('Open an incident')")
    page.keyboard.press("Enter")
    tab_to(page, ".open-one [name=title]")
    page.keyboard.type("sluice 8 does not close")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-live]")
    tab_to(page, "button:has-text('I am on it')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")
    tab_to(page, "summary:has-text('Resolve')")
    page.keyboard.press("Enter")
    tab_to(page, "#do-resolution [name=resolution]")
    page.keyboard.type("oiled the hinge")
    page.keyboard.press("Enter")
    page.wait_for_selector(".checklist")
    for number in range(6):
        tab_to(page, f".checklist fieldset:nth-of-type({number + 1}) input")
        page.keyboard.press("Home")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp") if not page.evaluate(
            "document.activeElement.value === 'true'"
        ) else None
    tab_to(page, ".checklist button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")
    with KnowledgeBase.open(web_home) as kb:
        one = next(one for one in kb.incidents.recent() if one.title == "sluice 8 does not close")
    assert (one.phase, one.resolution) == ("verified", "oiled the hinge")


def tab_to(page: Any, selector: str) -> None:
    target = page.query_selector(selector)
    assert target is not None, selector
    for _ in range(120):
        if page.evaluate(
            "(one) => document.activeElement === one"
            " || (one.type === 'radio' && document.activeElement.name === one.name)",
            target,
        ):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def test_without_scripts_the_same_is_done(browser: Any, open_url: str, web_home: Path):
    one = opened(web_home, "sluice 9 does not close")
    someone = Person(browser, open_url, java_script_enabled=False)
    page = someone.page
    page.goto(f"/incidents/{one}")
    page.click("button:has-text('I am on it')")
    page.fill(".log-line [name=action]", "went there")
    page.click("button:has-text('Log it')")
    page.click("summary:has-text('Severity')")
    page.click("#do-severity button:has-text('SEV1')")

    page.wait_for_selector(".timeline:has-text('went there')")
    page.wait_for_selector("[data-part=head]:has-text('SEV1')")
    someone.context.close()


def test_the_update_is_copied(browser: Any, open_url: str, web_home: Path):
    one = opened(web_home, "sluice 10 does not close")
    someone = Person(browser, open_url, permissions=["clipboard-read", "clipboard-write"])
    someone.page.goto(f"/incidents/{one}")
    someone.page.click("summary:has-text('Status update')")
    someone.page.click("button:has-text('For a page or ticket')")
    someone.page.click("[data-part=update] .copy")
    someone.page.wait_for_selector(".copy:has-text('Copied')")

    assert "## Incident Status Update" in someone.page.evaluate("navigator.clipboard.readText()")
    someone.context.close()


@pytest.fixture(scope="module")
def told_home(web_home: Path) -> dict[str, str]:
    """A home with something on every page; by name, the incidents of it."""
    with KnowledgeBase.open(web_home, actor="ana") as kb:
        kb.changes.record("deployment", "weir", "prod", version="v2", previous="v1", summary="new gate")
        kb.memory_append("learned/service_quirks", "services.weir.quirks", {"name": "slow in frost"})
        for number in range(3):
            kb.check_known_issues(f"FATAL: otter {number} sits on the valve of the weir", service="weir")
        over = kb.incidents.open("weir 1 is stuck", service="weir", environment="prod", severity="P1")
        kb.incidents.hypothesise("frost", evidence=["minus 9"], incident_id=over.id)
        kb.incidents.resolve("warmed it", cause="frost", prevention="a heater", incident_id=over.id)
        going = kb.incidents.open(
            "weir 2 is stuck", service="weir", environment="prod", alert="WeirStuck", impact="the port is dry"
        )
        other = kb.incidents.open("weir 2 is cold", service="weir")
        kb.incidents.merge(other.id, going.id)
        for text, status in (("frost", "suspected"), ("an otter", "refuted"), ("ice", "confirmed")):
            kb.incidents.hypothesise(text, status, ["seen"], incident_id=going.id)
        kb.incidents.hypothesise("rust", incident_id=going.id)
        kb.incidents.add_action_item("a heater", "bo", "2027-01-01", incident_id=going.id)
        kb.incidents.status_update("chat", incident_id=going.id)
        return {"over": over.id, "going": going.id}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_can_be_used_by_everybody(
    browser: Any, open_url: str, told_home: dict[str, str], look: str
):
    someone = Person(browser, open_url, **LOOKS[look])
    going, over = told_home["going"], told_home["over"]
    found = {}
    for path in (
        "/incidents",
        "/incidents?severity=SEV1&state=open&service=weir",
        "/incidents?severity=high",
        f"/incidents/{going}",
        f"/incidents/{over}?done=resolution",
        f"/incidents/{going}/draft",
        f"/incidents/{going}/split",
        "/services",
        "/services/weir",
        "/unknowns",
        "/unknowns?new=1&order=oldest",
    ):
        someone.page.goto(path)
        folded = (violations(someone.page), is_too_wide(someone.page))
        someone.page.evaluate(
            "document.querySelectorAll('details').forEach((one) => { one.removeAttribute('name'); one.open = true; })"
        )
        found[path] = (*folded, violations(someone.page), is_too_wide(someone.page))
    someone.context.close()

    assert {path: wrong for path, wrong in found.items() if wrong != ([], False, [], False)} == {}
