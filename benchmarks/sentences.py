"""The score of what people say in their own words: fitted on families of questions, checked on the others.

`python -m benchmarks.sentences [--home DIR]` asks the questions of `benchmarks/questions` that are not held of the
known errors there and, with DIR, a home that has `../shared/corpora`, of its documents. A logistic of the opinions of
`kb.lookup.scoring` tells the right candidate of a question from its eight best wrong ones; fitted without a sixth
of the families (of known errors) or documents in turn, it is measured on that sixth: how often the right entry is
first, and how many are first and above the bar that one in ten questions passes when its own entry is gone. Then what
ships is measured, and the fit on all is printed: write it into `kb/lookup/calibration.toml`, rounded.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from benchmarks.paraphrases import learn_all
from benchmarks.questions import FOLDER, read
from benchmarks.reliability import ids_by_path
from kb import KnowledgeBase
from kb.lookup.scoring import SENTENCE_OPINIONS, calibration
from kb.text.kinds import Kind

FOLDS = 6
WRONG = 8
"""Wrong candidates of a question that the fit sees."""
PASSING = 0.1
"""Of the questions whose own entry is gone, those that may pass."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: the opinions on its candidates, which of them are right, and whom it must not be fitted with."""

    opinions: np.ndarray
    right: np.ndarray
    group: str
    entries: int


def ask_all(kb: KnowledgeBase, rows: Iterable[tuple[str, frozenset[str], str]]) -> list[Asked]:
    """What is thought of each candidate of each question."""
    ranked, entries = kb._parts.lookup.ranked, sum(kb.counts().values())
    asked = list[Asked]()
    for text, right, group in rows:
        found = ranked.search(text, kind=Kind.SENTENCE, said=text)
        opinions = np.array([[hit.features[name] for name in SENTENCE_OPINIONS] for hit in found]).reshape(
            -1, len(SENTENCE_OPINIONS)
        )
        asked.append(
            Asked(opinions, np.array([hit.entry_id in right for hit in found], bool), group, entries)
        )
    return asked


def known_errors() -> list[Asked]:
    """The paraphrases, in families of known errors with one symptom."""
    families = {one["id"]: one.get("family") or one["id"] for one in read("entries")}
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        for folder in ("learned", "state"):
            (home / folder).mkdir()
        with KnowledgeBase.open(home) as kb:
            ids = learn_all(kb)
            rows = [one for one in read("paraphrases") if not one.get("held")]
            return ask_all(
                kb,
                ((one["question"], frozenset({ids[one["entry"]]}), families[one["entry"]]) for one in rows),
            )


def documents(home: Path) -> list[Asked]:
    """The questions about documents."""
    rows: list[dict[str, Any]] = yaml.safe_load((FOLDER / "corpora_questions.yaml").read_text())["questions"]
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(home, Path(scratch, "home"))
        with KnowledgeBase.open(Path(scratch, "home")) as kb:
            ids_of = ids_by_path(kb)
            kept = [one for one in rows if not one.get("held")]
            return ask_all(
                kb, ((one["question"], ids_of(one["document"]), str(one["document"])) for one in kept)
            )


def fit(asked: Sequence[Asked]) -> LogisticRegression:
    """Right candidates against the best wrong ones; every question weighs the same."""
    rows, labels, weights = list[np.ndarray](), list[bool](), list[float]()
    for one in asked:
        order = np.argsort(-one.opinions.sum(axis=1), kind="stable")
        right, wrong = order[one.right[order]][:1], order[~one.right[order]][:WRONG]
        for at, weight in [*((at, 1.0) for at in right), *((at, 1 / WRONG) for at in wrong)]:
            rows.append(np.append(one.opinions[at], np.log(one.entries)))
            labels.append(bool(one.right[at]))
            weights.append(weight)
    return LogisticRegression(C=10, max_iter=5_000).fit(np.array(rows), labels, sample_weight=weights)


Scoring = Callable[[Asked], np.ndarray]


def by_fit(model: LogisticRegression) -> Scoring:
    """The log-odds that a fit gives."""
    return lambda one: (
        model.decision_function(np.c_[one.opinions, np.full(len(one.opinions), np.log(one.entries))])
        if len(one.opinions)
        else np.array([])
    )


def as_shipped(one: Asked) -> np.ndarray:
    """The log-odds that ship."""
    weights = calibration("sentence")
    told = one.opinions @ np.array([weights[name] for name in SENTENCE_OPINIONS])
    return told + weights["intercept"] + weights["crowd"] * np.log(one.entries)


def report(title: str, asked: Sequence[Asked], scoring: Callable[[Asked], Scoring]) -> None:
    """How often the right one is first, and how often it is first and above the bar."""
    best, gone = list[tuple[float, bool]](), list[float]()
    for one in asked:
        scores = scoring(one)(one)
        first = int(np.argmax(scores)) if len(scores) else None
        best.append((-np.inf, False) if first is None else (float(scores[first]), bool(one.right[first])))
        gone.append(float(max(scores[~one.right], default=-np.inf)))
    bar = float(np.quantile(gone, 1 - PASSING))
    first_right = np.mean([right for _, right in best])
    above = np.mean([right and score > bar for score, right in best])
    print(f"{title:36} first {first_right:.1%}, first and above {bar:+.2f}: {above:.1%}")


def crossed(asked: Sequence[Asked], beside: Sequence[Asked]) -> Callable[[Asked], Scoring]:
    """For each question a fit that has not seen its group; `beside` is seen by all."""
    groups = sorted({one.group for one in asked})
    fold_of = {group: n % FOLDS for n, group in enumerate(groups)}
    models = [
        by_fit(fit([*(one for one in asked if fold_of[one.group] != fold), *beside])) for fold in range(FOLDS)
    ]
    return lambda one: models[fold_of[one.group]]


def main() -> None:
    """Fit, check and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--home", type=Path, help="a home that has ../shared/corpora")
    given = options.parse_args()
    sources = {"known errors": known_errors()}
    if given.home:
        sources["documents"] = documents(given.home)
    for name, asked in sources.items():
        others = [one for other, ones in sources.items() if other != name for one in ones]
        report(f"{name}, without their family", asked, crossed(asked, others))
        if others:
            scoring = by_fit(fit(others))
            report(f"{name}, fitted on the other source", asked, lambda _, scoring=scoring: scoring)
        report(f"{name}, as shipped", asked, lambda _: as_shipped)
    model = fit([one for asked in sources.values() for one in asked])
    print(
        dict(zip((*SENTENCE_OPINIONS, "crowd"), model.coef_[0].round(2).tolist(), strict=True)),
        model.intercept_.round(2),
    )


if __name__ == "__main__":
    main()
