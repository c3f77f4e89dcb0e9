"""Every page and every action in a real browser, on a home with thousands of documents in it.

What a person does there is checked in files and database: from the first paste to the accepted proposal, and an
incident that two browsers and an agent work on at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.index.encoder import OnnxEncoder
from tests.web.browser import chromium
from tests.web.conftest import ADMIN, RESPOND, WRITE
from tests.web.full_home import FullHome, full_home
from tests.web.test_in_browser import Person
from tests.web.test_incidents_in_browser import agent_at, sees, sign_in

pytestmark = [pytest.mark.full, pytest.mark.slow]
RIDDLE = "ERROR otter {} sits on the valve of the harbour weir"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def full(
    tmp_path_factory: pytest.TempPathFactory, browser: Any, new_home: Path, encoder: OnnxEncoder
) -> Iterator[FullHome]:
    del browser  # where there is none, nothing need be filled
    with full_home(tmp_path_factory.mktemp("full"), new_home, encoder) as found:
        yield found


@pytest.fixture
def person(browser: Any, full: FullHome) -> Iterator[Person]:
    someone = Person(browser, full.open_url, timezone_id="Asia/Tokyo", accept_downloads=True)
    yield someone
    someone.context.close()
    assert someone.mistakes == []


@pytest.fixture
def mara(browser: Any, full: FullHome) -> Iterator[Person]:
    """Who may decide."""
    someone = Person(browser, full.guarded_url, accept_downloads=True)
    sign_in(someone, "/search", WRITE)
    yield someone
    someone.context.close()
    assert someone.mistakes == []


def press(someone: Person, label: str, within: str = "main") -> None:
    someone.page.click(f"{within} button:text-is('{label}')")


def unfold(someone: Person, label: str) -> None:
    someone.page.click(f"main summary:has-text('{label}')")


def done(someone: Person, said: str) -> None:
    someone.page.wait_for_selector(f".done:has-text('{said}')")


# Ask


def test_an_alert_is_pasted_and_the_runbook_helps(mara: Person, full: FullHome):
    runbook, title = full.runbook
    mara.ask(f"[FIRING:1] {title}")
    assert mara.texts(".verdict h1") == ["Known"]
    assert mara.texts(".match h2")[0] == title

    press(mara, "It worked", ".match:first-of-type")
    done(mara, "Kept: it worked.")

    assert full.outcomes(runbook)[0] == ("resolved", "", "mara")
    mara.page.goto("/review")
    mara.page.wait_for_selector(f".counted a:has-text('{title}: 1')")


def test_what_made_it_worse_is_said_in_a_sentence(mara: Person, full: FullHome):
    error, title = full.known_error
    mara.ask(title)
    unfold(mara, "It did not work")
    mara.page.fill(".match:first-of-type [name=note]", "it took the other pier along")

    press(mara, "It made things worse", ".match:first-of-type")
    done(mara, "it made things worse")

    assert full.outcomes(error)[0] == ("made_worse", "it took the other pier along", "mara")


def test_not_this_one_gives_the_same_text_another_answer(mara: Person, full: FullHome):
    text = "the crane of quay 9 is stuck at noon"
    with full.ask() as kb:
        for cause in ("rust", "a gull in its gears"):
            kb.learn_pattern("the crane of quay 9 is stuck at noon", cause, f"look for {cause}", check=cause)
    mara.ask(text)
    first = mara.texts(".match .columns")[0]

    press(mara, "Not this one", ".match:first-of-type")
    done(mara, "Kept: not this one.")
    mara.ask(text)

    assert mara.texts(".match .columns")[0] != first


def test_a_file_is_asked_about_and_its_near_misses_are_unfolded(person: Person, full: FullHome):
    page = person.page
    page.goto("/")
    log = f"INFO all is well\nERROR {full.known_error[1]}\n".encode()
    page.set_input_files("[name=file]", {"name": "pier.log", "mimeType": "text/plain", "buffer": log})
    page.click("button.main")
    page.wait_for_selector(".answer")
    assert person.texts(".verdict h1") == ["Known"]

    person.ask("the zebra of the seventh moon has lost its umbrella")
    assert person.texts(".verdict h1") == ["Not known"]
    page.click(".near summary >> nth=0")
    page.click(".near details[open] a:has-text('The whole entry')")
    page.wait_for_selector("article.entry")


def test_from_the_first_paste_to_the_accepted_proposal(mara: Person, full: FullHome):
    for number in range(3):
        mara.ask(RIDDLE.format(number))
        assert mara.texts(".verdict h1") == ["Not known"]
    mara.page.goto("/unknowns")
    assert "3 times" in mara.texts(".unknowns > li:has-text('harbour weir')")[0]

    mara.page.goto("/inbox")
    mara.page.click(".waiting a:has-text('harbour weir')")
    mara.page.wait_for_selector(".diff")
    mara.page.fill("[name=field-meaning]", "otters like the warm valve")
    mara.page.fill("[name=field-fix]", "lure it away with a fish")
    mara.page.check("[name=checked]")
    press(mara, "Accept")
    done(mara, "Accepted")

    assert "meaning: otters like the warm valve" in full.text("patterns.yaml")
    entry = mara.page.get_attribute(".done a", "href").removeprefix("/entries/")
    assert full.status(entry) == "active"
    mara.ask(RIDDLE.format(77))
    assert mara.texts(".verdict h1") == ["Known"]
    press(mara, "It worked")
    done(mara, "Kept")
    assert full.outcomes(entry) == [("resolved", "", "mara")]
    mara.page.goto("/inbox?show=decided")
    decided = mara.texts(".deeds li")
    assert any("harbour weir" in one and "mara" in one for one in decided), decided
    mara.page.goto("/unknowns")
    assert mara.page.query_selector(".unknowns > li:has-text('harbour weir')") is None
    mara.page.goto("/review")
    mara.page.wait_for_selector(".counted a:has-text('it worked:')")


def test_what_somebody_found_out_is_kept_after_a_dry_run(mara: Person, full: FullHome):
    mara.ask("FATAL lantern 12 of the breakwater was lit by nobody")
    unfold(mara, "You found out what it is?")
    mara.page.fill(".learn [name=fix]", "ask the keeper")
    press(mara, "Try it first")
    mara.page.wait_for_selector(".rehearsal h3:has-text('It would have answered: 1 lookup')")
    assert "lantern" not in full.text("patterns.yaml")

    press(mara, "Keep it")
    mara.page.wait_for_selector("article.entry")

    assert "fix: ask the keeper" in full.text("patterns.yaml")


# Entry and search


def test_an_entry_is_decided_on_edited_and_that_is_taken_back(mara: Person, full: FullHome):
    with full.ask() as kb:
        entry = kb.learn_pattern("buoy 4 drifts by night", "a worn chain", "a new chain").id
        kb.learn_pattern("buoy 4 drifts by day", "a worn chain of it", "a new one", check="is it day?")
    mara.page.goto(f"/entries/{entry}")
    mara.page.wait_for_selector(".near-entries li")
    assert any("tell it apart: is it day?" in one for one in mara.texts(".near-entries li"))

    mara.page.click("a:text-is('Edit')")
    mara.page.fill("[name=field-pattern]", "berth 3 is open")
    press(mara, "Try it")
    mara.page.wait_for_selector(".tried .wrong:has-text('it would be quarantined')")
    mara.page.fill("[name=field-pattern]", "buoy 4 drifts")
    press(mara, "Try it")
    press(mara, "Write it")
    done(mara, "Written.")
    assert "pattern: buoy 4 drifts\n" in full.text("patterns.yaml")

    mara.page.click("a:text-is('Decide on it')")
    mara.page.fill("form[aria-labelledby=decide] [name=reason]", "seen by the diver")
    press(mara, "It is right: active")
    mara.page.wait_for_selector("text=candidate → active")
    assert full.status(entry) == "active"

    mara.page.goto(f"/entries/{entry}")
    unfold(mara, "Take the last one back")
    mara.page.fill(".ask-why [name=reason]", "it was another diver")
    press(mara, "Make it candidate again")
    mara.page.wait_for_selector(".moves li:has-text('another diver')")
    assert full.status(entry) == "candidate"


def test_an_entry_of_a_document_reads_as_it_was_written(person: Person, full: FullHome):
    person.page.goto(f"/entries/{full.runbook[0]}")

    assert person.texts("h1") == [full.runbook[1]]
    assert person.page.query_selector(".prose") is not None
    with full.ask() as kb:
        source = kb.get(full.runbook[0]).provenance.source
    assert source is not None
    assert source.path in person.texts(".aside")[0]


def test_the_search_is_narrowed_and_its_address_is_all_of_it(person: Person):
    page = person.page
    page.goto("/search")
    page.wait_for_selector(".hits li")
    page.type("#q", "disk full")
    page.wait_for_url("**/search?q=disk+full")
    page.check("[name=kind][value=alert_rule]")
    page.wait_for_url("**kind=alert_rule*")
    page.check("[name=severity][value=SEV1]")
    page.wait_for_url("**severity=SEV1*")
    page.wait_for_function("document.querySelectorAll('.hits .over').length > 0")
    assert {one.split(" ·")[0] for one in person.texts(".hits .over")} == {"Alert rule"}
    shown = person.texts(".hits h2")

    page.goto(page.url)
    assert person.texts(".hits h2") == shown
    page.click(".hits h2 a >> nth=0")
    page.wait_for_selector("article.entry:has-text('SEV1')")
    page.go_back()
    page.fill("[name=since]", "2030-01-01")
    page.wait_for_selector(".total:has-text('Nothing found')")
    page.focus("h1")
    page.keyboard.press("Tab")


def test_the_slash_leads_to_the_box(person: Person):
    person.page.goto("/search?q=disk&kind=runbook")
    person.page.focus("[name=kind]")
    person.page.keyboard.press("/")

    assert person.page.evaluate("document.activeElement.id") == "q"


# Incidents


def test_an_incident_is_lived_from_the_alert_to_the_saved_postmortem(mara: Person, full: FullHome):
    page = mara.page
    page.goto("/incidents")
    unfold(mara, "Open an incident")
    page.fill(".open-one [name=title]", "weir 4 does not close")
    page.fill(".open-one [name=service]", "weir")
    page.select_option(".open-one [name=severity]", "SEV2")
    page.fill(".open-one [name=alert]", f"[FIRING:1] {full.runbook[1]}")
    press(mara, "Open it")
    page.wait_for_selector("#alike:has-text('Look again')")
    one = page.url.rsplit("/", 1)[1]
    assert any(full.runbook[1] in said for said in mara.texts("#alike li"))

    press(mara, "I am on it")
    done(mara, "You are on it.")
    page.fill(".log-line [name=action]", "the gate hums")
    press(mara, "Log it")
    done(mara, "in the timeline")
    for cause in ("a log in the gate", "rust"):
        unfold(mara, "Possible cause")
        page.fill("#do-cause [name=text]", cause)
        press(mara, "Suspect it")
        page.wait_for_selector(f".causes.unchecked:has-text('{cause}')")
    for cause, evidence, button, state in (
        ("rust", "it is of brass", "Ruled out", "ruled_out"),
        ("a log in the gate", "seen by the diver", "It is the cause", "known"),
    ):
        item = f".causes.unchecked li:has-text('{cause}')"
        page.click(f"{item} summary")
        page.fill(f"{item} [name=evidence]", evidence)
        press(mara, button, item)
        page.wait_for_selector(f".causes.{state} li:has-text('{evidence}')")
    unfold(mara, "Tried something")
    page.fill("#do-mitigation [name=action]", "lifted the log")
    page.fill("#do-mitigation [name=entry_id]", full.runbook[0])
    press(mara, "It helped")
    page.wait_for_selector(f".timeline a:has-text('{full.runbook[1]}')")
    unfold(mara, "Severity")
    press(mara, "SEV3")
    page.wait_for_selector("[data-part=head] .badge:has-text('SEV3')")
    unfold(mara, "Status update")
    page.fill("#do-update [name=focus]", "watching it close")
    press(mara, "For a channel")
    page.wait_for_selector("[data-part=update]:has-text('watching it close')")
    unfold(mara, "To do")
    page.fill("#do-to-do [name=text]", "a grate before the gate")
    page.fill("#do-to-do [name=owner]", "bo")
    page.fill("#do-to-do [name=due]", "2027-01-31")
    press(mara, "Note it")
    page.click("[aria-label='Done: a grate before the gate']")
    page.wait_for_selector(".to-do .is-done")
    unfold(mara, "Resolve")
    page.fill("#do-resolution [name=resolution]", "it closes again")
    page.fill("#do-resolution [name=prevention]", "a grate")
    press(mara, "It is over")
    page.wait_for_selector(".checklist")
    for holds in page.query_selector_all(".checklist [value=true]"):
        holds.check()
    press(mara, "Note what I checked")
    page.wait_for_selector("[data-part=head]:has-text('Verified')")
    unfold(mara, "It came back")
    page.fill("#do-reopen [name=reason]", "another log")
    press(mara, "Open it again")
    done(mara, "It is open again.")
    unfold(mara, "Resolve")
    page.fill("#do-resolution [name=resolution]", "a net above it")
    press(mara, "It is over")
    unfold(mara, "Review")
    page.fill("#do-review [name=lessons]", "logs come in pairs")
    press(mara, "Add to the review")
    page.wait_for_selector("[data-part=review]:has-text('logs come in pairs')")
    press(mara, "Close")
    done(mara, "It is closed.")

    with full.ask() as kb:
        lived = kb.incidents.get(one)
        assert (lived.phase, lived.severity, lived.resolution) == ("closed", "SEV3", "a net above it")
        assert lived.lessons == ("logs come in pairs",)
        assert [item.done for item in lived.action_items] == [True]
    assert full.outcomes(full.runbook[0])[0][2] == "mara"
    page.click("text=The draft, with its sources")
    page.click("sup a >> nth=0")
    assert "#source-" in page.url
    with page.expect_download() as saved:
        page.click("text=Download as Markdown")
    assert "a log in the gate" in Path(saved.value.path()).read_text()
    press(mara, "Save it in the home")
    done(mara, "Saved as")
    assert any("weir 4 does not close" in file.read_text() for file in full.home.rglob("*.md"))
    page.goto(f"/entries/{one}")
    page.click("text=How it was lived")
    page.wait_for_url(f"**/incidents/{one}")


def test_incidents_are_merged_taken_out_again_and_split(mara: Person, full: FullHome):
    page = mara.page
    with full.ask() as kb:
        goes, stays = (kb.incidents.open(title).id for title in ("lock 1 drips", "lock 1 leaks"))
        for line in ("the pump is loud", "the lamp is out"):
            kb.incidents.log(line, incident_id=stays)
    page.goto(f"/incidents/{goes}")
    unfold(mara, "Merge")
    page.select_option("[name=into]", stays)
    press(mara, "Merge this one into it")
    page.wait_for_url(f"**/incidents/{stays}*")
    with full.ask() as kb:
        assert kb.incidents.get(goes).id == stays

    page.click("[aria-label='Take out again: lock 1 drips']")
    page.wait_for_url(f"**/incidents/{goes}*")
    page.goto(f"/incidents/{stays}/split")
    page.fill("[name=title]", "the lamp of lock 1")
    page.check(".tick:has-text('the lamp is out') input")
    press(mara, "Split them off")
    page.wait_for_selector("h1:has-text('the lamp of lock 1')")

    with full.ask() as kb:
        titles = {one.title for one in kb.incidents.open_ones()}
    assert {"lock 1 drips", "lock 1 leaks", "the lamp of lock 1"} <= titles
    page.goto("/incidents?state=open")
    page.fill("[name=service] >> nth=0", "no such service")
    press(mara, "Filter")
    page.wait_for_selector("text=No incident passes these filters.")


def test_two_browsers_and_an_agent_work_on_one_incident_at_once(browser: Any, full: FullHome):
    with full.ask() as kb:
        one = kb.incidents.open("lock 7 floods", service="lock", severity="SEV1").id
    noor, mara = Person(browser, full.guarded_url), Person(browser, full.guarded_url)
    for someone, token in ((noor, RESPOND), (mara, WRITE)):
        sign_in(someone, f"/incidents/{one}", token)
        someone.page.wait_for_selector(".live.on")
    headers = {"Authorization": f"Bearer {ADMIN}"}
    failed: list[BaseException] = []

    def agent() -> None:
        try:
            with agent_at(full.guarded_url, headers) as night_shift:
                for number in range(12):
                    night_shift.call(
                        "memory_session_log", action=f"agent saw gauge {number}", incident_id=one
                    )
                night_shift.call(
                    "incident_hypothesise", text="a gate is open", status="suspected", incident_id=one
                )
        except BaseException as error:
            failed.append(error)

    working = threading.Thread(target=agent)
    working.start()
    for number in range(6):
        for someone, name in ((noor, "noor"), (mara, "mara")):
            someone.page.fill(".log-line [name=action]", f"{name} saw pier {number}")
            press(someone, "Log it")
            done(someone, "in the timeline")
    working.join(timeout=120)
    assert failed == []

    expected = {f"agent saw gauge {n}" for n in range(12)} | {
        f"{name} saw pier {n}" for name in ("noor", "mara") for n in range(6)
    }
    for someone, other in ((noor, "mara"), (mara, "noor")):
        someone.page.wait_for_selector(".causes.unchecked:has-text('a gate is open')", timeout=10_000)
        sees(someone, f"{other} saw pier 5")
        told = " ".join(someone.texts(".timeline li"))
        assert {said for said in expected if said in told} == expected
        assert someone.mistakes == []
        someone.context.close()
    with full.ask() as kb:
        deeds, _ = kb.upkeep.deeds.between(about=one)
    said = [(deed.said, deed.actor) for deed in deeds]
    assert {text for text, _ in said} >= expected
    assert {actor for text, actor in said if "saw pier" in text} == {"noor", "mara"}


# Review, inbox, services, health


def test_the_review_leads_to_earlier_days_and_to_the_records_behind_a_number(person: Person, full: FullHome):
    page = person.page
    person.ask(full.runbook[1])
    page.goto("/review?days=30")
    page.wait_for_selector(".tiles")
    page.click(".tile:has-text('Asked') a")
    page.wait_for_selector(".deeds")
    assert any(full.runbook[1] in one for one in person.texts(".deeds li"))
    page.go_back()
    page.wait_for_selector("[rel=prev]")
    page.click("[rel=prev]")
    page.wait_for_selector(".review")
    assert "until=" in page.url
    page.click("[rel=next]")
    page.wait_for_selector(".review")
    assert "until=" not in page.url


def test_duplicates_are_merged_and_a_proposal_is_rejected(mara: Person, full: FullHome):
    page = mara.page
    with full.ask() as kb:
        for number, cause in (
            (12, "a client wrote after its lease"),
            (977, "a client wrote after its lease ended"),
        ):
            kb.learn_pattern(f"ledger shard {number} rejected stale fencing token", cause, "fence it again")
        for number in range(4):
            kb.check_known_issues(f"the ferry bell of deck {number} rings at night", service="ferry")
    page.goto("/inbox?show=duplicates")
    page.wait_for_selector(".waiting li:has-text('stale fencing token')")
    page.check(".waiting li:has-text('stale fencing token') input")
    press(mara, "Accept")
    done(mara, "1 decided.")
    assert full.text("patterns.yaml").count("must_match") >= 1

    page.goto("/inbox")
    page.click(".waiting a:has-text('ferry bell')")
    page.fill("form[aria-labelledby=reject] [name=reason]", "a drill of the crew")
    press(mara, "Reject")
    done(mara, "Rejected")
    page.goto("/inbox")
    page.wait_for_selector(".inbox")
    assert page.query_selector(".waiting a:has-text('ferry bell')") is None
    page.goto("/inbox?show=decided")
    assert any("a drill of the crew" in one and "mara" in one for one in mara.texts(".deeds li"))


def test_unverified_and_quarantined_entries_are_decided_on(mara: Person, full: FullHome):
    page = mara.page
    with full.ask() as kb:
        held = kb.learn_pattern("the print queue of pier 3 is stuck", "paper", "restart it").id
        for _ in range(3):
            kb.record_outcome(held, "made_worse", note="jobs were lost")
        young = kb.learn_pattern("the tide clock of pier 8 is wrong", "winter time", "wind it").id
    page.goto("/inbox?show=quarantined")
    page.check(f"[value='{held}']")
    page.fill(".decide [name=reason]", "nobody prints there")
    press(mara, "Retire")
    done(mara, "1 decided.")
    page.goto("/inbox?show=unverified")
    page.check(f"[value='{young}']")
    page.fill(".decide [name=reason]", "I wound it")
    press(mara, "Right: make them active")
    done(mara, "1 decided.")

    assert (full.status(held), full.status(young)) == ("retired", "active")


def test_services_lead_to_what_is_known_of_each(person: Person, full: FullHome):
    page = person.page
    with full.ask() as kb:
        kb.memory_append("learned/service_quirks", "services.lighthouse.quirks", {"name": "slow in fog"})
        kb.changes.record("deployment", "lighthouse", "prod", version="v2", previous="v1", summary="new lamp")
        kb.incidents.open("lighthouse is dark", service="lighthouse")
    page.goto("/services")
    page.click(".numbers a:text-is('lighthouse')")
    page.wait_for_selector("article.service")
    said = " ".join(person.texts("article.service"))

    assert "slow in fog" in said
    assert "v1 → v2" in said
    page.click("text=lighthouse is dark")
    page.wait_for_selector("[data-live]")


def test_a_draft_is_filled_in_where_the_question_stands(mara: Person, full: FullHome):
    for number in range(3):
        mara.ask(f"ERROR parcel {number} reached the customs shed before it was sent")
    mara.page.goto("/unknowns?new=1&order=newest")
    item = ".unknowns > li:has-text('customs shed')"
    mara.page.click(f"{item} summary:has-text('Fill in the draft')")
    mara.page.fill(f"{item} [name=meaning]", "two clocks")

    press(mara, "Keep it", item)
    mara.page.wait_for_selector(".done:has-text('The draft is written'), article.entry")

    assert "meaning: two clocks" in full.text("patterns.yaml")


def test_health_is_checked_and_the_audit_tells_what_was_done_here(browser: Any, full: FullHome):
    admin = Person(browser, full.guarded_url)
    page = admin.page
    page.goto("/health")
    page.fill("[name=token]", ADMIN)
    page.fill("[name=name]", "ana")
    page.keyboard.press("Enter")
    page.wait_for_selector("#doctor")
    page.click("button:has-text('Check now')")
    page.wait_for_selector(".health .done:has-text('All is well')", timeout=60_000)
    page.click("text=Audit: who did what")
    page.fill("[name=actor]", "mara")
    page.click("button:text-is('Show')")
    page.wait_for_selector(".deeds")

    assert all("mara" in one for one in admin.texts(".deeds .over"))
    assert page.url.startswith(f"{full.guarded_url}/audit?")
    admin.context.close()
    assert admin.mistakes == []
