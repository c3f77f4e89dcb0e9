"""Review: the numbers of a week, how each was counted, and the records behind it; what nobody did is one line."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from tests.web.conftest import WHOLE, Visit
from tests.web.reviewers import LINE, Waiting

pytestmark = pytest.mark.full


@pytest.fixture
def reviewer(waiting: Waiting) -> Visit:
    return Visit(waiting.url)


def _part(page: BeautifulSoup, title: str) -> BeautifulSoup:
    heading = page.find("h2", string=title)
    assert heading is not None, page.get_text(" ")
    return heading.parent


def test_a_week_tells_its_numbers_and_how_each_was_counted(reviewer: Visit):
    page = reviewer.look("/review")

    severity = _part(page, "Incidents by severity")
    assert severity.select_one("li").get_text(strip=True) == "SEV2: 1"
    assert "began in these days" in severity.select_one(".hint").get_text()
    hows = [one.select_one(".hint") for one in page.select(".counted > section")]
    assert all(one is not None and len(one.get_text()) > 10 for one in hows)
    assert len(hows) > 5


def test_each_number_opens_the_records_that_were_counted(reviewer: Visit):
    page = reviewer.look("/review")
    links = [str(one["href"]) for one in page.select(".counted a[href^='/review/records']")]
    assert len(links) > 5

    for link in links:
        records = reviewer.look(link)
        assert reviewer.answer.status_code == 200
        assert records.select_one(".deeds a, .deeds code") is not None, link

    unknown = next(one for one in links if "name=unknown" in one or "what=lookups" in one)
    assert "what=lookups" in unknown


def test_the_new_entries_of_a_week_are_listed_with_where_they_come_from(reviewer: Visit):
    tile = next(one for one in reviewer.look("/review").select(".tile") if "New entries" in one.get_text())
    number = tile.select_one("a")

    page = reviewer.look(str(number["href"]), **WHOLE)

    assert page.select_one("[role=status]").get_text().startswith(f"{number.get_text()} records")
    said = [one.get_text(" ", strip=True) for one in page.select(".deeds li")]
    assert any("Pattern" in one and LINE in one and one.endswith("learned") for one in said)


def test_records_lead_on_to_entries_and_incidents(reviewer: Visit, waiting: Waiting):
    page = reviewer.look("/review/records?what=outcomes&name=resolved")
    assert page.select_one(".deeds a")["href"] == f"/entries/{waiting.gauge}"

    page = reviewer.look("/review/records?what=incidents")
    assert page.select_one(".deeds a")["href"].startswith("/incidents/incident-")


def test_the_address_holds_the_days_and_leads_to_those_before_and_after(reviewer: Visit):
    page = reviewer.look("/review?days=30")
    assert page.select_one(".tabs [aria-current]").get_text() == "30 days"

    before = reviewer.look(page.select_one("[rel=prev]")["href"])
    assert reviewer.answer.status_code == 200
    assert "days=30" in str(reviewer.answer.url)
    assert "until=" in str(reviewer.answer.url)
    assert before.select_one("[rel=next]") is not None
    reviewer.look(before.select_one("[rel=next]")["href"])
    assert "until" not in str(reviewer.answer.url)


def test_what_had_nothing_to_count_is_one_line_and_no_heading(reviewer: Visit):
    page = reviewer.look("/review?until=2020-01-01")

    assert [one.get_text() for one in page.select("h2")] == ["Needs action"]
    assert page.select("figure") == []
    (line,) = [one.get_text() for one in page.select(".hint") if "Nothing to count in:" in one.get_text()]
    assert "incidents by severity" in line


def test_pictures_tell_their_numbers_and_have_no_style_of_their_own(reviewer: Visit):
    page = reviewer.look("/review?days=365")

    said = [one["aria-label"] for one in page.select("figure svg")]
    assert any(one.startswith("Incidents in 5 weeks each") and "1 new" in one for one in said)
    assert not page.select("[style], style")


def test_what_needs_action_says_who_and_since_when(reviewer: Visit):
    page = reviewer.look("/review")

    said = [one.get_text(" ", strip=True) for one in page.select(".needs li")]
    assert any(one.startswith("Learn: asked 4 times") and one.endswith("since today") for one in said)
    assert any("no owner" in one for one in said)


@pytest.mark.parametrize("query", ["days=x", "days=0", "days=99999", "until=soon", "days=nan", "days=inf"])
def test_days_that_are_none_are_refused_with_a_sentence(reviewer: Visit, query: str):
    reviewer.look(f"/review?{query}", **WHOLE)

    assert reviewer.answer.status_code == 400
    assert reviewer.told


def test_programs_ask_for_the_weeks_before_and_for_the_records(reviewer: Visit):
    week = reviewer.client.get("/api/v1/weekly", params={"days": 7, "until": "2020-01-01"}).json()
    assert week["until"].startswith("2020-01-01T00:00:00")

    found = reviewer.client.get("/api/v1/weekly/records", params={"what": "lookups", "name": "known"}).json()
    assert found["total"] == len(found["records"]) == 1
    assert LINE in found["records"][0]["title"]
