"""What age costs: the same question to a home with a long history and to one with none, in turns.

`python -m benchmarks.aged_home [--scale SHARE]` makes homes of twenty patterns, and in all but the first a
history: 60,000 changes of status, 5,000 incidents that ended, 1,442 that are open, 1,200 entries in quarantine,
60,000 lookups with 20,000 outcomes, all of it at once.  Each is asked for a line that an exact tier settles, in
turns with the empty one, so that a busy machine slows both; printed is the ratio of the first quartiles, which
should stay below 1.3 (medians jump where other processes write to the same disk).  Opening an incident, a line of
the session log, triage and the weekly review are timed as well.  With a `SHARE` below 1 the histories are shorter.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb import KnowledgeBase
from kb.model import Origin, Pattern, Provenance, Signature, Status
from kb.model.incident import Step
from kb.model.ledger import Event, Outcome, Result, Verdict
from kb.model.status import BY_HAND, Move
from kb.starter import make_home
from kb.store.catalogue import FileRecord
from tests.doubles.encoders import HashedEncoder

MOVES, CLOSED, OPEN, QUARANTINED, LOOKUPS, OUTCOMES = 60_000, 5_000, 1_442, 1_200, 60_000, 20_000
ALLOWED = 1.3
"""How much longer a settled question may take in an aged home."""
_QUESTIONS, _WARM = 300, 20
_LETTERS = "abcdefghijklmnopqrst"


@dataclass(frozen=True)
class History:
    """One way to grow old: what is written into a home of the patterns `ids`, `share` of it."""

    name: str
    write: Callable[[KnowledgeBase, list[str], float, datetime], None]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--scale", type=float, default=1.0, metavar="SHARE")
    share = options.parse_args().scale
    with tempfile.TemporaryDirectory() as scratch:
        for number, history in enumerate(HISTORIES):
            for line in compare(Path(scratch) / str(number), history, share):
                print(line, flush=True)


def compare(folder: Path, history: History, share: float) -> Iterator[str]:
    """Lines of figures: an aged home beside an empty one."""
    made = {"empty": HISTORIES[0], "aged": history}
    for name, one in made.items():
        make_home(folder / name)
        with _home(folder / name) as kb:
            one.write(kb, learn(kb), share, datetime.now(UTC))
    with _home(folder / "empty") as empty, _home(folder / "aged") as aged:
        plain, old = settled(empty, aged)
        told = "" if old <= ALLOWED * plain else f", more than {ALLOWED}"
        yield f"{history.name}: settled check {old:.2f} ms, empty {plain:.2f} ms, ratio {old / plain:.2f}{told}"
        for name, work in WORK.items():
            spent = [_seconds(lambda kb=kb, work=work: work(kb)) * 1000 for kb in (aged, empty)]  # type: ignore[misc]
            yield f"    {name}: {spent[0]:.0f} ms, empty {spent[1]:.0f} ms"


def learn(kb: KnowledgeBase) -> list[str]:
    """Twenty patterns, by id."""
    return [
        kb.learn_pattern(question(one, 17), "it lost its leader", "start it again").id for one in _LETTERS
    ]


def question(letter: str, number: int) -> str:
    """A line that the pattern of the letter settles, with numbers of its own."""
    return f"stock ledger {letter * 5} refuses write: shard {number} has no leader since epoch {number * 7}"


def settled(empty: KnowledgeBase, aged: KnowledgeBase, questions: int = _QUESTIONS) -> tuple[float, float]:
    """Milliseconds that the quickest quarter of the same settled questions stays below, asked in turns."""
    spent: dict[bool, list[float]] = {False: [], True: []}
    for number in range(_WARM + questions):
        for old, kb in enumerate((empty, aged)):
            took = _seconds(lambda kb=kb, number=number: _known(kb, question("a", 100 + number)))  # type: ignore[misc]
            if number >= _WARM:
                spent[bool(old)].append(took * 1000)
    return statistics.quantiles(spent[False], n=4)[0], statistics.quantiles(spent[True], n=4)[0]


def _known(kb: KnowledgeBase, text: str) -> None:
    answer = kb.check_known_issues(text)
    assert answer.verdict is Verdict.KNOWN, answer


# -- histories -------------------------------------------------------------------------------------


def nothing(_kb: KnowledgeBase, _ids: list[str], _share: float, _now: datetime) -> None:
    """A home with no history: how noisy the comparison is."""


def moved(kb: KnowledgeBase, ids: list[str], share: float, now: datetime) -> None:
    """Entries whose status changed again and again, the one that is asked for among them."""
    table, count = kb._parts.moves.table, int(MOVES * share)
    both = Status.CANDIDATE, Status.ACTIVE
    with kb._parts.db.write():
        for number in range(count):
            was, became = both if number // len(ids) % 2 else both[::-1]
            at = now - timedelta(minutes=count - number)
            table.add(
                Move(
                    id=0,
                    at=at,
                    entry_id=ids[number % len(ids)],
                    was=was,
                    became=became,
                    rule=BY_HAND,
                    reason="looked at",
                    actor="mara",
                    said=was,
                )
            )


def ended(kb: KnowledgeBase, _ids: list[str], share: float, now: datetime) -> None:
    """Incidents that were opened, resolved and closed."""
    _incidents(kb, int(CLOSED * share), now, (Step.OPENED, Step.RESOLUTION, Step.CLOSED))


def open_ones(kb: KnowledgeBase, _ids: list[str], share: float, now: datetime) -> None:
    """Incidents that nobody has resolved."""
    _incidents(kb, int(OPEN * share), now, (Step.OPENED,))


def _incidents(kb: KnowledgeBase, count: int, now: datetime, steps: tuple[Step, ...]) -> None:
    words = {Step.RESOLUTION: "restarted", Step.CLOSED: "Incident closed"}
    with kb._parts.ledger.write():
        for number in range(count):
            begun = now - timedelta(days=180) + timedelta(days=179) * number / max(1, count)
            subject = f"incident-{begun:%Y%m%d}-made-{steps[-1]}-{number:06x}"
            for minute, step in enumerate(steps):
                data = {
                    "services": [f"service-{number % 40}"],
                    "environment": "prod",
                    "alert": f"5xx at {number} %",
                }
                kb._parts.ledger.record_event(
                    Event(
                        at=begun + timedelta(minutes=minute),
                        action=words.get(step, f"checkout {number} fails"),
                        subject=subject,
                        kind=step,
                        data=data if step is Step.OPENED else {},
                        actor="mara",
                    )
                )


def quarantined(kb: KnowledgeBase, _ids: list[str], share: float, now: datetime) -> None:
    """Entries of a document that people took off offer."""
    entries = [
        Pattern(
            pattern=(
                text
                := f"{_word(number)} crane: hook {_word(number + 7)} refused by winch {_word(number * 3)}"
            ),
            meaning="it froze",
            fix=f"warm hook {_word(number)}",
            signatures=(Signature(needles=(text,)),),
            provenance=Provenance(origin=Origin.INGESTED),
        )
        for number in range(int(QUARANTINED * share))
    ]
    record = FileRecord(path="/made/cranes.md", given="made/cranes.md", sha256="", stamp="", parser="made/1")
    parts = kb._parts
    with parts.db.write():
        added = parts.catalogue.bring_in_step(record, entries, now=now, fold_copies=True).added
        for one in added:
            parts.moves.begin(
                one, Status.QUARANTINED, rule=BY_HAND, reason="it made things worse", actor="mara", now=now
            )


def asked(kb: KnowledgeBase, ids: list[str], share: float, now: datetime) -> None:
    """Lookups, and what came of every third."""
    count, ledger = int(LOOKUPS * share), kb._parts.ledger
    results = (Result.RESOLVED, Result.NOT_APPLIED, Result.APPLIED)
    with ledger.write():
        for number in range(count):
            at = now - timedelta(minutes=2 * (count - number))
            lookup = ledger.record_lookup(
                at=at,
                verdict=Verdict.UNKNOWN,
                fingerprint=f"f0:{number:016x}",
                evidence='["crane stuck"]',
                tool="",
                service="",
                environment="",
                took_ms=1.0,
                matches=(),
            )
            if number < OUTCOMES * share:
                entry_id = ids[1 + number % (len(ids) - 1)]
                result = results[number % len(results)]
                ledger.record_outcome(
                    Outcome(
                        id=f"outcome-{number:012x}", at=at, entry_id=entry_id, result=result, lookup_id=lookup
                    )
                )


def everything(kb: KnowledgeBase, ids: list[str], share: float, now: datetime) -> None:
    """All of it in one home."""
    for history in HISTORIES[1:-1]:
        history.write(kb, ids, share, now)


HISTORIES = (
    History("nothing", nothing),
    History(f"{MOVES:,} moves", moved),
    History(f"{CLOSED:,} incidents that ended", ended),
    History(f"{OPEN:,} open incidents", open_ones),
    History(f"{QUARANTINED:,} entries in quarantine", quarantined),
    History(f"{LOOKUPS:,} lookups, {OUTCOMES:,} outcomes", asked),
    History("all of it", everything),
)
"""What homes are made old with; the first is none."""

WORK: dict[str, Callable[[KnowledgeBase], object]] = {
    "open an incident": lambda kb: kb.incidents.open("the crane froze", service="harbour"),
    "log to it": lambda kb: kb.incidents.note("looked at the winch"),
    "triage": lambda kb: kb.triage("the winch refuses its hook", service="harbour"),
    "weekly": lambda kb: kb.weekly_summary(),
}
"""What is timed once in each home, beside the question."""


def _word(number: int) -> str:
    """A word of its own for every number, without a digit in it."""
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(4))


def _home(folder: Path) -> KnowledgeBase:
    return KnowledgeBase.open(folder, encoder=HashedEncoder())


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
