"""Is the first answer right, and does its probability say so?  Fits the coefficients and checks them by source.

Run `python -m benchmarks.calibration` from the project's root; `--cache FILE` keeps the vectors between
runs.  Each source is a shelf of documents with three kinds of questions: those it answers, the same with
their document taken out (only its neighbours are left: the hard case), and those of other systems.  For each table of
`kb/lookup/calibration.toml`, alerts and what programs wrote, the logistic is fitted on all of its sources but one and
measured on that one; then the coefficients that ship are measured on all.  Write them there, rounded, when this prints
better ones.  `benchmarks/sentences.py` does the same for what people say in their own words.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.ranking import auroc, tables
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
from kb.lookup.features import FEATURE_NAMES, opinion, scores
from kb.lookup.scoring import OPINIONS, calibration

ANSWERED, TAKEN_OUT, FOREIGN = "answered", "taken out", "foreign"
HARD_SHARE = 1 / 3
"""Weight of a question whose document was taken out: about one incident in four is new to its own home."""
SHRINK = 0.003
"""How strongly the opinions' coefficients are drawn together; free ones fit each source better and the others worse."""
WRONG = 0.05
_FIELD = re.compile(r"\{\{.*?\}\}")
"""What stands for a value in the text of an alert."""


@dataclass(frozen=True)
class Outcomes:
    """First candidates: their opinions, which of them are right, and the kind of question each answers."""

    opinions: np.ndarray
    right: np.ndarray
    kind: np.ndarray

    def of(self, *kinds: str) -> Outcomes:
        """Those of some kinds of questions alone."""
        kept = np.isin(self.kind, kinds)
        return Outcomes(self.opinions[kept], self.right[kept], self.kind[kept])


def outcomes(asked: Sequence[Question], foreign: Sequence[Question], books: Shelf) -> Outcomes:
    """What comes first on a shelf for its own questions, with and without their document, and for others'."""
    known = list(tables(asked, books))
    missing = [(right[~right], table[~right]) for right, table in known]
    kinds = ((ANSWERED, known), (TAKEN_OUT, missing), (FOREIGN, list(tables(foreign, books))))
    rows = [(*_first(*one), kind) for kind, measured in kinds for one in measured]
    return Outcomes(
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
    )


def _first(right: np.ndarray, table: np.ndarray) -> tuple[list[float], bool]:
    row = int(np.argmax(scores(table)))
    values = dict(zip(FEATURE_NAMES, table[row].tolist(), strict=True))
    return [opinion(values, group) for group in OPINIONS], bool(right[row])


def fit(sources: Sequence[Outcomes], rounds: int = 50) -> np.ndarray:
    """Coefficients and intercept of a logistic by Newton's method; every source weighs the same."""
    data = np.concatenate([source.opinions for source in sources])
    data = np.c_[data, np.ones(len(data))]
    right = np.concatenate([source.right for source in sources])
    weight = np.concatenate([_weights(source) for source in sources])
    count = data.shape[1] - 1
    ridge = np.diag([1e-4] * count + [0.0])
    ridge[:count, :count] += SHRINK * (np.eye(count) - 1 / count)
    beta = np.zeros(data.shape[1])
    for _ in range(rounds):
        chance = _logistic(data @ beta)
        gradient = data.T @ (weight * (right - chance)) - ridge @ beta
        curvature = (data * (weight * chance * (1 - chance))[:, None]).T @ data + ridge
        beta = beta + np.linalg.solve(curvature, gradient)
    return beta


def _weights(source: Outcomes) -> np.ndarray:
    weight = np.where(source.kind == TAKEN_OUT, HARD_SHARE, 1.0)
    return weight / weight.sum()


def _logistic(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def chances(source: Outcomes, beta: np.ndarray) -> np.ndarray:
    """The probability of every first candidate."""
    return _logistic(np.c_[source.opinions, np.ones(len(source.opinions))] @ beta)


def report(name: str, source: Outcomes, beta: np.ndarray) -> None:
    """One line a kind of unanswerable questions: how well right and wrong are told apart, and how honestly."""
    for absent in (FOREIGN, TAKEN_OUT):
        part = source.of(ANSWERED, absent)
        chance, answerable = chances(part, beta), part.kind == ANSWERED
        area = auroc(list(zip(part.right.tolist(), chance.tolist(), strict=True)))
        shares = (100 * share for share in right_at(part.right, answerable, chance))
        brier = float(((chance - part.right) ** 2).mean())
        print(
            f"{name:32} {absent:10} {area:6.3f}",
            *(f"{share:7.1f}" for share in shares),
            f"{brier:7.3f} {worst_tenth(part.right, chance):7.2f}",
        )


def right_at(right: np.ndarray, answerable: np.ndarray, chance: np.ndarray) -> tuple[float, float, float]:
    """Share of the answerable questions answered rightly where wrong answers are 5 % of three things.

    Of the questions that no document answers; of all questions whose first candidate is wrong; of all
    answers given, the strictest (there five or six questions decide, some of them labelled doubtfully).
    """
    order = np.argsort(-chance, kind="stable")
    good, total = np.cumsum(right[order]), max(1, int(answerable.sum()))
    wrong = np.cumsum(~right[order])
    of = (
        np.cumsum(~answerable[order]) / max(1, int((~answerable).sum())),
        wrong / max(1, int((~right).sum())),
        wrong / np.arange(1, len(order) + 1),
    )
    reached = [np.flatnonzero(share <= WRONG) for share in of]
    first, second, third = (float(good[at[-1]] / total) if at.size else 0.0 for at in reached)
    return first, second, third


def tenths(right: np.ndarray, chance: np.ndarray) -> list[tuple[float, float, int]]:
    """Mean probability, share that is right and count, for each tenth of the questions by probability."""
    parts = np.array_split(np.argsort(chance, kind="stable"), 10)
    return [(float(chance[p].mean()), float(right[p].mean()), len(p)) for p in parts if len(p)]


def worst_tenth(right: np.ndarray, chance: np.ndarray) -> float:
    """The largest gap between what is said and what is so in a tenth."""
    return max(abs(said - so) for said, so, _ in tenths(right, chance))


def reliability(title: str, source: Outcomes, beta: np.ndarray) -> None:
    """The reliability table: tenths of the questions, and tenths of the scale."""
    chance = chances(source, beta)
    print(f"\n{title}\n  by questions: " + said_and_so(tenths(source.right, chance)))
    bins = np.minimum((chance * 10).astype(int), 9)
    scale = [
        (float(chance[at].mean()), float(source.right[at].mean()), int(at.sum()))
        for number in range(10)
        if (at := bins == number).any()
    ]
    print("  by scale:     " + said_and_so(scale))


def said_and_so(rows: Sequence[tuple[float, float, int]]) -> str:
    """`said>so (how many)` for every row."""
    return "  ".join(f"{said:.2f}>{so:.2f} ({count})" for said, so, count in rows)


def alerts(embed: Embedder) -> dict[str, Outcomes]:
    """Alerts and the runbooks of each project; alerts of other systems are foreign to all shelves."""
    foreign, asked = _foreign(embed), _alerts(embed)
    found = {}
    for name, folders in (("prometheus-operator", RUNBOOKS[:1]), ("openshift and kubevirt", RUNBOOKS[1:])):
        books = shelf(folder(*folders), embed)
        own = [question for question in asked if question.relevant & set(books.ids)]
        found[name] = outcomes(own, foreign, books)
    rows = pairs("ceph_alert_to_runbook")
    books = shelf({row["alert"]: (row["alert"], row["text"]) for row in rows}, embed)
    texts = [(_FIELD.sub("<*>", f"{row['summary']}. {row['description']}"), [row["alert"]]) for row in rows]
    return found | {"ceph": outcomes(questions(texts, embed), foreign, books)}


def programs(embed: Embedder) -> dict[str, Outcomes]:
    """Lines and logs, and the notes and articles that explain them; what one source asks is foreign to the other."""
    rows = pairs("signature_to_bug")
    lines = questions([(r["query"], [r["relevant"]]) for r in rows if r["informative"]], embed)
    logs = questions([(r["query"], r["relevant"]) for r in pairs("symptom_log_to_article")], embed)
    notes = shelf({row["relevant"]: ("", row["text"]) for row in rows}, embed)
    articles = shelf(folder("ke-longhorn-kb"), embed)
    return {
        "bugs of a CI": outcomes(lines, _unanswered(logs), notes),
        "articles": outcomes(logs, _unanswered(lines), articles),
    }


SOURCES: dict[str, Callable[[Embedder], dict[str, Outcomes]]] = {"alert": alerts, "program": programs}
"""By the tables of `calibration.toml`."""


def _foreign(embed: Embedder) -> list[Question]:
    return questions([(row["query"], ()) for row in pairs("no_match_alerts")], embed)


def _alerts(embed: Embedder) -> list[Question]:
    return questions([(row["query"], row["relevant"]) for row in pairs("alert_to_runbook")], embed)


def _unanswered(asked: Sequence[Question]) -> list[Question]:
    return [replace(question, relevant=frozenset()) for question in asked]


def main() -> None:
    """Fit without each source in turn, measure on it; then measure what ships."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    if not (SHARED / "pairs").is_dir():
        print(f"skipped: {SHARED / 'pairs'} is absent")
        return
    embed = Embedder(options.cache)
    for table, made in SOURCES.items():
        measure(table, made(embed))
    whole = outcomes(_alerts(embed), _foreign(embed), shelf(folder(*RUNBOOKS), embed))
    report("all runbooks", whole, shipped("alert"))
    for absent in ((ANSWERED, FOREIGN), (ANSWERED, FOREIGN, TAKEN_OUT)):
        reliability(f"all runbooks, {' + '.join(absent)}: said > so", whole.of(*absent), shipped("alert"))


def measure(table: str, found: dict[str, Outcomes]) -> None:
    """Every source by a fit on the others, then by what ships."""
    head = f"{'':32} {'against':10}  AUROC   of abs of wrong of answers  Brier   gap"
    print(f"\n{table}: fitted on the other sources\n{head}")
    for name in found:
        beta = fit([one for other, one in found.items() if other != name])
        report(name, found[name], beta)
        print(f"{'':32} fitted:", *(f"{value:.1f}" for value in beta))
    beta = fit(list(found.values()))
    print(f"\n{table}, as shipped: {shipped(table)}; fitted on all: {np.round(beta, 1)}\n{head}")
    for name, one in found.items():
        report(name, one, shipped(table))
        reliability(f"{name}: said > so", one, shipped(table))


def shipped(table: str) -> np.ndarray:
    """The coefficients of a table, the intercept last."""
    return np.array([calibration(table)[name] for name in (*OPINIONS, "intercept")])


if __name__ == "__main__":
    main()
