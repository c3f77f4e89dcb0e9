"""Incidents as pages without a script: each step is a form, what is refused is told beside what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from kb import KnowledgeBase
from kb.model.incident import LiveIncident
from tests.web.conftest import LINE, READ, RESPOND, Visit
from tests.web.test_ask_entry_and_search import words
from tests.web.test_hostile import HOSTILE, MARKUP, assert_inert

pytestmark = pytest.mark.full


def opened(visit: Visit, title: str, **more: str) -> BeautifulSoup:
    form = visit.form(visit.look("/incidents"), "stack")
    return visit.send(form, title=title, **more)


def step(page: BeautifulSoup, name: str, **holds: str) -> Tag:
    """The form of a step; where there are several, the one whose hidden fields hold these values."""
    for form in page.select(f"form[action$='/steps/{name}']"):
        if all(form.select_one(f"[name={key}][value='{value}']") for key, value in holds.items()):
            return form
    raise AssertionError(f"no form for {name}: {page.get_text(' ', strip=True)}")


def lived(home: Path, page: BeautifulSoup) -> LiveIncident:
    """The incident of a page as the home has it."""
    with KnowledgeBase.open(home) as kb:
        return kb.incidents.get(identity(page))


def identity(page: BeautifulSoup) -> str:
    return str(page.select_one("[data-live]")["data-live"]).split("/")[2]


def test_an_incident_is_lived_from_the_alert_to_its_end_by_forms_alone(
    visit: Visit, web_home: Path, entry_id: str
):
    page = opened(visit, "gauge 1 refuses moorings", service="tide-gauge", severity="SEV2", alert="berth 7")
    assert words(page, "h1") == "gauge 1 refuses moorings"

    page = visit.send(step(page, "acknowledge"))
    page = visit.send(step(page, "line"), action="looked at the counter")
    page = visit.send(step(page, "severity"), severity="SEV1", reason="all berths")
    page = visit.send(
        step(page, "cause"), text="the counter is double", evidence="a\r\nb", status="suspected"
    )
    page = visit.send(step(page, "cause", hypothesis_id="h1"), status="confirmed", evidence="it says 14 of 7")
    page = visit.send(step(page, "mitigation"), action="reset it", entry_id=entry_id, worked="true")
    page = visit.send(step(page, "to-do"), text="alert on doubles", owner="bo", due="2027-01-15")
    page = visit.send(step(page, "to-do", text="alert on doubles"), done="true")
    page = visit.send(step(page, "resolution"), resolution="reset the counter", prevention="a check")
    page = visit.send(step(page, "checks"), **{"check-error_rates": "true", "check-alerts": "false"})
    assert "does not" in words(page, ".checklist")
    rest = ("error_rates", "response_times", "complaints", "services", "dashboards", "alerts")
    page = visit.send(step(page, "checks"), **{f"check-{one}": "true" for one in rest})
    page = visit.send(step(page, "review"), went_well="quick\r\ncalm", lessons="count once")
    page = visit.send(step(page, "close"))

    assert words(page, ".done").startswith("It is closed.")
    one = lived(web_home, page)
    assert (one.phase, one.severity, one.resolution) == ("closed", "SEV1", "reset the counter")
    assert one.acknowledged_by == one.verified_by == one.timeline[0].actor != ""
    (cause,) = one.hypotheses
    assert (cause.status, cause.evidence) == ("confirmed", ("a", "b", "it says 14 of 7"))
    assert [(item.text, item.owner, str(item.due), item.done) for item in one.action_items] == [
        ("alert on doubles", "bo", "2027-01-15", True)
    ]
    assert (one.went_well, one.lessons, one.prevention) == (("quick", "calm"), ("count once",), "a check")
    with KnowledgeBase.open(web_home) as kb:
        said = [(o.result, o.incident) for o in kb.known.record(kb.get(entry_id)).outcomes]
    assert ("resolved", one.id) in said

    page = visit.send(step(page, "reopen"), reason="it is double again")
    assert lived(web_home, page).phase == "investigating"


def test_the_timeline_has_the_newest_step_first_and_who_wrote_it(visit: Visit):
    page = opened(visit, "gauge 2 refuses moorings")
    page = visit.send(step(page, "line"), action="called the harbour")

    steps = [one.get_text(" ", strip=True) for one in page.select(".timeline > li")]

    assert "called the harbour" in steps[0]
    assert "Incident detected: gauge 2 refuses moorings" in steps[-1]
    assert page.select(".timeline time[datetime]")


def test_whose_advice_was_followed_is_told_by_its_title(visit: Visit, entry_id: str):
    page = opened(visit, "gauge 21 refuses moorings")

    page = visit.send(step(page, "resolution"), resolution="reset it", entry_id=entry_id)

    assert page.select_one(".timeline li").find("a", href=f"/entries/{entry_id}").get_text() == LINE


def test_a_status_update_is_there_to_copy_and_the_next_one_is_due_from_then(visit: Visit):
    page = opened(visit, "gauge 3 refuses moorings", severity="SEV1")

    page = visit.send(step(page, "update"), style="report", focus="the counter", next_steps="look\r\nreset")

    text = words(page, "pre.to-copy code")
    assert "the counter" in text
    assert "1. look 2. reset" in text
    assert "Next update due" in words(page, ".incident header")


def test_what_is_refused_is_told_and_what_was_typed_is_still_there(visit: Visit):
    page = opened(visit, "gauge 4 refuses moorings")

    page = visit.send(step(page, "mitigation"), action="turned it off", entry_id="no-such-entry", worked="")

    assert visit.answer.status_code == 400
    assert "no-such-entry" in visit.told
    assert step(page, "mitigation").select_one("[name=action]")["value"] == "turned it off"
    assert page.select_one("#do-mitigation").has_attr("open")


def test_a_step_that_came_too_late_is_refused_with_what_to_do(visit: Visit, web_home: Path):
    page = opened(visit, "gauge 5 refuses moorings")
    with KnowledgeBase.open(web_home, actor="an agent") as kb:
        kb.incidents.resolve("it was a drill", incident_id=identity(page))
        kb.incidents.close(identity(page))

    refused = visit.send(step(page, "mitigation"), action="reset it", worked="true")

    assert visit.answer.status_code == 400
    assert "is closed; reopen it first" in visit.told
    assert "reset it" in [
        one.get_text() for one in refused.select("pre.to-copy code")
    ]  # nothing typed is lost
    noted = visit.send(step(page, "line"), action="still looking")
    assert "still looking" in words(noted, ".timeline")  # a line may be noted after the end


def test_the_list_has_open_ones_first_and_its_address_holds_the_filters(visit: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        for name, level in (("one", "SEV3"), ("two", "SEV1")):
            kb.incidents.open(f"buoy {name} drifts", service="buoy", severity=level)
        over = kb.incidents.open("buoy three drifts", service="buoy", severity="SEV1")
        kb.incidents.resolve("anchored", incident_id=over.id)
        kb.incidents.close(over.id)

    everything = visit.look("/incidents?service=buoy")
    grave = visit.look("/incidents?service=buoy&severity=SEV1")
    grave_open = visit.look("/incidents?service=buoy&severity=SEV1&state=open")

    assert titles(everything) == ["buoy two drifts", "buoy one drifts", "buoy three drifts"]
    assert titles(grave) == ["buoy two drifts", "buoy three drifts"]
    assert titles(grave_open) == ["buoy two drifts"]
    assert grave_open.select_one("[name=service]")["value"] == "buoy"
    assert [one["value"] for one in grave_open.select("[name=severity][checked]")] == ["SEV1"]
    assert [one.get_text(" ", strip=True) for one in grave.select(".tabs a")] == ["Open 1", "All 2"]


def titles(page: BeautifulSoup) -> list[str]:
    return [one.get_text(strip=True) for one in page.select(".hits h2")]


def test_two_incidents_are_merged_taken_apart_again_and_steps_are_split_off(visit: Visit):
    first = opened(visit, "lock 1 leaks", service="locks")
    goes = opened(visit, "lock 1 is wet", service="locks")
    visit.send(step(goes, "line"), action="pumped")

    page = visit.send(step(visit.look(f"/incidents/{identity(goes)}"), "merge"), into=identity(first))
    assert identity(page) == identity(first)
    assert "pumped" in words(page, ".timeline")
    led_on = visit.look(f"/incidents/{identity(goes)}")
    assert identity(led_on) == identity(first)
    assert "was merged into this one" in words(led_on, ".note")

    apart = visit.send(page.select_one("form[action$='/steps/split']"))
    assert identity(apart) == identity(goes)

    visit.send(step(visit.look(f"/incidents/{identity(goes)}"), "line"), action="the door is rusty")
    form = visit.form(visit.look(f"/incidents/{identity(goes)}/split"), "stack")
    rusty = next(one for one in form.select(".tick") if "rusty" in one.get_text())
    number = str(rusty.select_one("input")["value"])
    visit.answer = visit.client.post(
        str(form["action"]),
        data={
            "proof": proof(form),
            "title": "the door of lock 1 rusts",
            "steps": number,
            "service": "",
            "alerts": "",
        },
        headers={"Origin": visit.url},
    )
    assert words(visit.shown, "h1") == "the door of lock 1 rusts"
    assert "the door is rusty" in words(visit.shown, ".timeline")


def proof(form: Tag) -> str:
    return str(form.select_one("[name=proof]")["value"])


def test_the_draft_leads_to_its_sources_and_is_downloaded_as_markdown(visit: Visit, web_home: Path):
    page = opened(visit, "crane 1 stands still", service="crane")
    page = visit.send(step(page, "resolution"), resolution="greased it", cause="it was dry")
    at = f"/incidents/{identity(page)}/draft"

    draft = visit.look(at)
    marks = draft.select("sup a")
    numbers = [str(one["href"]) for one in marks]
    assert numbers
    assert all(draft.select_one(one) for one in numbers)
    links = [str(one["href"]) for one in draft.select(".sources a")]
    told = visit.look(links[0])
    assert told.select_one(f"#{links[0].partition('#')[2]}")

    file = visit.client.get(f"{at}.md")
    with KnowledgeBase.open(web_home) as kb:
        assert file.text == kb.incidents.postmortem(identity(page))
    assert "attachment" in file.headers["content-disposition"]
    assert file.headers["content-disposition"].endswith("-crane.md")

    saved = visit.send(visit.form(draft))
    assert words(saved, ".done").startswith("Saved as ")
    again = visit.send(visit.form(draft))
    assert "holds this incident already" in words(again, "[role=alert]")


def test_who_may_only_read_sees_an_incident_and_no_form_and_is_refused(
    stranger: Visit, guarded_url: str, web_home: Path
):
    with KnowledgeBase.open(web_home) as kb:
        one = kb.incidents.open("pier 1 shakes", service="pier")
        kb.incidents.hypothesise("a ship leans on it", incident_id=one.id)
    stranger.sign_in(READ)

    page = stranger.look(f"/incidents/{one.id}")
    listed = stranger.look("/incidents")

    assert words(page, "h1") == "pier 1 shakes"
    assert not page.select("main form:not(.checklist)")
    assert not listed.select("main form[method=post]")
    csrf = str(page.select_one("[name=proof]")["value"])
    stranger.answer = stranger.client.post(
        f"/incidents/{one.id}/steps/acknowledge", data={"proof": csrf}, headers={"Origin": guarded_url}
    )
    assert stranger.answer.status_code == 403
    with KnowledgeBase.open(web_home) as kb:
        assert kb.incidents.get(one.id).acknowledged is None


def test_who_may_respond_takes_steps_in_their_own_name_and_may_not_learn(stranger: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        one = kb.incidents.open("pier 2 shakes", service="pier")
        kb.check_known_issues("the pier hums at night in a low voice")
    stranger.sign_in(RESPOND)

    page = stranger.send(step(stranger.look(f"/incidents/{one.id}"), "acknowledge"))

    assert lived(web_home, page).acknowledged_by == "noor"
    assert not stranger.look("/unknowns").select("main form")


def test_a_form_of_another_page_takes_no_step(visit: Visit, web_home: Path):
    page = opened(visit, "pier 3 shakes")

    visit.send(step(page, "acknowledge"), headers={"Origin": "https://evil.example"})

    assert visit.answer.status_code == 403
    assert lived(web_home, page).acknowledged is None


def test_an_incident_of_hostile_texts_is_shown_as_text(visit: Visit):
    page = opened(
        visit, f"eve {HOSTILE}"[:300], service=MARKUP, environment=MARKUP, impact=HOSTILE, alert=HOSTILE
    )
    at = f"/incidents/{identity(page)}"
    for name, given in (
        ("line", {"action": HOSTILE}),
        ("cause", {"text": HOSTILE, "evidence": HOSTILE, "status": "suspected"}),
        ("mitigation", {"action": HOSTILE, "worked": "false"}),
        ("to-do", {"text": HOSTILE, "owner": MARKUP}),
        ("update", {"style": "chat", "focus": HOSTILE}),
        ("review", {"went_well": HOSTILE, "impact": HOSTILE}),
        ("resolution", {"resolution": HOSTILE, "cause": HOSTILE, "prevention": HOSTILE}),
        ("mitigation", {"action": HOSTILE, "entry_id": MARKUP, "worked": "true"}),
    ):
        page = visit.send(step(visit.look(at), name), **given)
        assert_inert(page, visit.answer.text)
    for path in (
        at,
        f"{at}/draft",
        f"{at}/split",
        "/incidents",
        f"/incidents?service={MARKUP}&severity={MARKUP}",
        "/services",
        f"{at}?was={MARKUP}&done={MARKUP}",
    ):
        visit.look(path)
        assert_inert(visit.shown, visit.answer.text)
        assert visit.answer.status_code in (200, 400)


def test_addresses_of_incidents_that_are_not_there_are_told_as_text(visit: Visit):
    for path in (
        "/incidents/none-0",
        "/incidents/none-0/draft",
        "/incidents/none-0/split",
        "/incidents/<b>x",
    ):
        visit.look(path)
        assert visit.answer.status_code == 404
        assert_inert(visit.shown, visit.answer.text)


def test_a_long_incident_shows_its_newest_steps_and_stays_small(visit: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        one = kb.incidents.open("the log of the harbour is long")
        for number in range(400):
            kb.incidents.log(f"line {number} of the watch, {'all is well ' * 10}", incident_id=one.id)

    page = visit.look(f"/incidents/{one.id}")

    assert len(page.select(".timeline > li")) == 100
    assert "line 399 of" in words(page, ".timeline > li")
    assert len(visit.answer.content) < 120_000
    assert len(visit.look(f"/incidents/{one.id}?all=1").select(".timeline > li")) == 401
