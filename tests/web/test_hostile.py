"""Whatever stands in memory or in an address is text: no markup, no address, no control character of it acts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from kb.doors.web.prose import prose
from kb.index.encoder import OnnxEncoder
from tests.web.conftest import Visit

slow = pytest.mark.full
MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(1)></textarea></title><svg onload=alert(1)>"
    "<a href=\"javascript:alert(1)\">x</a> \"'><b onclick='x'> {{ 7 * 7 }} {% for x in y %} &lt;i&gt;"
)
LINKS = "[go](javascript:alert(1)) [data](data:text/html,x) ![pixel](https://evil.example/p.png) <https://fine.example/>"
CONTROLS = (
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x1b[31mred\x1b[0m \x00 \u202etxt.exe \u200b\u200b"
)
HOSTILE = f"{MARKUP} {LINKS} {CONTROLS}"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u200b]")


@pytest.fixture(scope="module")
def hostile_id(web_home: Path, encoder: OnnxEncoder) -> str:
    """An entry all of whose fields are hostile, and its record."""
    with KnowledgeBase.open(web_home, encoder=encoder, actor=f"eve {MARKUP}"[:60]) as kb:
        learned = kb.learn_pattern(
            f"eve was here {HOSTILE}",
            f"meaning {HOSTILE}",
            f"fix {HOSTILE}",
            [f"command {HOSTILE}"],
            f"category {MARKUP}",
            check=f"check {HOSTILE}",
            warning=f"warning {HOSTILE}",
            services=[f"service {MARKUP}"],
            environments=["prod<script>"],
        )
        kb.record_outcome(learned.id, "resolved", verified_by=f"by {MARKUP}", note=f"note {HOSTILE}")
        return learned.id


def assert_inert(page: BeautifulSoup, text: str) -> None:
    """Nothing acts but what is ours."""
    assert {str(one.get("src", "")).split("?")[0] for one in page.find_all("script")} <= {
        "/static/htmx-4.0.1.min.js",
        "/static/page.js",
    }
    assert all(not one.get_text() for one in page.find_all("script"))
    assert all(str(one.get("src")).startswith("/static/") for one in page.find_all("img"))
    attributes = [
        (one.name, name, str(value)) for one in page.find_all(True) for name, value in one.attrs.items()
    ]
    assert not [one for one in attributes if one[1].startswith("on") or one[1] == "style"]
    addresses = [value for _, name, value in attributes if name in ("href", "src", "action", "formaction")]
    assert not [one for one in addresses if re.match(r"(?i)\s*(?:javascript|data|vbscript):", one)]
    assert page.find("iframe") is None
    assert not _CONTROL.search(text)


@slow
def test_an_entry_of_hostile_fields_is_shown_as_text(visit: Visit, hostile_id: str):
    page = visit.look(f"/entries/{hostile_id}")

    assert_inert(page, visit.answer.text)
    assert visit.answer.status_code == 200
    assert "{{ 7 * 7 }}" in page.get_text()
    assert "<script>alert(1)</script>" in page.get_text()


@slow
@pytest.mark.usefixtures("hostile_id")
def test_a_hostile_text_is_answered_as_text(visit: Visit):
    page = visit.ask(f"eve was here {HOSTILE}\n{HOSTILE}")

    assert_inert(page, visit.answer.text)
    assert visit.answer.status_code == 200


@slow
@pytest.mark.usefixtures("hostile_id")
@pytest.mark.parametrize("name", ["q", "kind", "service", "severity", "status", "since", "until", "other"])
def test_a_hostile_address_of_a_search_is_shown_as_text(visit: Visit, name: str):
    visit.answer = visit.client.get("/search", params={name: HOSTILE})

    assert_inert(visit.shown, visit.answer.text)
    assert visit.answer.status_code in (200, 400)


@slow
@pytest.mark.parametrize("name", ["pattern", "meaning", "fix", "check", "commands", "services", "category"])
def test_a_hostile_lesson_is_tried_as_text(visit: Visit, name: str):
    visit.answer = visit.client.get("/learn", params={"pattern": "eve was here", name: HOSTILE})
    assert_inert(visit.shown, visit.answer.text)
    form = visit.form(visit.shown)
    form["action"] = "/learn/try"

    page = visit.send(form, **{"pattern": "eve was here", name: HOSTILE})

    assert_inert(page, visit.answer.text)
    assert visit.answer.status_code in (200, 400)


@slow
def test_hostile_paths_and_names_are_told_as_text(visit: Visit, stranger: Visit):
    for path in (
        "/entries/<script>alert(1)</script>",
        "/entries/%00%1b%5b31m",
        "/static/../page.py",
        "/static/x",
    ):
        visit.look(path)
        assert_inert(visit.shown, visit.answer.text)
        assert visit.answer.status_code in (400, 404)

    page = stranger.send(stranger.form(stranger.look("/sign-in")), token="x", name=MARKUP, next=HOSTILE)
    assert_inert(page, stranger.answer.text)


@slow
def test_a_megabyte_in_the_box_is_answered_with_a_page_of_ordinary_size(visit: Visit):
    page = visit.ask("\n".join(f"ERROR {n:x} {MARKUP}" for n in range(6_000)))

    assert_inert(page, visit.answer.text)
    assert len(visit.answer.content) < 120_000


@slow
def test_every_page_tells_browsers_what_to_refuse(visit: Visit, entry_id: str):
    for path in ("/", "/search", f"/entries/{entry_id}", "/entries/none-0"):
        visit.look(path)
        headers = visit.answer.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_markdown_keeps_its_form_and_none_of_its_power():
    page = BeautifulSoup(
        str(prose(f"# Title\n\n- one\n- two\n\n{HOSTILE}\n\n| a |\n|:-:|\n| b |")), "html.parser"
    )

    assert [one.get_text() for one in page.select("h3, li")] == ["Title", "one", "two"]
    # (a picture is a link to it: nothing is fetched before somebody follows it)
    assert [one["href"] for one in page.find_all("a")] == [
        "https://evil.example/p.png",
        "https://fine.example/",
    ]
    assert not page.find_all(["img", "script", "svg"])
    assert all(not one.has_attr("style") for one in page.find_all(True))


def test_markdown_of_any_length_is_shown():
    assert "<script>" not in str(prose("<script>" * 50_000))
