"""How well lookups rank: BM25 alone, MiniLM alone, their rank fusion, and ours.

Run `python -m benchmarks.ranking` from the project's root; `--ablation` leaves out one feature at
a time, `--cache FILE` keeps the vectors between runs.  Reads the labelled pairs of `../shared` and
says so and stops where they are absent.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.ranking_material import (
    RUNBOOKS,
    SHARED,
    Embedder,
    Question,
    Shelf,
    folder,
    pairs,
    questions,
    shelf,
)
from kb.lookup.features import FEATURE_NAMES, features, rank, scores
from kb.lookup.scoring import probability

POOL = 50
"""How many candidates each of the two tiers brings."""

Scoring = Callable[[np.ndarray], np.ndarray]
Measured = tuple[np.ndarray, np.ndarray]
"""Which candidates are right, and their features."""


def _column(name: str) -> int:
    return FEATURE_NAMES.index(name)


def fusion(table: np.ndarray) -> np.ndarray:
    """Reciprocal rank fusion of BM25 and the best cosine, with the usual constant of 60."""
    ranks = [np.argsort(np.argsort(-table[:, _column(name)])) for name in ("whole_entry", "cosine")]
    return sum(1 / (60 + rank) for rank in ranks)


def standardised(table: np.ndarray) -> np.ndarray:
    """Equal weights on z-scores over the candidates, to compare with."""
    spread = table.std(axis=0)
    return ((table - table.mean(axis=0)) / np.where(spread < 1e-9, 1, spread)).sum(axis=1)


METHODS: dict[str, Scoring] = {
    "BM25": lambda table: table[:, _column("whole_entry")],
    "MiniLM": lambda table: table[:, _column("cosine")],
    "rank fusion": fusion,
    "z-scores, equal weights": standardised,
    "ours": scores,
}


def without(name: str) -> Scoring:
    """Our score with one feature set to nothing."""

    def scoring(table: np.ndarray) -> np.ndarray:
        reduced = table.copy()
        reduced[:, _column(name)] = 0
        return scores(reduced)

    return scoring


def tables(asked: Sequence[Question], books: Shelf) -> Iterator[Measured]:
    """For each question which of its candidates are right, and their features."""
    for question in asked:
        table = features(question.query, books.candidates(question.vector), books.stats)
        pool = _pool(table)
        yield np.array([books.ids[row] in question.relevant for row in pool]), table[pool]


def _pool(table: np.ndarray) -> list[int]:
    """The union of the best by words and the best by meaning."""
    best = [np.argsort(-table[:, _column(name)], kind="stable")[:POOL] for name in ("whole_entry", "cosine")]
    return sorted(set(np.concatenate(best).tolist()))


def first_right(right: np.ndarray, values: np.ndarray) -> float:
    """The place of the first right candidate, from 1; infinite where it is not among them."""
    places = np.flatnonzero(right[np.argsort(-values, kind="stable")])
    return float(places[0] + 1) if places.size else float("inf")


def report(title: str, measured: list[Measured], methods: dict[str, Scoring]) -> None:
    print(f"\n{title} ({len(measured)} questions)\n{'':26}  first  in 3  in 5    MRR")
    for name, scoring in methods.items():
        places = np.array([first_right(right, scoring(table)) for right, table in measured])
        recall = [f"{100 * (places <= depth).mean():6.1f}" for depth in (1, 3, 5)]
        print(f"{name:26}", *recall, f"{(1 / places).mean():6.3f}")


def answerability(known: list[Measured], unknown: list[Measured]) -> None:
    """How well the probability of the first answer tells right answers from wrong ones."""
    print("\nis the first answer right?             AUROC  of the answerable, right at 5 % wrong")
    missing = [(right[~right], table[~right]) for right, table in known]
    for name, absent in (("other systems' alerts", unknown), ("right document taken out", missing)):
        outcome = [_first(*pair) for pair in known] + [_first(*pair) for pair in absent]
        print(f"{name:38} {auroc(outcome):.3f}  {100 * answered(outcome) * len(outcome) / len(known):.1f} %")


def _first(right: np.ndarray, table: np.ndarray) -> tuple[bool, float]:
    order = np.argsort(-scores(table), kind="stable")
    features_of_first = dict(zip(FEATURE_NAMES, table[order[0]].tolist(), strict=True))
    return bool(right[order[0]]), probability(features_of_first)


def auroc(outcome: Sequence[tuple[bool, float]]) -> float:
    """The chance that a right first answer got a higher probability than a wrong one."""
    good = np.array([value for right, value in outcome if right])
    bad = np.array([value for right, value in outcome if not right])
    return float((good[:, None] > bad).mean() + (good[:, None] == bad).mean() / 2)


def answered(outcome: Sequence[tuple[bool, float]]) -> float:
    """Share of all questions answered rightly, at the threshold where 5 % of the answers are wrong."""
    right = np.array([r for r, _ in sorted(outcome, key=lambda one: -one[1])])
    wrong_share = np.cumsum(~right) / np.arange(1, len(right) + 1)
    good = np.flatnonzero(wrong_share <= 0.05)
    return float(right[: good[-1] + 1].sum() / len(right)) if good.size else 0.0


def pace(asked: Sequence[Question], books: Shelf) -> None:
    """Warm cost of ranking a hundred candidates."""
    jobs = [(question.query, books.candidates(question.vector)[:100]) for question in asked]
    started = perf_counter()
    for query, candidates in jobs:
        rank(query, candidates, books.stats)
    print(f"\nranking 100 candidates: {1000 * (perf_counter() - started) / len(jobs):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    if not (SHARED / "pairs").is_dir():
        print(f"skipped: {SHARED / 'pairs'} is absent")
        return
    embed = Embedder(options.cache)
    methods = METHODS | ({f"- {n}": without(n) for n in FEATURE_NAMES} if options.ablation else {})
    alerts = [(row["query"], row["relevant"]) for row in pairs("alert_to_runbook")]
    asked, books = questions(alerts, embed), shelf(folder(*RUNBOOKS), embed)
    known = list(tables(asked, books))
    report("alert to runbook, all folders", known, methods)
    for names in (RUNBOOKS[:1], RUNBOOKS[1:]):
        part = shelf(folder(*names), embed)
        some = [question for question in asked if question.relevant & set(part.ids)]
        report("alert to runbook, " + " + ".join(names), list(tables(some, part)), methods)
    _others(embed, methods)
    nothing = questions([(row["query"], ()) for row in pairs("no_match_alerts")], embed)
    answerability(known, list(tables(nothing, books)))
    pace(asked, books)


def _others(embed: Embedder, methods: dict[str, Scoring]) -> None:
    """Bugs by a line of their log, articles by the log in their symptoms."""
    bugs = pairs("signature_to_bug")
    lines = questions([(r["query"], [r["relevant"]]) for r in bugs if r["informative"]], embed)
    texts = shelf({row["relevant"]: ("", row["text"]) for row in bugs}, embed)
    report("log line to bug", list(tables(lines, texts)), methods)
    logs = questions([(r["query"], r["relevant"]) for r in pairs("symptom_log_to_article")], embed)
    report("log to article", list(tables(logs, shelf(folder("ke-longhorn-kb"), embed))), methods)


if __name__ == "__main__":
    main()
