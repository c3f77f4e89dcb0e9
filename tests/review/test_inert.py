"""What a summary quotes can do nothing in the reader that shows it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kb.review.page import as_html as render_page
from kb.review.report import as_markdown
from kb.review.summary import Counted, WeeklySummary
from kb.text.escaping import fenced, inert, inert_cell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x onerror=y> of `a<b`", "&lt;img src=x onerror=y> of `a<b`"),
        (
            "see [here](https://bad.example) and ![p](https://bad.example/p.png)",
            "see \\[here](https://bad.example) and !\\[p](https://bad.example/p.png)",
        ),
        ("plain [1 of 3] & more `code`", "plain [1 of 3] & more `code`"),
    ],
)
def test_markup_of_others_is_shown_as_it_is_written(text: str, shown: str) -> None:
    assert inert(text) == shown


@pytest.mark.parametrize("text", ['=HYPERLINK("x")', "+1+cmd", "-2+3", "@SUM(A1)", " =1+1"])
def test_a_spreadsheet_runs_no_cell(text: str) -> None:
    assert inert_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-", "-3%", "+4", "-1.5", "3"])
def test_a_number_stays_a_number(text: str) -> None:
    assert inert_cell(text) == text


MARKUP = [
    "`",
    "``",
    "<b>",
    "<img src=x>",
    "[a](http://x)",
    "![a](x)",
    "[",
    "]",
    "](x)",
    "\\",
    "a",
    " ",
    "&lt;",
    "|",
]


@given(st.lists(st.sampled_from(MARKUP)))
def test_no_reader_finds_html_links_or_pictures(parts: list[str]) -> None:
    tokens = MarkdownIt("commonmark").parse("- " + inert("".join(parts)))
    inside = [child.type for token in tokens for child in token.children or ()]
    assert not {"html_inline", "link_open", "image"} & {*inside}
    assert not any(token.type == "html_block" for token in tokens)


@given(st.text("`~a\n"))
def test_a_fence_is_ended_by_nothing_in_it(text: str) -> None:
    (token,) = MarkdownIt("commonmark").parse(fenced(text))
    assert token.type == "fence"
    assert token.content.rstrip("\n") == text.rstrip("\n")


def test_a_week_of_hostile_texts_is_inert_in_both_forms(summary: WeeklySummary) -> None:
    title = "=<script>x</script>|![p](https://bad.example)"
    moves = tuple(replace(one, title=title) for one in summary.trust_moves)
    bad = replace(summary, fixed=(Counted(name=title, count=2),), trust_moves=moves)
    text = as_markdown(bad)
    assert "<script" not in text
    assert "![p](" not in text
    assert "| =" not in text
    page = render_page(bad)
    assert "<script" not in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert page.index("Content-Security-Policy") < page.index("<style")
