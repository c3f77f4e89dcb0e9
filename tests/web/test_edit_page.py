"""Edit an entry on the page: tried, shown, then written; of two people the second is told, and loses no word."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from tests.web.conftest import Visit
from tests.web.reviewers import LINE, Waiting

pytestmark = pytest.mark.full


@pytest.fixture
def editor(waiting: Waiting) -> Visit:
    return Visit(waiting.url)


def _form(page: BeautifulSoup) -> Tag:
    found = page.select_one(".edit form")
    assert found is not None, page.get_text(" ")
    return found


def _fields(**given: str) -> dict[str, str]:
    return {f"field-{name}": text for name, text in given.items()}


def test_an_edit_is_tried_then_written(editor: Visit, waiting: Waiting):
    before = waiting.text("patterns.yaml")
    form = _form(editor.look(f"/entries/{waiting.gauge}/edit"))

    tried = editor.send(form, **_fields(fix="reset the counter"), step="try")
    assert "+  fix: reset the counter" in tried.select_one(".diff").get_text()
    assert waiting.text("patterns.yaml") == before

    form = _form(tried)
    editor.send(form, step="write", reason="tried it on Monday")
    assert editor.shown.select_one(".done").get_text() == "Written."
    assert "fix: reset the counter" in waiting.text("patterns.yaml")
    with waiting.ask() as kb:
        (deed,), _ = kb.upkeep.deeds.between(what=["edit"], about=waiting.gauge)
        assert deed.details == "tried it on Monday"


def test_what_was_not_tried_is_shown_first(editor: Visit, waiting: Waiting):
    before = waiting.text("patterns.yaml")
    form = _form(editor.look(f"/entries/{waiting.kept}/edit"))
    tried = editor.send(form, **_fields(fix="fence it"), step="try")

    form = _form(tried)
    page = editor.send(form, **_fields(fix="something else"), step="write")

    assert "You changed it since it was tried" in page.select_one(".note").get_text()
    assert "+  fix: something else" in page.select_one(".diff").get_text()
    assert waiting.text("patterns.yaml") == before


def test_a_changed_pattern_tells_what_it_finds_and_what_it_would_fire_on(editor: Visit, waiting: Waiting):
    form = _form(editor.look(f"/entries/{waiting.gauge}/edit"))

    page = editor.send(form, **_fields(pattern="berth 3 is open"), step="try")

    assert "loses 1" in " ".join(page.select_one(".tried .facts").get_text(" ").split())
    assert LINE in page.select_one(".tried").get_text()
    assert "it would be quarantined" in page.select_one(".tried .wrong").get_text()
    assert page.select_one("button[value=write]") is None


def test_the_second_of_two_is_told_and_keeps_their_words(editor: Visit, waiting: Waiting):
    first, second = _form(editor.look(f"/entries/{waiting.gone}/edit")), Visit(waiting.url)
    theirs = _form(second.look(f"/entries/{waiting.gone}/edit"))
    tried = _form(editor.send(first, **_fields(check="look at the lease"), step="try"))
    editor.send(tried, step="write")

    page = second.send(theirs, **_fields(check="look at the clock"), step="try")

    assert second.answer.status_code == 409
    assert "somebody else changed" in second.told
    assert "look at the lease" in page.select_one(".note").get_text()
    form = _form(page)
    assert form.select_one("[name=field-check]").get_text().strip() == "look at the clock"
    again = _form(second.send(form, step="try"))
    second.send(again, step="write")
    assert "check: look at the clock" in waiting.text("patterns.yaml")


def test_an_entry_of_a_document_says_where_it_is_edited(editor: Visit, waiting: Waiting, tmp_path: Path):
    (tmp_path / "pm.md").write_text(
        "# Buoy outage\n\n**Date**: 2026-05-20\n\n## Summary\n\nGone.\n\n## Root cause\n\nA storm.\n"
    )
    with waiting.ask() as kb:
        kb.ingest(tmp_path / "pm.md")
        (found,) = [one.id for one in kb.places() if one.title == "Buoy outage"]

    page = editor.look(f"/entries/{found}")
    assert not page.select(f"a[href='/entries/{found}/edit']")
    editor.look(f"/entries/{found}/edit")
    assert editor.answer.status_code == 400
    assert "pm.md" in editor.told
