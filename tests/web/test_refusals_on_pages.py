"""Refusals on pages: they lead to a page where they are worded for a terminal, and stay text whatever they quote."""

from __future__ import annotations

import pytest

from kb.doors.web.rendering import paged
from tests.web.conftest import Visit


@pytest.mark.full
def test_an_entry_that_is_not_there_leads_to_the_pages_that_find_entries(visit: Visit):
    page = visit.look("/entries/pattern-none")

    links = {one.get_text(): one["href"] for one in page.select("[role=alert] a")}

    assert visit.answer.status_code == 404
    assert links == {"Ask": "/", "Search": "/search"}
    assert "kb search" not in visit.told


@pytest.mark.full
def test_an_incident_that_is_not_there_leads_to_the_incidents(visit: Visit):
    page = visit.look("/incidents/none-0")

    assert page.select_one("[role=alert] a")["href"] == "/incidents"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("see: kb proposals", 'see: <a href="/inbox">Inbox</a>'),
        ("it is broken; run: kb doctor", 'it is broken; see: <a href="/health">Health</a>'),
        ("run: kb doctor --repair", "run: kb doctor --repair"),  # no page does that
        ("a whole text in with: kb ingest FILE", "a whole text in with: kb ingest FILE"),
        ("there is no <b>; see: kb search", 'there is no &lt;b&gt;; see: <a href="/search">Search</a>'),
    ],
)
def test_what_a_page_shows_is_named_as_that_page(said: str, shown: str):
    assert str(paged(said)) == shown
