"""Services and unknowns as pages without a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.web.conftest import READ, Visit
from tests.web.test_ask_entry_and_search import words
from tests.web.test_hostile import HOSTILE, MARKUP, assert_inert

pytestmark = pytest.mark.full


def test_services_are_listed_in_numbers_and_lead_to_what_is_known_of_each(visit: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        kb.incidents.open("the harbour lamp is out", service="harbour lamp/1")
        kb.changes.record("deployment", "harbour lamp/1", "prod", version="v7", summary="brighter")
        kb.memory_append(
            "learned/service_quirks",
            "services.harbour lamp/1.quirks",
            {"name": "dark at noon", "description": "it has a **sensor**", "workaround": "wait"},
        )

    listed = visit.look("/services")
    link = next(one for one in listed.select(".numbers a") if one.get_text() == "harbour lamp/1")
    page = visit.look(str(link["href"]))

    assert words(page, "h1") == "harbour lamp/1"
    said = page.get_text(" ", strip=True)
    for text in ("the harbour lamp is out", "v7", "brighter", "dark at noon", "Workaround wait"):
        assert text in said
    assert page.select_one(".quirk strong").get_text() == "sensor"


def test_a_service_of_which_nothing_is_known_is_told_as_such(visit: Visit):
    visit.look("/services/nothing-of-this-name")

    assert visit.answer.status_code == 404
    assert "nothing-of-this-name" in visit.told


def test_an_unknown_that_was_asked_three_times_is_filled_in_and_known_from_then_on(
    visit: Visit,
):
    for number in range(3):
        visit.ask(f"ERROR whale {number} sleeps on the cable of the lighthouse")
    line = "ERROR whale 2 sleeps on the cable of the lighthouse"

    page = visit.look("/unknowns")
    row = next(one for one in page.select(".unknowns > li") if "whale" in one.get_text())
    assert words(row, ".times") == "3 times"
    assert words(row, "summary") == "Fill in the draft"
    form = row.select_one("form")
    assert form is not None
    refused = visit.send(form, meaning="", fix="", pattern=line)
    assert (visit.answer.status_code, "Say what it means" in words(refused, "[role=alert]")) == (400, True)

    entry = visit.send(
        form, meaning="it is spring", fix="wake it gently", pattern=line, commands="ring --bell"
    )

    assert "wake it gently" in entry.get_text()
    assert words(visit.ask(line), ".verdict h1") == "Known"


def test_a_proposed_draft_is_accepted_where_its_question_stands(visit: Visit, web_home: Path):
    for number in range(3):
        visit.ask(f"FATAL: kraken {number} holds the anchor of the second dredger")
    with KnowledgeBase.open(web_home) as kb:
        assert [one for one in kb.proposals.list() if "kraken" in one.proposal.title]

    page = visit.look("/unknowns")
    row = next(one for one in page.select(".unknowns > li") if "kraken" in one.get_text())
    after = visit.send(row.select_one("form"), meaning="it likes iron", fix="sing")

    assert "written into the memory files" in words(after, ".done")


def test_order_and_newness_stand_in_the_address(visit: Visit):
    visit.ask("the gull of pier nine counts backwards from forty")

    page = visit.look("/unknowns?order=newest&new=1")

    marked = [one.get_text(" ", strip=True) for one in page.select(".tabs [aria-current]")]
    assert marked[0] == "Newest"
    assert marked[1].startswith("New this week")
    assert "gull of pier nine" in words(page, ".unknowns > li")


def test_more_unknowns_are_one_click_away_also_of_those_that_are_new(visit: Visit, web_home: Path):
    animals = ("heron", "newt", "vole", "carp", "toad", "stoat", "crane")
    with KnowledgeBase.open(web_home) as kb:
        for animal in animals:
            for place in ("sluice", "dyke", "quay"):
                kb.check_known_issues(f"ERROR {animal} chews the bolt of the {place}")
    page = visit.look("/unknowns?order=newest&new=1")
    assert len(page.select(".unknowns > li")) == 20

    page = visit.look(str(page.find("a", string="More")["href"]))

    assert len(page.select(".unknowns > li")) > 20
    marked = [one.get_text(" ", strip=True) for one in page.select(".tabs [aria-current]")]
    assert (marked[0], marked[1].startswith("New this week")) == ("Newest", True)
    assert page.find("a", string="More") is None


def test_who_may_only_read_sees_unknowns_without_forms(stranger: Visit):
    stranger.sign_in(READ)

    page = stranger.look("/unknowns")

    assert stranger.answer.status_code == 200
    assert not page.select("main form")


def test_hostile_services_and_questions_are_shown_as_text(visit: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        kb.check_known_issues(f"ERROR eve asks {HOSTILE}", service=MARKUP)
        kb.changes.record("deployment", MARKUP, "prod<b>", version=MARKUP, summary=HOSTILE, author=MARKUP)
        kb.incidents.open(f"eve is here {MARKUP}", service=MARKUP)

    for path in ("/unknowns", f"/unknowns?order={MARKUP}", "/services", f"/services/{MARKUP}"):
        visit.look(path)
        assert_inert(visit.shown, visit.answer.text)
        assert visit.answer.status_code == 200
