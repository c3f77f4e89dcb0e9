"""Inbox: proposals and entries are decided on, one by one or several at once; a decision sticks, and says by whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from kb.index.encoder import OnnxEncoder
from tests.web.conftest import ADMIN, READ, RESPOND, WRITE, Visit
from tests.web.reviewers import Waiting, waiting_home

pytestmark = pytest.mark.full


@pytest.fixture
def waiting(tmp_path: Path, new_home: Path, encoder: OnnxEncoder) -> Iterator[Waiting]:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"write: {ADMIN}\nread: {READ}\nrespond noor: {RESPOND}\nwrite mara: {WRITE}\n")
    with waiting_home(tmp_path, new_home, encoder, "--token-file", str(tokens)) as found:
        yield found


@pytest.fixture
def mara(waiting: Waiting) -> Visit:
    visit = Visit(waiting.url)
    visit.sign_in(WRITE, name="")
    return visit


def _form(page: BeautifulSoup, ends: str) -> Tag:
    return next(one for one in page.select("main form") if str(one.get("action", "")).endswith(ends))


def _titles(page: BeautifulSoup) -> list[str]:
    return [one.get_text() for one in page.select(".waiting h2")]


def test_a_proposal_is_accepted_with_what_the_reviewer_found_out(mara: Visit, waiting: Waiting):
    page = mara.look(f"/inbox/proposals/{waiting.proposal('pattern')}")
    assert "the ferry bell" in page.select_one(".diff .added").parent.get_text()
    assert "Nothing on offer is like it." in page.get_text()

    after = mara.send(_form(page, "/accept"), **{"field-meaning": "the bell is loose", "checked": "yes"})

    assert after.select_one(".done").get_text(" ", strip=True).startswith("Accepted")
    assert "by mara" in after.select_one(".done").get_text(" ", strip=True)
    assert "meaning: the bell is loose" in waiting.text("patterns.yaml")
    with waiting.ask() as kb:
        (match, *_) = kb.check_known_issues("the ferry bell of deck 9 rings at night").matches
        assert (match.status, match.meaning) == ("active", "the bell is loose")
        assert [one.actor for one in kb.moves.of(match.id)] == ["mara"]


def test_a_proposal_without_advice_says_what_is_missing_and_keeps_what_was_typed(
    mara: Visit, waiting: Waiting
):
    page = mara.look(f"/inbox/proposals/{waiting.proposal('pattern')}")

    after = mara.send(_form(page, "/accept"), **{"field-category": "bells"})

    assert mara.answer.status_code == 400
    assert "give `meaning` or `fix`" in mara.told
    assert after.select_one("[name=field-category]")["value"] == "bells"


def test_what_was_rejected_stays_away_and_tells_who_said_why(mara: Visit, waiting: Waiting):
    found = waiting.proposal("pattern")

    mara.send(_form(mara.look(f"/inbox/proposals/{found}"), "/reject"), reason="it was a drill")

    assert _titles(mara.look("/inbox")) == ["the crane of quay 3 is stuck"]  # which keeps failing
    decided = mara.look("/inbox?show=decided").get_text(" ")
    assert "mara" in decided
    assert "it was a drill" in decided


def test_duplicates_are_merged_from_the_inbox(mara: Visit, waiting: Waiting):
    page = mara.look("/inbox?show=duplicates")
    assert len(_titles(page)) == 1

    mara.send(_form(page, "/decide"), chosen=waiting.proposal("merge"), decision="accept")

    assert mara.shown.select_one(".done").get_text() == "1 decided."
    with waiting.ask() as kb:
        assert kb.get(waiting.gone).status == "retired"
    assert f"merged_into: {waiting.kept}" in waiting.text("patterns.yaml")


def test_several_are_decided_at_once_and_what_cannot_be_is_told(mara: Visit, waiting: Waiting):
    page = mara.look("/inbox?show=unverified")
    form = _form(page, "/decide")
    data = {
        "proof": form.select_one("[name=proof]")["value"],
        "show": "unverified",
        "decision": "active",
        "reason": "read and tried",
        "chosen": [waiting.gauge, waiting.kept, "pattern-of-nobody-1"],
    }

    mara.answer = mara.client.post("/inbox/decide", data=data, headers={"Origin": mara.url})

    assert "pattern-of-nobody-1" in mara.told
    assert mara.shown.select_one(".done").get_text() == "2 decided."
    with waiting.ask() as kb:
        assert [kb.get(one).status for one in (waiting.gauge, waiting.kept)] == ["active", "active"]
        (move,) = kb.moves.of(waiting.kept)
        assert (move.actor, move.reason, move.rule) == ("mara", "read and tried", "reviewed")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"decision": "active", "reason": "x"}, "Nothing was chosen"),
        ({"chosen": "x", "decision": "retired"}, "Say in a few words why"),
    ],
)
def test_a_decision_without_reason_or_choice_does_nothing(mara: Visit, given: dict[str, str], said: str):
    mara.send(_form(mara.look("/inbox?show=unverified"), "/decide"), **given)

    assert said in mara.told


@pytest.mark.parametrize("show", ["proposals", "unverified", "quarantined", "decided"])
def test_every_tab_of_entries_says_how_many_wait_whichever_is_shown(mara: Visit, show: str):
    page = mara.look(f"/inbox?show={show}")

    counts = {
        one.find(string=True).strip(): one.select_one(".count").get_text()
        for one in page.select("nav.tabs a")
        if one.select_one(".count")
    }

    assert counts["Quarantined"] == "1"
    assert int(counts["Unverified"]) >= 3


def test_an_entry_in_quarantine_says_why_and_comes_back_and_that_is_taken_back(mara: Visit, waiting: Waiting):
    page = mara.look("/inbox?show=quarantined")
    assert "failed 2 of 2, 2 of them made it worse" in page.select_one(".waiting").get_text(" ")

    page = mara.look(page.select_one(".waiting h2 a")["href"])
    mara.send(_form(page, "/status"), status="candidate", reason="the crane was mended")
    with waiting.ask() as kb:
        assert kb.get(waiting.held).status == "candidate"

    mara.send(_form(mara.shown, "/undo"), reason="it was not")
    with waiting.ask() as kb:
        assert kb.get(waiting.held).status == "quarantined"
    assert "it was not" in mara.shown.get_text(" ")


def test_an_entry_is_merged_by_hand_and_what_cannot_be_one_is_told(mara: Visit, waiting: Waiting):
    page = mara.look(f"/inbox/entries/{waiting.gone}")
    assert page.select_one("[name=into]")["value"] == waiting.kept

    mara.send(_form(page, "/merge"), into=waiting.gauge, reason="so it seems")
    assert (mara.answer.status_code, "no text finds both" in mara.told) == (400, True)

    mara.send(_form(mara.shown, "/merge"), into=waiting.kept, reason="the same fault")
    with waiting.ask() as kb:
        assert kb.get(waiting.gone).status == "retired"


def test_who_may_not_decide_sees_no_forms_and_is_refused(waiting: Waiting):
    for token in (READ, RESPOND):
        visit = Visit(waiting.url)
        visit.sign_in(token, name="noor" if token == READ else "")
        for path in ("/inbox", "/inbox?show=unverified", f"/inbox/entries/{waiting.gauge}"):
            page = visit.look(path)
            assert not page.select("main form button"), path
            assert not page.select("[name=chosen]"), path
        ask = visit.form(visit.look("/"))
        ask["action"] = f"/inbox/entries/{waiting.gauge}/status"
        visit.send(ask, status="retired", reason="I can")
        assert visit.answer.status_code == 403
    with waiting.ask() as kb:
        assert kb.get(waiting.gauge).status == "candidate"
