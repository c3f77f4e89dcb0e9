"""A budget is kept whatever has to be said, and what is left out is counted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import InvalidInput
from kb.triage.budget import (
    BriefLine,
    checked_budget,
    count_tokens,
    fit,
    line_cost,
    section_cost,
    shortened,
    shortened_to,
)


def test_short_words_cost_one_token_and_numbers_one_a_digit() -> None:
    assert count_tokens("to do it") == 3
    assert count_tokens("2026") == 4
    assert count_tokens("") == 0


def test_no_text_costs_less_than_a_quarter_of_its_bytes() -> None:
    for text in ("    " * 50, "🔴" * 20, "a" * 400, "\n" * 30):
        assert count_tokens(text) >= len(text.encode()) / 4


def test_the_count_is_above_that_of_the_embedding_models_own_tokenizer(encoder: object) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder.source / "tokenizer.json"))  # type: ignore[attr-defined]
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = (
        "Roll back the deployment, then close the connections that the new feature leaves open.",
        "FATAL: remaining connection slots are reserved for non-replication superuser connections",
        "1. Check the slow query log\n2. Look for locks and contention\n3. Review recent schema changes\n",
    )
    for text in texts:
        words = len(tokenizer.encode(text, add_special_tokens=False).ids) + text.count("\n")
        assert count_tokens(text) >= 0.9 * words


@pytest.mark.parametrize("budget", [0, 99, -5, 20_001, True, "1000", None, 10.5])
def test_a_budget_that_says_nothing_is_refused_with_the_range(budget: object) -> None:
    with pytest.raises(InvalidInput, match="from 100 to 20000"):
        checked_budget(budget)  # type: ignore[arg-type]


TITLES = ("First", "Second", "Third")
LINES = st.lists(
    st.builds(
        BriefLine,
        section=st.sampled_from(TITLES),
        text=st.text(min_size=1, max_size=300),
        rank=st.floats(0, 9),
        entry_id=st.sampled_from(["", "pattern-a-1"]),
        chain=st.sampled_from(["", "c"]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(LINES, st.integers(0, 1500))
def test_what_is_fitted_costs_no_more_than_the_budget(lines: list[BriefLine], budget: int) -> None:
    fitted = fit(lines, TITLES, budget)

    markdown = "".join(
        f"\n## {s.title}\n" + "".join(f"- {line}\n" for line in s.lines) for s in fitted.sections
    )
    data = [{"title": s.title, "lines": list(s.lines)} for s in fitted.sections]
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    assert count_tokens(markdown) <= budget
    assert not fitted.kept or count_tokens(written) <= budget + 2
    assert fitted.left_out + sum(len(s.lines) for s in fitted.sections) == len(lines)
    assert [s.title for s in fitted.sections] == [
        t for t in TITLES if t in {s.title for s in fitted.sections}
    ]


def test_the_most_important_lines_stay_in_the_order_of_their_sections() -> None:
    lines = [BriefLine("First", "least", 9), BriefLine("Second", "most", 0), BriefLine("First", "second", 1)]
    room = section_cost("Second") + line_cost("most") + section_cost("First") + line_cost("second")

    fitted = fit(lines, TITLES, room)

    assert [(s.title, s.lines) for s in fitted.sections] == [("First", ("second",)), ("Second", ("most",))]
    assert fitted.left_out == 1


def test_a_long_line_is_shortened_and_says_where_the_rest_is() -> None:
    line = BriefLine(
        "First", "restart the pods of the order service one by one " * 40, 0, entry_id="pattern-a-1"
    )

    fitted = fit([line], TITLES, 80)

    assert fitted.sections[0].lines[0].endswith("... (kb show pattern-a-1)")
    assert fitted.sections[0].lines[0].startswith("restart the pods")


def test_a_step_is_never_told_without_those_before_it() -> None:
    steps = [
        BriefLine("First", f"{n}. " + "do it " * (40 if n == 2 else 2), n, chain="runbook")
        for n in range(1, 5)
    ]

    fitted = fit(steps, TITLES, 60)

    assert [line[:2] for line in fitted.sections[0].lines] == ["1."]


def test_text_is_flattened_to_one_line() -> None:
    assert shortened("one\n## two\r\n\tthree", 100) == "one ## two three"


def test_a_line_is_not_cut_down_to_its_label() -> None:
    line = "Nearest, not a match: " + "reverberation" * 9

    assert shortened_to(line, line_cost(line) - 1) == ""
