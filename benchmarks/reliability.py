"""Does the confidence mean what it says, whatever kind of text is asked?  Through the whole lookup.

`python -m benchmarks.reliability [SOURCE …]` asks every labelled question of `../shared` and of
`benchmarks/questions` (without those that are held) in the home that may answer it, once as it is and once with the
right entries retired; questions that nothing in their home answers come besides.  An answer counts with the
confidence of its first match, and is right where that match is.  Printed by kind of text, as the product tells it:
how many, the gap between the confidence and the share that is right, weighted by answers over tenths of the scale;
the AUROC of right against wrong; how many of those called `known` are wrong, and of those how many say that several
causes fit, of which one is right; and each tenth that has thirty answers with the 95 % interval of its share (Wilson).
Two faults that one line tells are alternatives (`fault_lab`), either is right.

A question whose right entry is retired is a new fault among near neighbours, the hardest there is.  It counts a third,
since about one incident in four is new to its home.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.stats import binomtest

from benchmarks.paraphrases import learn_all
from benchmarks.questions import FOLDER, read
from benchmarks.ranking_material import RUNBOOKS, SHARED, pairs
from kb import KnowledgeBase
from kb.errors import KbError
from kb.lookup.question import ask as make_question
from kb.lookup.scoring import KNOWN
from kb.model import Status
from kb.text.kinds import Kind
from kb.text.masking import fingerprint

MISSING = 1 / 3
"""What a question counts whose right entry was retired."""
FEW = 30


@dataclass(frozen=True, slots=True)
class Answered:
    """One question: its kind, the confidence of the first match (0 without any), whether that is right, its weight."""

    source: str
    kind: Kind
    confidence: float
    right: bool
    weight: float
    among: bool = False
    """Whether the answer says that several causes fit, and one of them is right."""


Asking = tuple[str, frozenset[str]]
"""A question and the ids that are right."""


def ask_all(source: str, kb: KnowledgeBase, questions: Iterable[Asking]) -> Iterator[Answered]:
    """Every question as it is, and once more without what is right."""
    for text, right in questions:
        yield _answered(source, kb, text, right, 1.0)
        status = {key: kb.get(key).status for key in right}
        for key in status:
            kb.set_status(key, Status.RETIRED, "to ask without it")
        if status:
            yield _answered(source, kb, text, right, MISSING)
        for key, before in status.items():
            kb.set_status(key, before, "asked without it")


def _answered(source: str, kb: KnowledgeBase, text: str, right: frozenset[str], weight: float) -> Answered:
    answer = kb.check_known_issues(text, record=False)
    first = next(iter(answer.matches), None)
    confidence, hit = (first.confidence, first.id in right) if first else (0.0, False)
    among = answer.alternatives and any(one.id in right for one in answer.matches if one.confidence >= KNOWN)
    return Answered(source, make_question(text).kind, confidence, hit, weight, among)


def alerts(kb: KnowledgeBase) -> Iterator[Answered]:
    """Alerts with a runbook and of other systems, in sentences and as sets of labels."""
    kb.ingest(*(SHARED / "corpora" / folder for folder in RUNBOOKS))
    rows = pairs("alert_to_runbook")
    ids_of = ids_by_path(kb)
    found = [(row, ids_of(row["relevant"])) for row in rows]
    yield from ask_all("alerts", kb, [(row["query"], ids) for row, ids in found])
    labels = "alertname: {alert}\nseverity: {severity}\nnamespace: orders\nsummary: {query}"
    yield from ask_all("labels of alerts", kb, [(labels.format(**row), ids) for row, ids in found])
    strange = [(row["query"], frozenset[str]()) for row in pairs("no_match_alerts")]
    yield from ask_all("alerts of other systems", kb, strange)


def bugs(kb: KnowledgeBase) -> Iterator[Answered]:
    """Lines of the logs of a CI, and the notes on the bugs that they belong to."""
    rows = [row for row in pairs("signature_to_bug") if row["text"].strip()]
    with tempfile.TemporaryDirectory() as scratch:
        for row in rows:
            Path(scratch, f"{row['relevant']}.md").write_text(
                f"# {row['text'].splitlines()[0]}\n\n{row['text']}\n"
            )
        kb.ingest(Path(scratch))
        ids_of = ids_by_path(kb)
        asked = [(row["query"], ids_of(f"/{row['relevant']}.md")) for row in rows if row["informative"]]
        yield from ask_all("lines of a CI", kb, asked)
    strange = [(row["query"], frozenset[str]()) for row in pairs("symptom_log_to_article")]
    yield from ask_all("logs of other systems", kb, strange)


def articles(kb: KnowledgeBase) -> Iterator[Answered]:
    """Logs that users quoted, and the articles that explain them."""
    kb.ingest(SHARED / "corpora" / "ke-longhorn-kb")
    ids_of = ids_by_path(kb)
    asked = [(row["query"], ids_of(row["relevant"])) for row in pairs("symptom_log_to_article")]
    yield from ask_all("logs of articles", kb, asked)
    strange = [(row["query"], frozenset[str]()) for row in pairs("signature_to_bug")[::4]]
    yield from ask_all("lines of other systems", kb, strange)


def faults(kb: KnowledgeBase) -> Iterator[Answered]:
    """Real faults, each provoked twice: learned by the telling line or, of a crash, by its whole log; asked again."""
    rows = [json.loads(line) for line in (SHARED / "logs" / "index.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["tells"].strip()]
    ids: dict[tuple[str, str], set[str]] = {}
    worded: dict[str, set[str]] = {}
    for row in rows:
        if row["occurrence"] == 1:
            try:
                entry = kb.learn_pattern(
                    row["tells"].strip(), f"cause of {row['fault']}", f"fix of {row['fault']}"
                )
            except KbError:  # (too general to be learned, and so for nobody to find)
                continue
            ids.setdefault((_program(row), row["fault"]), set()).add(entry.id)
            worded.setdefault(fingerprint(row["tells"]), set()).add(entry.id)
    for row in rows:
        own = ids.get((_program(row), row["fault"]), set())
        right = frozenset(own.union(*(group for group in worded.values() if group & own)))
        if row["occurrence"] == 2 and right:
            log = (SHARED / "logs" / row["file"]).read_text(encoding="utf-8", errors="replace")
            yield from ask_all("faults", kb, [(row["tells"].strip(), right), (log, right)])


def sentences(kb: KnowledgeBase) -> Iterator[Answered]:
    """Paraphrases of known errors, and sentences that none of them explains."""
    ids = learn_all(kb)
    asked = [(one["question"], frozenset({ids[one["entry"]]})) for one in _open(read("paraphrases"))]
    yield from ask_all("paraphrases", kb, asked)
    yield from ask_all("strangers", kb, [(one["question"], frozenset()) for one in _open(read("strangers"))])


def documents(kb: KnowledgeBase) -> Iterator[Answered]:
    """Questions in people's words about all that is in the corpora."""
    kb.ingest(SHARED / "corpora")
    given = yaml.safe_load((FOLDER / "corpora_questions.yaml").read_text())
    ids_of = ids_by_path(kb)
    asked = [(one["question"], ids_of(one["document"])) for one in _open(given["questions"])]
    yield from ask_all("questions on documents", kb, asked)
    yield from ask_all("strangers", kb, [(one["question"], frozenset()) for one in _open(given["strangers"])])


SOURCES: dict[str, Callable[[KnowledgeBase], Iterator[Answered]]] = {
    "alerts": alerts,
    "bugs": bugs,
    "articles": articles,
    "faults": faults,
    "sentences": sentences,
    "documents": documents,
}


def _open(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in rows if not one.get("held")]


def _program(row: dict[str, Any]) -> str:
    """The program, of which two versions say the same."""
    return str(row["source"]).split("-")[0].rstrip("0123456789.")


def ids_by_path(kb: KnowledgeBase) -> Callable[[str | Sequence[str]], frozenset[str]]:
    """Tells the ids of the entries that come from a path, or from one of several."""
    places = list(kb.places())

    def ids(paths: str | Sequence[str]) -> frozenset[str]:
        wanted = (paths,) if isinstance(paths, str) else tuple(paths)
        return frozenset(at.id for at in places if at.path.endswith(wanted))

    return ids


def report(answers: Sequence[Answered]) -> None:
    """A line for all and for each kind, then the tenths."""
    print(f"{'':12} {'answers':>7} {'gap':>6} {'AUROC':>6}  known and wrong")
    for kind in (None, *Kind):
        ones = [one for one in answers if kind in (None, one.kind)]
        if ones:
            known = [one for one in ones if one.confidence >= KNOWN]
            wrong, of = (
                sum(one.weight for one in group) for group in ([o for o in known if not o.right], known)
            )
            among = sum(one.weight for one in known if not one.right and one.among)
            told = f" ({among:.0f} name the right one beside it)" if among else ""
            print(
                f"{kind or 'all':12} {len(ones):7} {gap(ones):6.3f} {auroc(ones):6.3f}  {wrong:.0f} of {of:.0f}{told}"
            )
    for kind in (None, *Kind):
        for line in _tenths([one for one in answers if kind in (None, one.kind)]):
            print(f"{kind or 'all'}: {line}")


def gap(answers: Sequence[Answered]) -> float:
    """The mean distance of confidence and share right over the tenths of the scale, weighted by their answers."""
    parts = [_mean_and_share(ones) for ones in _by_tenth(answers)]
    total = sum(weight for _, _, weight in parts)
    return sum(abs(said - so) * weight for said, so, weight in parts) / total


def auroc(answers: Sequence[Answered]) -> float:
    """The chance that a right answer has a higher confidence than a wrong one; by their weights."""
    right, wrong = ([one for one in answers if one.right is which] for which in (True, False))
    if not right or not wrong:
        return float("nan")
    good, bad = (np.array([one.confidence for one in ones]) for ones in (right, wrong))
    above = (good[:, None] > bad) + (good[:, None] == bad) / 2
    weights = np.array([[one.weight] for one in right]) * np.array([one.weight for one in wrong])
    return float((above * weights).sum() / weights.sum())


def _by_tenth(answers: Sequence[Answered]) -> list[list[Answered]]:
    parts: list[list[Answered]] = [[] for _ in range(10)]
    for one in answers:
        parts[min(9, int(one.confidence * 10))].append(one)
    return [part for part in parts if part]


def _mean_and_share(ones: Sequence[Answered]) -> tuple[float, float, float]:
    weight = sum(one.weight for one in ones)
    said = sum(one.confidence * one.weight for one in ones) / weight
    return said, sum(one.weight for one in ones if one.right) / weight, weight


def _tenths(answers: Sequence[Answered]) -> Iterator[str]:
    for ones in _by_tenth(answers):
        said, so, weight = _mean_and_share(ones)
        if weight >= FEW:
            interval = binomtest(round(so * weight), round(weight)).proportion_ci(method="wilson")
            held = "" if interval.low <= said <= interval.high else "  outside"
            share = f"{so:.2f} ({interval.low:.2f} to {interval.high:.2f})"
            yield f"said {said:.2f}, right {share} of {weight:.0f}{held}"


def main() -> None:
    """Ask the sources that are named, or all."""
    wanted = sys.argv[1:] or list(SOURCES)
    if unknown := [name for name in wanted if name not in SOURCES]:
        sys.exit(f"no such source: {', '.join(unknown)}; there are: {', '.join(SOURCES)}")
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not there: nothing to measure")
    answers = list[Answered]()
    for name in wanted:
        with tempfile.TemporaryDirectory() as scratch:
            home = Path(scratch, "home")
            for folder in ("learned", "state"):
                (home / folder).mkdir(parents=True)
            with KnowledgeBase.open(home) as kb:
                answers += SOURCES[name](kb)
    report(answers)


if __name__ == "__main__":
    main()
