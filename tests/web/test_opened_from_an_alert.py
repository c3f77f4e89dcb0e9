"""An incident that is opened from a pasted alert begins where, when and as gravely as the alert says, unless edited."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from kb import KnowledgeBase
from kb.model.incident import LiveIncident
from tests.web.conftest import READ, Visit

pytestmark = pytest.mark.full
BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=40)


def fired(name: str, **more: str) -> str:
    """What Alertmanager posts of one alert."""
    labels = {"alertname": name, "service": "sluice", "env": "staging", "severity": "warning", **more}
    return json.dumps(
        {
            "version": "4",
            "status": "firing",
            "commonLabels": labels,
            "alerts": [{"status": "firing", "labels": labels, "startsAt": BEGAN.isoformat()}],
        },
        indent=1,
    )


def opening(page: BeautifulSoup) -> Tag:
    form = page.select_one("form[action='/incidents'][method=post]")
    assert form is not None, page.get_text(" ", strip=True)
    return form


def filled(form: Tag) -> dict[str, str]:
    said = {
        one: str(form.select_one(f"[name={one}]")["value"]) for one in ("service", "environment", "started")
    }
    chosen = form.select_one("[name=severity] option[selected]")
    return {**said, "severity": chosen.get_text() if chosen else ""}


def lived(home: Path, page: BeautifulSoup) -> LiveIncident:
    with KnowledgeBase.open(home) as kb:
        return kb.incidents.get(str(page.select_one("[data-live]")["data-live"]).split("/")[2])


def test_the_form_below_an_answer_says_what_the_alert_says_and_the_incident_began_then(
    visit: Visit, web_home: Path
):
    form = opening(visit.ask(fired("SluiceStuck")))
    assert filled(form) == {
        "service": "sluice",
        "environment": "staging",
        "started": f"{BEGAN:%Y-%m-%dT%H:%M:%SZ}",
        "severity": "SEV3",
    }
    assert form.select_one("[name=title]")["value"] == "SluiceStuck"
    assert "SEV3 (“warning”), since" in form.get_text(" ", strip=True)

    page = visit.send(form, severity="SEV2")

    one = lived(web_home, page)
    assert (one.started, one.services, one.environment) == (BEGAN, ("sluice",), "staging")
    assert (one.severity, one.confirmed) == ("SEV2", True)


def test_what_the_alert_says_may_be_edited_and_no_start_is_now(visit: Visit, web_home: Path):
    form = opening(visit.ask(fired("SluiceOpen")))

    page = visit.send(form, started="", environment="production", severity="")

    one = lived(web_home, page)
    assert (one.started, one.environment, one.severity) == (None, "production", None)


def test_where_and_what_was_typed_beside_the_alert_goes_before_what_it_says(visit: Visit):
    asking = visit.form(visit.look("/"), "asking")

    form = opening(
        visit.send(asking, error_text=fired("SluiceWet"), service="weir", environment="production")
    )

    assert filled(form)["service"] == "weir"
    assert filled(form)["environment"] == "production"


def test_a_start_that_is_no_time_is_told_and_what_was_typed_is_still_there(visit: Visit):
    form = opening(visit.ask(fired("SluiceLoud")))

    again = opening(visit.send(form, started="at noon", severity="SEV3"))

    assert visit.answer.status_code == 400
    assert "2026-12-31T14:05:00Z" in visit.told
    assert filled(again) == {
        "service": "sluice",
        "environment": "staging",
        "started": "at noon",
        "severity": "SEV3",
    }
    assert again.select_one("[name=lookup_id]")["value"] == form.select_one("[name=lookup_id]")["value"] != ""


def test_a_line_that_says_nothing_of_itself_leaves_the_form_empty(visit: Visit):
    form = opening(visit.ask("the sluice hums a tune that nobody has heard before"))

    assert filled(form) == {"service": "", "environment": "", "started": "", "severity": ""}


def test_the_form_of_the_incidents_is_filled_in_from_a_pasted_alert_and_opens_nothing_by_that(
    visit: Visit, web_home: Path
):
    form = opening(visit.look("/incidents"))
    form["action"] = form.select_one("button[formaction]")["formaction"]

    again = opening(visit.send(form, alert=fired("SluiceShut"), title="", environment="production"))

    assert filled(again) == {
        "service": "sluice",
        "environment": "production",
        "started": f"{BEGAN:%Y-%m-%dT%H:%M:%SZ}",
        "severity": "SEV3",
    }
    assert again.select_one("[name=title]")["value"] == "SluiceShut"
    assert again.find_parent("details").has_attr("open")
    with KnowledgeBase.open(web_home) as kb:
        assert "SluiceShut" not in [one.title for one in kb.incidents.open_ones()]
    assert lived(web_home, visit.send(again)).started == BEGAN


def test_without_an_alert_nothing_can_be_filled_in_and_that_is_said(visit: Visit):
    form = opening(visit.look("/incidents"))
    form["action"] = form.select_one("button[formaction]")["formaction"]

    again = opening(visit.send(form, title="the sluice weeps"))

    assert visit.answer.status_code == 400
    assert "the alert is empty" in visit.told
    assert again.select_one("[name=title]")["value"] == "the sluice weeps"


def test_who_may_only_read_is_answered_as_ever(stranger: Visit):
    stranger.sign_in(READ)

    page = stranger.ask(fired("SluiceGone"))

    assert page.select_one(".verdict")
    assert not page.select("form[action='/incidents'][method=post]")
