"""The pages in a real browser: with scripts and without, by keyboard, with a screen reader, on a phone, at night."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.web.browser import chromium, is_too_wide, violations
from tests.web.conftest import LINE, READ

pytestmark = [pytest.mark.full, pytest.mark.slow]
PHONE = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
LOG = "\n".join([*("12:00:00 INFO tick" for _ in range(20)), f"12:00:01 ERROR {LINE}", "12:00:02 INFO tock"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


class Person:
    """A tab, and what went wrong in it: errors of scripts, what the policy refused, what was asked of other hosts."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.context = browser.new_context(base_url=url, **options)
        self.page = self.context.new_page()
        self.mistakes: list[str] = []
        self.page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        self.page.on(
            "console", lambda said: self.mistakes.append(said.text) if said.type == "error" else None
        )
        self.page.on("request", lambda one: self._note(one.url, url))

    def _note(self, asked: str, url: str) -> None:
        if not asked.startswith((url, "data:")):
            self.mistakes.append(f"asked elsewhere: {asked}")

    def ask(self, text: str) -> None:
        self.page.goto("/")
        self.page.fill("#error_text", text)
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_selector(".answer")

    def texts(self, selector: str) -> list[str]:
        """What stands in all of these, of a page that has come whole: a click waits only for its beginning."""
        self.page.wait_for_load_state("domcontentloaded")
        return [" ".join(one.split()) for one in self.page.locator(selector).all_inner_texts()]


@pytest.fixture
def person(browser: Any, open_url: str) -> Iterator[Person]:
    someone = Person(browser, open_url, timezone_id="Asia/Tokyo")
    yield someone
    someone.context.close()
    assert someone.mistakes == []


def _outcomes(home: Path, entry_id: str) -> list[tuple[str, str]]:
    with KnowledgeBase.open(home) as kb:
        return [(one.result, one.note) for one in kb.known.record(kb.get(entry_id)).outcomes]


def test_from_the_paste_to_the_outcome_the_answer_stays_on_the_screen(
    person: Person, web_home: Path, entry_id: str
):
    person.ask(LOG)
    assert person.texts(".verdict h1") == ["Known"]
    assert person.texts(".log mark")[0].endswith(LINE)

    person.page.click("button:has-text('It worked')")
    person.page.wait_for_selector(".record .done")

    assert person.texts(".record .done") == ["Kept: it worked."]
    assert person.texts(".verdict h1") == ["Known"]  # the page was not left
    assert _outcomes(web_home, entry_id)[0] == ("resolved", "")


def test_that_it_did_not_work_is_said_with_a_sentence(person: Person, web_home: Path, entry_id: str):
    person.ask(LOG)

    person.page.click("summary:has-text('It did not work')")
    person.page.fill("[name=note]", "the counter was right")
    person.page.click(".ask-why button:has-text('It did not work')")
    person.page.wait_for_selector(".record .done")

    assert _outcomes(web_home, entry_id)[0] == ("failed", "the counter was right")


def test_what_was_asked_stands_in_the_box_and_what_is_pasted_there_next_replaces_it(person: Person):
    person.ask(LOG)
    assert person.page.input_value("#error_text") == LOG

    person.page.click("#error_text")
    person.page.keyboard.insert_text("another error")

    assert person.page.input_value("#error_text") == "another error"


def test_results_come_as_one_types_and_the_address_tells_them(person: Person):
    person.page.goto("/search")
    person.page.wait_for_selector(".hits li")

    person.page.type("#q", "tide gauge refuses")
    person.page.wait_for_function(f"document.querySelector('.hits h2')?.innerText.includes('{LINE[:20]}')")
    person.page.wait_for_url("**/search?q=tide+gauge+refuses")
    person.page.check("[name=kind][value=pattern]")
    person.page.wait_for_url("**/search?q=tide+gauge+refuses&kind=pattern")

    assert person.page.evaluate("document.activeElement.name") == "kind"  # the focus was left where it was
    person.page.reload()
    assert person.page.is_checked("[name=kind][value=pattern]")


def test_times_are_told_in_the_zone_of_who_looks_with_utc_beside(person: Person, entry_id: str):
    person.page.goto(f"/entries/{entry_id}")
    time = person.page.locator(".aside time").first

    exact, shown = time.get_attribute("datetime"), time.inner_text()

    hour = (int(exact[11:13]) + 9) % 24  # Tokyo
    assert f" {hour:02}:{exact[14:16]} " in shown
    assert f"{exact[11:16]} UTC)" in shown


def test_a_dropped_file_stands_in_the_box(person: Person):
    person.page.goto("/")

    person.page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "gauge.log", {type: "text/plain"}));
            document.querySelector("#error_text").dispatchEvent(
                new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        LOG,
    )

    person.page.wait_for_function("document.querySelector('#error_text').value.includes('ERROR')")
    assert person.page.input_value("#error_text") == LOG


def test_what_is_known_in_a_long_log_is_shown_while_it_is_read_and_then_the_answer(
    person: Person, web_home: Path, encoder: OnnxEncoder
):
    telling = "quorum of the harbour ledger lost, 2 of 5 replicas answer"
    with KnowledgeBase.open(web_home, encoder=encoder) as kb:
        kb.learn_pattern(telling, "two are no quorum", "start a third")
    calm = "INFO the tide is as the table says it is and nobody need do anything about it\n"
    page = person.page
    page.goto("/")
    log = f"FATAL {telling}\n{calm * 20_000}".encode()
    page.set_input_files("[name=file]", {"name": "harbour.log", "mimeType": "text/plain", "buffer": log})

    page.evaluate(
        """() => {
            window.seen = [];
            new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach((node) => {
                if (node.matches?.(".sightings li, main")) window.seen.push(node.innerText.split("\\n")[0]);
            }))).observe(document.body, {childList: true, subtree: true});
        }"""
    )

    page.click("button.main")
    page.wait_for_selector(".answer", timeout=120_000)

    assert page.evaluate("window.seen") == [f"{telling} in line 1", "Known"]  # one after the other
    assert person.texts(".verdict h1") == ["Known"]
    page.click("button:has-text('It worked')")  # what came later works as what came first
    page.wait_for_selector(".record .done")


def test_a_command_is_copied(browser: Any, open_url: str):
    someone = Person(browser, open_url, permissions=["clipboard-read", "clipboard-write"])
    someone.ask(LOG)

    someone.page.click(".commands .copy")
    someone.page.wait_for_selector(".copy:has-text('Copied')")

    assert someone.page.evaluate("navigator.clipboard.readText()") == "gauge reset --berth 7"
    someone.context.close()


def test_all_of_it_is_done_by_keyboard_alone(person: Person, web_home: Path, entry_id: str):
    page = person.page
    page.goto("/search")
    page.keyboard.press("Tab")  # the box has the focus at first; from there on
    page.goto("/")
    page.keyboard.type(
        f"ERROR {LINE} while the ferry leaves"
    )  # of its own: what is refused here stays refused
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('button.main')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value === 'not_applied'"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector(".record .done")

    assert _outcomes(web_home, entry_id)[0][0] == "not_applied"
    assert page.evaluate("document.activeElement.matches('.record')")  # where what was done is told


def test_what_is_typed_before_the_last_script_is_there_is_searched(person: Person):
    page = person.page
    held = list[Any]()
    page.route("**/htmx-*", lambda route: held.append(route))
    page.goto("/search", wait_until="domcontentloaded")
    page.type("#q", "tide gauge refuses")
    assert held
    assert page.url.endswith("/search")

    for one in held:
        one.continue_()
    page.wait_for_url("**/search?q=tide+gauge+refuses")


def test_without_scripts_the_same_is_done(browser: Any, open_url: str, web_home: Path, entry_id: str):
    someone = Person(browser, open_url, java_script_enabled=False)
    page = someone.page
    page.goto("/")
    page.fill("#error_text", LOG)
    page.click("button.main")
    page.click("button:has-text('It worked')")

    page.wait_for_url(f"**/entries/{entry_id}?done=resolved")
    assert _outcomes(web_home, entry_id)[0][0] == "resolved"
    page.goto("/search")
    page.fill("#q", "tide gauge refuses")
    page.click("button.main")
    page.wait_for_selector(f".hits h2:has-text('{LINE[:20]}')")
    someone.context.close()


def test_signing_in_and_out(browser: Any, guarded_url: str):
    someone = Person(browser, guarded_url)
    page = someone.page
    page.goto("/search?q=gauge")
    page.fill("[name=token]", READ)
    page.fill("[name=name]", "ana")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=gauge")
    assert violations(page) == []

    page.click("text=Sign out")
    page.goto("/")
    assert page.url.endswith("/sign-in?next=%2F")
    assert someone.mistakes == []
    someone.context.close()


LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "dark"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_can_be_used_by_everybody(
    browser: Any, open_url: str, guarded_url: str, entry_id: str, look: str
):
    someone = Person(browser, open_url, **LOOKS[look])
    found = {}
    for path in (
        "/",
        "/search",
        "/search?q=database&kind=runbook",
        "/search?since=never",
        f"/entries/{entry_id}",
        f"/entries/{entry_id}?done=resolved",
        "/entries/none-00000000",
        "/learn",
        f"{guarded_url}/sign-in",
    ):
        someone.page.goto(path)
        found[path] = (violations(someone.page), is_too_wide(someone.page))
    for text in (LOG, "KubePodCrashLooping in production", "the zebra of the seventh moon"):
        someone.ask(text)
        someone.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found[text] = (violations(someone.page), is_too_wide(someone.page))
    someone.context.close()

    assert {path: wrong for path, wrong in found.items() if wrong != ([], False)} == {}


def test_a_page_is_small_and_asks_nothing_of_others(person: Person, entry_id: str):
    sizes: dict[str, int] = {}
    person.page.on("response", lambda one: sizes.update({one.url: len(one.body())}))

    for path in ("/", "/search", f"/entries/{entry_id}"):
        person.context.clear_cookies()
        sizes.clear()
        person.page.goto(path, wait_until="networkidle")
        assert 0 < sum(sizes.values()) < 120_000, sizes


def test_kb_web_is_reached_by_this_machine_alone(web_home: Path):
    import re
    import subprocess
    import sys

    from tests.doors.conftest import environment

    process = subprocess.Popen(
        [sys.executable, "-m", "kb", "web", "--no-open"],
        env=environment(web_home),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        said = process.stderr.readline()
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)/ until Ctrl\+C", said)[1])
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    finally:
        process.terminate()
        process.wait(timeout=30)
