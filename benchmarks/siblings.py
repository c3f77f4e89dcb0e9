"""Where only the right runbook is missing, is its sibling called known?

Run `python -m benchmarks.siblings` from the project's root: makes a home of the three runbook folders of
`../shared/corpora`, asks every alert of `alert_to_runbook`, then retires its right runbooks, asks again, and makes them
active again.  The same for the runbooks of Ceph (`ceph_alert_to_runbook`), each asked by its summary and description.
All are asked once with their name before the text, as alerts arrive, and once by the text alone; and once more without
the rule of `kb.lookup.siblings`, for what it gains and what it costs: right answers that were known.

The rule was developed on half of the alerts of the first (`is_for_choosing`, by a hash of the name).  The other half
and Ceph are printed beside it, but are not unseen: of several forms of the rule the one was taken that costs less on
all of them (names of components, opposites read from names, and common words were dropped so).  `--list` names the
wrong ones and the lost ones.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from benchmarks.alerts import FOLDERS, SHARED, is_right
from benchmarks.questions import share
from kb import KnowledgeBase
from kb.model import Status
from kb.model.ledger import Answer, Verdict
from kb.starter import make_home
from kb.store.entries import Place

_FIELD = re.compile(r"\{\{.*?\}\}")


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert's name and text, and the files of which any one is right."""

    name: str
    query: str
    relevant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was answered with the right runbooks there and with them retired, both once more without the rule."""

    alert: Alert
    there: Answer
    unruled: Answer
    missing: Answer
    """The answer without its right runbooks."""
    missing_unruled: Answer

    @property
    def is_lost(self) -> bool:
        """Whether a right answer was known without the rule, and is not with it."""
        return _is_known_rightly(self.unruled, self.alert) and not _is_known_rightly(self.there, self.alert)


def is_for_choosing(name: str) -> bool:
    """Whether an alert is of the half that the rule was chosen on."""
    return sha256(name.encode()).digest()[0] % 2 == 0


def of_runbooks() -> list[Alert]:
    """The alerts that the three folders answer."""
    return [Alert(row["alert"], row["query"], tuple(row["relevant"])) for row in _rows("alert_to_runbook")]


def of_ceph(folder: Path) -> list[Alert]:
    """The alerts of Ceph, whose runbooks are written into the folder."""
    rows = _rows("ceph_alert_to_runbook")
    for row in rows:
        (folder / f"{row['alert']}.md").write_text(f"# {row['alert']}\n\n{_body(row['text'])}")
    texts = (_FIELD.sub("<*>", f"{row['summary']}. {row['description']}") for row in rows)
    return [Alert(row["alert"], text, (f"{row['alert']}.md",)) for row, text in zip(rows, texts, strict=True)]


def _body(text: str) -> str:
    """AsciiDoc as Markdown, as far as headings go."""
    lines = (re.sub(r"^=+ ", "## ", line) for line in text.splitlines()[1:])
    return "\n".join(line for line in lines if not line.startswith("include::"))


def _rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (SHARED / "pairs" / f"{name}.jsonl").read_text().splitlines()]


def ask(kb: KnowledgeBase, alerts: Sequence[Alert]) -> list[Asked]:
    """Ask each alert with its runbooks, without the rule, and without its runbooks."""
    places = list(kb.places())
    return [_ask(kb, one, sorted({at.id for at in places if _is_of(at, one)})) for one in alerts]


def _ask(kb: KnowledgeBase, alert: Alert, right: Sequence[str]) -> Asked:
    there = kb.check_known_issues(alert.query, limit=10)
    with _without_rule():
        unruled = kb.check_known_issues(alert.query, limit=10)
    for key in right:
        kb.set_status(key, Status.RETIRED, "to ask without it")
    missing = kb.check_known_issues(alert.query, limit=10)
    with _without_rule():
        missing_unruled = kb.check_known_issues(alert.query, limit=10)
    for key in right:
        kb.set_status(key, Status.ACTIVE, "asked without it")
    return Asked(alert, there, unruled, missing, missing_unruled)


def _without_rule() -> AbstractContextManager[object]:
    return patch("kb.lookup.siblings.telling_difference", lambda *_: "")


def _is_of(at: Place, alert: Alert) -> bool:
    """Whether it is a right runbook, or one of the alert's very name that the labels leave out."""
    return at.title == alert.name or any(at.path.endswith(wanted) for wanted in alert.relevant)


def _is_known(answer: Answer) -> bool:
    return answer.verdict is Verdict.KNOWN


def _is_known_rightly(answer: Answer, alert: Alert) -> bool:
    return _is_known(answer) and is_right(answer, list(alert.relevant), 1)


def report(title: str, asked: Sequence[Asked], listed: bool) -> None:
    """Print the shares of one set of alerts, and by name what went wrong where that is wanted."""
    known = [one for one in asked if _is_known(one.there)]
    wrong = [one for one in known if not _is_known_rightly(one.there, one.alert)]
    sibling, lost = [one for one in asked if _is_known(one.missing)], [one for one in asked if one.is_lost]
    before = sum(_is_known_rightly(one.unruled, one.alert) for one in asked)
    print(f"\n{title}: {len(asked)} alerts")
    print(f"  a sibling called known, the right one missing: {share(len(sibling), len(asked))}")
    print(f"    without the rule: {share(sum(_is_known(one.missing_unruled) for one in asked), len(asked))}")
    print(f"  the right one there and called known: {share(len(known) - len(wrong), len(asked))}")
    print(f"  of those known without the rule, lost by it: {share(len(lost), before)}")
    print(f"  known with the right one there, and wrong: {share(len(wrong), len(known))}")
    if listed:
        _print("sibling", ((one.alert, one.missing) for one in sibling))
        _print("wrong", ((one.alert, one.there) for one in wrong))
        _print("lost", ((one.alert, one.there) for one in lost))


def _print(what: str, answers: Iterable[tuple[Alert, Answer]]) -> None:
    for alert, answer in answers:
        first = answer.matches[0]
        print(f"    {what}: {alert.name} got {first.title}: {first.reason}")


def main() -> None:
    """Measure with the options of the command line."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--list", action="store_true", help="name the wrong ones and the lost ones")
    listed = options.parse_args().list
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not there: nothing to measure")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "ceph"
        folder.mkdir()
        books = [SHARED / "corpora" / name for name in FOLDERS]
        _in_home(Path(scratch) / "home", "alert_to_runbook", books, of_runbooks(), listed)
        _in_home(Path(scratch) / "home-of-ceph", "Ceph", [folder], of_ceph(folder), listed)


def _in_home(home: Path, title: str, books: Sequence[Path], alerts: Sequence[Alert], listed: bool) -> None:
    make_home(home)
    named = [replace(one, query=f"{one.name}: {one.query}") for one in alerts]
    with KnowledgeBase.open(home) as kb:
        kb.ingest(*books)
        for how, wanted in (("with its name", named), ("by its text alone", alerts)):
            asked = ask(kb, wanted)
            report(f"{title}, {how}", asked, listed)
            for half, chosen in (("the half it was developed on", True), ("the other half", False)):
                part = [one for one in asked if is_for_choosing(one.alert.name) is chosen]
                report(f"{title}, {how}, {half}", part, listed=False)


if __name__ == "__main__":
    main()
