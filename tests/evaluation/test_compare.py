"""A run against an older one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.errors import InvalidInput
from kb.evaluation.compare import compare, failures
from kb.evaluation.figures import measure
from kb.evaluation.report import report
from kb.evaluation.results import CaseResult, Run, load_run, save_run
from kb.evaluation.run import evenly


def results(right: int, cases: int = 40) -> list[CaseResult]:
    """So many of the cases answered rightly, the others not; and ten that have no answer."""
    asked = [
        CaseResult(
            key=f"k{n}",
            query=f"question {n}",
            relevant=(f"e{n}",),
            rank=1 if n < right else None,
            confidence=0.9 if n < right else 0.4,
            verdict="known" if n < right else "related",
            first=f"e{n % right}",
        )
        for n in range(cases)
    ]
    none = [
        CaseResult(
            key=f"u{n}", query=f"riddle {n}", relevant=(), rank=None, confidence=0.1, verdict="unknown"
        )
        for n in range(10)
    ]
    return asked + none


def run(found: list[CaseResult], **more) -> Run:
    return Run(
        version="1",
        at=datetime(2026, 5, 4, tzinfo=UTC),
        files=("c.yaml",),
        digest="d",
        model="m",
        entries={},
        measured=measure(found),
        results=tuple(found),
        **more,
    )


def test_what_fell_beyond_chance_fails_and_names_the_cases() -> None:
    older, now = run(results(36)), run(results(20))

    comparison = compare(now, older)

    change = comparison.changes["recall@1"]
    assert (change.before, change.now, change.difference.value) == (0.9, 0.5, -0.4)
    assert change.worse
    assert change.beyond_chance
    assert change.difference.low < -0.4 < change.difference.high < 0
    assert [flip.query for flip in comparison.worse] == [f"question {n}" for n in range(20, 36)]
    assert comparison.better == ()
    assert "recall@1 got worse: 0.900 before, 0.500 now" in failures(now, comparison, {})
    assert "question 20" in report(now, comparison)


def test_one_case_of_forty_is_within_chance_and_passes() -> None:
    comparison = compare(run(results(35)), run(results(36)))

    assert comparison.changes["recall@1"].worse
    assert not comparison.changes["recall@1"].beyond_chance
    assert len(comparison.worse) == 1
    assert failures(run(results(35)), comparison, {}) == []


def test_what_rose_passes_and_a_lower_brier_score_is_better() -> None:
    comparison = compare(run(results(40)), run(results(20)))

    assert comparison.changes["recall@1"].beyond_chance
    assert not comparison.changes["recall@1"].worse
    assert comparison.changes["brier"].difference.value < 0
    assert not comparison.changes["brier"].worse
    assert len(comparison.better) == 20
    assert failures(run(results(40)), comparison, {}) == []


def test_an_unanswerable_case_that_becomes_known_is_worse() -> None:
    before = results(36)
    now = [
        replace(one, verdict="known", first="e1", confidence=0.95) if one.key == "u3" else one
        for one in before
    ]

    (flip,) = compare(run(now), run(before)).worse

    assert (flip.query, flip.relevant, flip.now) == ("riddle 3", (), "known: e1")


def test_cases_that_only_one_run_asked_or_that_have_other_answers_are_left_out_and_counted() -> None:
    before = results(36)
    relabelled = [replace(one, relevant=("other",)) if one.key == "k0" else one for one in before]

    comparison = compare(run(relabelled[:-1]), run(before))

    assert (comparison.compared, comparison.left_out) == (48, 3)
    with pytest.raises(InvalidInput, match="no case in common"):
        compare(run(results(36)[:3]), run(results(36)[5:]))


def test_what_differs_beside_the_answers_is_said() -> None:
    older = replace(run(results(36)), digest="e", model="n", entries={"pattern": 3}, version="0")
    notes = "\n".join(compare(run(results(36)), older).notes)
    assert all(
        word in notes for word in ("cases differ", "n before, m now", "0 entries, 3 before", "another kb")
    )


def test_a_run_reads_back_as_it_was_saved_and_another_format_is_refused(tmp_path: Path) -> None:
    saved, kept = tmp_path / "run.json", run(results(36), strangers=("x.md",))
    save_run(kept, saved)
    assert load_run(saved) == kept

    save_run(replace(kept, format=99), saved)
    with pytest.raises(InvalidInput, match="a run of format 99"):
        load_run(saved)


def test_a_part_of_the_cases_is_spread_evenly_over_all() -> None:
    assert evenly(range(10), 3) == (0, 3, 6)  # type: ignore[arg-type]
    assert evenly(range(3), 0) == evenly(range(3), 5) == (0, 1, 2)  # type: ignore[arg-type]
