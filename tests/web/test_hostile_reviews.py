"""On the pages of reviewers, too, whatever stands in memory, in an address or in a form is text."""

from __future__ import annotations

import pytest

from tests.web.conftest import Visit
from tests.web.test_hostile import HOSTILE, MARKUP, assert_inert, hostile_id

pytestmark = pytest.mark.full
__all__ = ["hostile_id"]


def test_pages_of_reviewers_show_hostile_entries_as_text(visit: Visit, hostile_id: str):
    for number in range(4):
        visit.ask(f"ERROR eve {number} asks {HOSTILE}")
    paths = (
        "/review",
        "/review/records?what=outcomes",
        "/review/records?what=lookups",
        "/inbox",
        "/inbox?show=unverified",
        "/inbox?show=decided",
        f"/inbox/entries/{hostile_id}",
        f"/entries/{hostile_id}/edit",
        "/health?check=yes",
        "/audit",
    )
    for path in paths:
        page = visit.look(path)
        assert visit.answer.status_code == 200, path
        assert_inert(page, visit.answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/review",
        "/review/records",
        "/inbox",
        "/audit",
        "/audit.csv",
        "/health",
        "/inbox/entries/x",
        "/inbox/proposals/x",
    ],
)
@pytest.mark.parametrize("name", ["days", "until", "what", "name", "show", "since", "actor", "done", "other"])
def test_a_hostile_address_is_shown_as_text(visit: Visit, path: str, name: str):
    visit.answer = visit.client.get(path, params={name: HOSTILE}, headers={"Accept": "text/html"})

    assert visit.answer.status_code in (200, 400, 404)
    if visit.answer.headers["content-type"].startswith("text/html"):
        assert_inert(visit.shown, visit.answer.text)


def test_a_hostile_edit_is_shown_as_text_and_a_megabyte_is_refused(visit: Visit, entry_id: str):
    form = visit.look(f"/entries/{entry_id}/edit").select_one(".edit form")
    assert form is not None

    page = visit.send(form, **{"field-fix": HOSTILE, "reason": MARKUP}, step="try")
    assert_inert(page, visit.answer.text)
    assert "<script>alert(1)</script>" in page.select_one(".diff").get_text()

    page = visit.send(form, **{"field-fix": "x" * 1_000_000}, step="try")
    assert visit.answer.status_code == 400
    assert_inert(page, visit.answer.text)


def test_a_hostile_decision_is_told_as_text(visit: Visit, entry_id: str):
    page = visit.look("/inbox?show=unverified")
    form = next(one for one in page.select("main form") if one["action"] == "/inbox/decide")

    page = visit.send(form, chosen=HOSTILE, decision="active", reason=HOSTILE)
    assert_inert(page, visit.answer.text)
    page = visit.send(form, chosen=entry_id, decision=HOSTILE, reason=HOSTILE)
    assert_inert(page, visit.answer.text)
