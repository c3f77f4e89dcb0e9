"""Any text as Markdown that shows it as it is, and back."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb.text.escaping import as_line, as_quote, from_line, from_quote
from kb.text.redact import redact

SIGNS = "#*_`~<>!-+=|[](){}\\&;:.@/'\" ab1\t"
QUICK = settings(max_examples=150, deadline=None, phases=[Phase.explicit, Phase.generate])

HARD = [
    "# Timeline",
    "- **Incident ID**: incident-20200101-x-000000",
    "1. first",
    "> quoted",
    "---",
    "- [ ] a box",
    "<!-- gone",
    "`<!-- not code` -->",
    "| a | b |",
    "```",
    "<pod> & &amp; &#35;",
    "C:\\temp\\*",
    "snake_case _x_",
    "[Name]",
    "a #",
    "##",
    "`code` and \\`not`",
    "~~struck~~",
    "\\",
    "قال: خطأ",
    "TBD",
    "2026-11-20 outage",
]


@QUICK
@given(st.text(SIGNS, min_size=1, max_size=40))
def test_a_line_comes_back_and_is_shown_as_it_is(text: str):
    assert_shown(" ".join(text.split()))


@pytest.mark.parametrize("text", HARD)
def test_a_hard_line_comes_back_and_is_shown_as_it_is(text: str):
    assert_shown(text)


def assert_shown(text: str) -> None:
    line = as_line(text)
    assert from_line(line) == text
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(f"- {line}\n")
    blocks = [token.type for token in tokens if token.nesting >= 0 and token.type != "inline"]
    assert blocks == ["bullet_list_open", "list_item_open", *(["paragraph_open"] if text else [])]
    inline = [child for token in tokens for child in token.children or ()]
    if "](" not in text and "://" not in text and "@" not in text:
        assert {child.type for child in inline} <= {"text", "text_special", "code_inline"}
    assert "<!--" not in line


@QUICK
@given(st.lists(st.text(SIGNS + "\\!", max_size=20), min_size=1, max_size=5).map("\n".join))
def test_a_quote_comes_back_and_ends_no_section(text: str):
    quote = as_quote(text)
    assert from_quote(quote) == text
    assert "<!--" not in quote
    tokens = MarkdownIt("commonmark").parse(f"{quote}\n\n## Next\n")
    assert [token.type for token in tokens if not token.level and token.nesting == 1][1:] == ["heading_open"]


def test_a_plain_sentence_is_no_quote():
    assert as_quote("Deployed a fix that closes connections") == "Deployed a fix that closes connections"
    assert as_quote("Timeline: it came back").startswith("> ")
    assert as_quote("TBD").startswith("> ")


def test_ordinary_text_is_not_escaped():
    text = "API p99 latency > 2s on order_service (v1.2), `defer conn.Close()` missing [redacted:token]"
    assert as_line(text) == text


@pytest.mark.parametrize("text", ["password=<password>", "password=***", "token: [redacted:token]"])
def test_what_is_redacted_already_is_no_secret_once_it_is_escaped(text: str):
    assert redact(text).count == redact(as_line(text)).count == 0
