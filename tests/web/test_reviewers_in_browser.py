"""Review, inbox, editing, health and audit in a real browser: with a mouse, by keyboard alone, at night, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser import chromium, is_too_wide, violations
from tests.web.reviewers import Waiting
from tests.web.test_in_browser import PHONE, Person

pytestmark = [pytest.mark.full, pytest.mark.slow]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def person(browser: Any, waiting: Waiting) -> Iterator[Person]:
    someone = Person(browser, waiting.url, timezone_id="Asia/Tokyo")
    yield someone
    someone.context.close()
    assert someone.mistakes == []


def _pages(waiting: Waiting) -> list[str]:
    return [
        "/review",
        "/review?days=365",
        "/review?until=2020-01-01",
        "/review/records?what=lookups",
        "/inbox",
        "/inbox?show=duplicates",
        "/inbox?show=unverified",
        "/inbox?show=quarantined",
        "/inbox?show=decided",
        f"/inbox/proposals/{waiting.proposal('pattern')}",
        f"/inbox/entries/{waiting.held}",
        f"/entries/{waiting.gauge}/edit",
        "/health?check=yes",
        "/audit",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out_by_day_or_night(browser: Any, waiting: Waiting, scheme: str):
    someone = Person(browser, waiting.url, color_scheme=scheme)
    found = {}
    for path in _pages(waiting):
        someone.page.goto(path)
        someone.page.wait_for_selector(".soon", state="hidden")
        someone.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found[path] = violations(someone.page)
    someone.context.close()

    assert {path: said for path, said in found.items() if said} == {}
    assert someone.mistakes == []


def test_a_phone_shows_all_of_it_without_moving_sideways(browser: Any, waiting: Waiting):
    someone = Person(browser, waiting.url, **PHONE)
    wide = []
    for path in _pages(waiting):
        someone.page.goto(path)
        someone.page.wait_for_selector(".soon", state="hidden")
        someone.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wide += [path] if is_too_wide(someone.page) else []
    someone.context.close()

    assert wide == []


def test_from_a_number_to_the_record_behind_it(person: Person, waiting: Waiting):
    person.page.goto("/review")

    person.page.click(".counted a:has-text('it worked: 1')")
    person.page.wait_for_selector(".deeds")
    person.page.click(".deeds a")

    person.page.wait_for_url(f"**/entries/{waiting.gauge}")
    person.page.go_back()
    person.page.go_back()
    person.page.wait_for_selector(".counted")
    assert person.texts("h1") == ["Review"]


def test_an_entry_is_edited_after_its_dry_run(person: Person, waiting: Waiting):
    person.page.goto(f"/entries/{waiting.gauge}")
    person.page.click("a:text-is('Edit')")

    person.page.fill("[name=field-pattern]", "the tide gauge refuses moorings")
    person.page.click("button:has-text('Try it')")
    person.page.wait_for_selector(".tried .facts:has-text('keeps 1')")
    person.page.click("button:has-text('Write it')")

    person.page.wait_for_selector(".done:has-text('Written.')")
    assert "pattern: the tide gauge refuses moorings" in waiting.text("patterns.yaml")


def test_two_people_edit_one_entry_and_the_second_is_told(browser: Any, person: Person, waiting: Waiting):
    other = Person(browser, waiting.url)
    for one in (person, other):
        one.page.goto(f"/entries/{waiting.kept}/edit")
    person.page.fill("[name=field-check]", "look at the lease")
    person.page.click("button:has-text('Try it')")
    person.page.click("button:has-text('Write it')")
    person.page.wait_for_selector(".done")

    other.page.fill("[name=field-check]", "look at the clock")
    other.page.click("button:has-text('Try it')")

    other.page.wait_for_selector("[role=alert]:has-text('somebody else changed')")
    assert other.page.input_value("[name=field-check]") == "look at the clock"
    assert "look at the lease" in " ".join(other.texts(".note"))
    other.context.close()


def test_several_are_decided_by_keyboard_alone(person: Person, waiting: Waiting):
    page = person.page
    page.goto("/inbox?show=unverified")

    _tab_to(page, f"document.activeElement.value === '{waiting.gone}'")
    page.keyboard.press("Space")
    _tab_to(page, "document.activeElement.name === 'reason'")
    page.keyboard.type("read and tried")
    _tab_to(page, "document.activeElement.value === 'retired'")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")

    assert person.texts(".done") == ["1 decided."]
    with waiting.ask() as kb:
        assert kb.get(waiting.gone).status == "retired"


def _tab_to(page: Any, there: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(there):
            return
    raise AssertionError(f"the keyboard does not lead to: {there}")


def test_a_proposal_becomes_an_entry_that_answers(person: Person, waiting: Waiting):
    person.page.goto("/inbox")
    person.page.click(".waiting a:has-text('ferry bell')")

    person.page.fill("[name=field-meaning]", "the bell is loose")
    person.page.check("[name=checked]")
    person.page.click("button.main:has-text('Accept')")
    person.page.wait_for_selector(".done:has-text('Accepted')")

    person.ask("ERROR the ferry bell of deck 12 rings at night")
    assert person.texts(".verdict h1") == ["Known"]
    assert "the bell is loose" in person.texts(".match")[0]
    assert "meaning: the bell is loose" in waiting.text("patterns.yaml")


def test_the_audit_is_saved_as_a_file(person: Person):
    person.page.goto("/audit?what=outcome")

    with person.page.expect_download() as saved:
        person.page.click("button:has-text('As a file')")

    text = Path(saved.value.path()).read_text()
    assert text.startswith("at,actor,what,about,said,details")
    assert "made_worse" in text
