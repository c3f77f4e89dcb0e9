"""The pages as they work without a script: ask, say what came of it, look at an entry, search."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from kb.doors.web.marked import LeftOut, ShownLine, marked
from kb.model.ledger import Evidence
from tests.web.conftest import LINE, WHOLE, Visit

slow = pytest.mark.slow


def words(page: BeautifulSoup, selector: str) -> str:
    found = page.select_one(selector)
    assert found is not None, page.get_text()
    return " ".join(found.get_text(" ").split())


@slow
def test_a_pasted_log_is_answered_with_what_fixes_it_and_what_that_rests_on(visit: Visit):
    log = "\r\n".join([*("tick" for _ in range(30)), f"12:00:01 ERROR {LINE}", *("tock" for _ in range(30))])

    page = visit.ask(log)

    assert words(page, ".verdict h1") == "Known"
    assert "reset the counter of the berth" in words(page, ".match")
    assert words(page, ".match .commands") == "gauge reset --berth 7"
    assert words(page, ".match .check") == "First, tell it from look-alikes gauge status says doubled"
    assert LINE in words(page, ".log mark")
    assert [one.get_text(strip=True) for one in page.select(".log .gap")] == ["27 lines not shown"] * 2


@slow
def test_a_dropped_file_is_read_where_nothing_was_pasted(visit: Visit):
    form = visit.form(visit.look("/"))
    proof = str(form.select_one("[name=proof]")["value"])

    visit.answer = visit.client.post(
        "/",
        data={"proof": proof, "error_text": ""},
        files={"file": ("gauge.log", f"ERROR {LINE}\n".encode())},
    )

    assert words(visit.shown, ".verdict h1") == "Known"


@slow
def test_an_incident_is_opened_with_what_was_asked_and_answered(visit: Visit, web_home: Path):
    page = visit.ask(f"INFO tick\nFATAL: {LINE}\nINFO tock")
    form = page.select_one("form[action='/incidents']")
    assert form is not None

    visit.send(form, title="the gauge refuses everybody")

    one = visit.answer.url.path.rsplit("/", 1)[1]
    with KnowledgeBase.open(web_home) as kb:
        incident = kb.incidents.get(one)
    assert LINE in incident.alert
    assert incident.lookup_id == form.select_one("[name=lookup_id]")["value"]


@slow
def test_an_incident_stands_at_the_service_that_its_log_names(visit: Visit, web_home: Path):
    log = f'{{"level": "error", "service": "tide-gauge", "message": "{LINE}"}}'
    form = visit.ask(log).select_one("form[action='/incidents']")
    assert form is not None
    assert form.select_one("[name=service]")["value"] == "tide-gauge"

    visit.send(form, title="the gauge counts double", severity="SEV2", environment="production")

    with KnowledgeBase.open(web_home) as kb:
        incident = kb.incidents.get(visit.answer.url.path.rsplit("/", 1)[1])
    assert (incident.services, incident.severity, incident.environment) == (
        ("tide-gauge",),
        "SEV2",
        "production",
    )


@slow
def test_what_nobody_knows_is_said_and_the_nearest_are_folded(visit: Visit):
    page = visit.ask("the zebra of the seventh moon is not amused")

    assert words(page, ".verdict h1") == "Not known"
    assert not page.select(".match")
    assert all(not one.has_attr("open") for one in page.select(".near details"))


@slow
def test_an_empty_box_is_answered_with_what_to_do(visit: Visit):
    page = visit.ask("   ")

    assert visit.answer.status_code == 400
    assert words(page, "[role=alert]")
    assert page.select_one("textarea") is not None


@slow
def test_that_it_worked_is_kept_in_the_name_of_who_pressed(visit: Visit, web_home: Path, entry_id: str):
    page = visit.ask(f"ERROR {LINE}")
    form = page.select_one(".match .outcome form")
    assert form is not None
    lookup = str(form.select_one("[name=lookup_id]")["value"])

    after = visit.send(form, result="resolved")

    assert visit.answer.history[0].status_code == 303
    assert words(after, ".record .done") == "Kept: it worked."
    assert "worked 1 of 1 time" in words(after, ".record")
    with KnowledgeBase.open(web_home) as kb:
        (outcome,) = [one for one in kb.known.record(kb.get(entry_id)).outcomes if one.lookup_id == lookup]
    assert (outcome.result, outcome.actor) == ("resolved", _me())


def _me() -> str:
    import getpass

    return getpass.getuser()


@slow
def test_that_it_did_not_work_asks_for_a_sentence_and_shows_it(visit: Visit, entry_id: str):
    page = visit.look(f"/entries/{entry_id}")
    form = page.select_one(".ask-why form")
    assert form is not None
    assert form.select_one("[name=note]").has_attr("required")

    after = visit.send(form, result="failed", note="the counter was right; the buoy was adrift")

    assert "the buoy was adrift" in words(after, ".outcomes .failed")


@slow
def test_an_entry_tells_what_it_says_and_how_often_it_answered(visit: Visit, entry_id: str):
    visit.ask(f"ERROR {LINE}")

    page = visit.look(f"/entries/{entry_id}")

    assert words(page, "h1") == LINE
    headings = [one.get_text() for one in page.select(".says h2")]
    assert headings == ["What it means", "Fix", "Commands", "How to tell it apart", "Looked for"]
    assert all(int(one.get_text()) >= 1 for one in page.select(".hits-in td"))
    assert "learned/patterns.yaml" in words(page, ".aside")


@slow
def test_an_entry_that_is_not_there_is_told_on_a_page(visit: Visit):
    visit.look("/entries/pattern-of-nobody-00000000")

    assert visit.answer.status_code == 404
    assert "pattern-of-nobody" in visit.told


@slow
def test_the_address_holds_the_whole_search(visit: Visit):
    page = visit.look("/search?q=slow+database&kind=runbook&status=active&since=2020-01-01")

    assert page.select_one("[name=q]")["value"] == "slow database"
    assert [one["value"] for one in page.select("[name=kind][checked]")] == ["runbook"]
    assert page.select_one("[name=since]")["value"] == "2020-01-01"
    assert all("Runbook" in one.get_text() for one in page.select(".hits .over"))
    assert page.select(".hits li")


@slow
def test_counts_tell_what_another_filter_would_give(visit: Visit):
    page = visit.look("/search?service=tide-gauge")

    assert words(page, ".total") == "The newest 1 of 1 entry that pass the filters"
    assert [one.get_text(" ", strip=True) for one in page.select(".filters .choice")][:1] == ["Pattern 1"]


@slow
def test_more_than_the_first_results_are_one_click_away_and_in_the_address(visit: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        for number in range(21):
            kb.learn_pattern(f"winch {number} of the ferry is frozen", "ice", "salt it", services=["ferry"])
    page = visit.look("/search?q=winch&service=ferry")
    assert len(page.select(".hits li")) == 20

    more = page.find("a", string="More")
    page = visit.look(str(more["href"]), **WHOLE)

    assert visit.answer.url.query == b"q=winch&service=ferry&all=1"
    assert visit.answer.headers["HX-Replace-Url"] == "/search?q=winch&service=ferry&all=1"
    assert len(page.select(".hits li")) == 21
    assert page.find("a", string="More") is None


@slow
def test_a_day_that_is_none_is_told_beside_the_filters(visit: Visit):
    visit.look("/search?since=yesterday-ish", **WHOLE)

    assert visit.answer.status_code == 400
    assert "since" in visit.told


@slow
def test_an_address_without_a_page_is_told_as_one_to_browsers_and_as_a_problem_to_programs(visit: Visit):
    visit.look("/nowhere")
    assert (visit.answer.status_code, "There is no page at /nowhere" in visit.told) == (404, True)

    problem = visit.client.get("/nowhere")
    assert problem.headers["content-type"] == "application/problem+json"


@slow
def test_what_a_page_needs_comes_from_this_server_and_is_kept(visit: Visit):
    page = visit.look("/")
    addresses = [
        str(one.get("src") or one.get("href")) for one in page.select("script[src], link[href], img[src]")
    ]

    answers = [visit.client.get(one) for one in addresses]

    assert all(one.startswith("/static/") for one in addresses)
    assert {one.status_code for one in answers} == {200}
    assert all("immutable" in one.headers["cache-control"] for one in answers)


def test_a_mark_stands_in_its_line_and_other_lines_are_counted():
    text = "\n".join(["first", *("quiet" for _ in range(10)), "the pump is LOUD today", "last"])
    start = text.index("LOUD")

    lines = marked(text, [Evidence(text="LOUD", line=12, start=start, end=start + 4)])

    assert lines == [
        LeftOut(8),
        *(ShownLine(number, "quiet") for number in (9, 10, 11)),
        ShownLine(12, "the pump is ", "LOUD", " today"),
        ShownLine(13, "last"),
    ]


def test_a_mark_outside_of_the_text_marks_nothing_else():
    lines = marked("one\ntwo", [Evidence(text="gone", line=9, start=900, end=904)])

    assert [one.marked for one in lines if isinstance(one, ShownLine)] == ["", ""]


def test_a_line_of_any_length_is_cut_around_its_mark():
    text = f"{'a' * 5_000}HERE{'b' * 5_000}"

    (line,) = marked(text, [Evidence(text="HERE", line=1, start=5_000, end=5_004)])

    assert isinstance(line, ShownLine)
    assert line.marked == "HERE"
    assert len(line.before) + len(line.after) < 1_000
