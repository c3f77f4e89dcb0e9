"""Ask a home that learned the first occurrence of every fault with the second: the matrix of figures.

For each source a home learns the telling line of each fault.  Then are asked: the second occurrence's
line and its own log; that log between two healthy ones (any of the first three answers counts); the log in
each carrier; and, never to be `known`, every line as another fault and the healthy logs.  `evidence` is
the share of logs of which the telling line has the highest grade.  With traces another home learns the
whole first log of each crash as its pattern and is asked with the second.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.evidence import first_of, is_taken
from benchmarks.fault_lab.carriers import CARRIERS, carried
from benchmarks.fault_lab.source import HEALTHY
from kb import KnowledgeBase
from kb.text.evidence.evidence import pick_evidence

Row = dict[str, Any]
_SURE = 0.8
_SERVERS_WITHOUT_KIND = ("postgresql", "redis", "nginx")


@dataclass
class Matrix:
    """Hits and tries by kind of question, and each miss in words."""

    hits: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def note(self, kind: str, right: bool, what: str) -> None:
        """Count one question; a miss is kept in words."""
        self.tries[kind] += 1
        self.hits[kind] += right
        if not right:
            self.missed.append(f"{kind}: {what}")

    def add(self, other: Matrix) -> None:
        """Take in what another counted."""
        self.hits += other.hits
        self.tries += other.tries
        self.missed += other.missed

    def line(self) -> str:
        """Hits of tries, kind by kind."""
        return "  ".join(f"{kind} {self.hits[kind]}/{self.tries[kind]}" for kind in self.tries)

    def shares(self) -> str:
        """The same in per cent."""
        return "  ".join(f"{kind} {100 * self.hits[kind] / self.tries[kind]:.1f}%" for kind in self.tries)


@dataclass(frozen=True)
class Material:
    """The logs of one source, both occurrences of each fault, and its healthy logs."""

    name: str
    faults: dict[str, tuple[Row, Row]]
    healthy: list[str]
    logs: Path

    def text(self, row: Row) -> str:
        """The whole log of a row."""
        return (self.logs / str(row["file"])).read_text(encoding="utf-8", errors="replace")

    def same_wording(self, fault: str) -> set[str]:
        """The faults whose first line says the same behind its header; they are alternatives."""
        said = _behind_header(self.faults[fault][0])
        return {name for name, (first, _) in self.faults.items() if _behind_header(first) == said}

    def crashes(self) -> bool:
        """Is it a runtime's?"""
        row = next(iter(self.faults.values()))[0]
        return bool(row.get("kind", _kind(self.name)) == "runtime")


def _kind(name: str) -> str:
    return "server" if name.startswith(_SERVERS_WITHOUT_KIND) else "runtime"


def _behind_header(row: Row) -> str:
    return str(row["tells"]).split("] ")[-1].strip()


def ask(logs: Path, *, carriers: bool, traces: bool, missed: bool, jobs: int = 2) -> int:
    """Print a line a source, then the total in numbers and in shares."""
    total = Matrix()
    materials = list(read_material(logs))
    with ProcessPoolExecutor(jobs) as pool:
        answers = list(pool.map(partial(_ask_all, carriers=carriers, traces=traces), materials))
    for material, matrix in zip(materials, answers, strict=True):
        print(f"{material.name:16} {matrix.line()}", flush=True)
        if missed:
            for one in matrix.missed:
                print(f"    missed {material.name} {one}")
        total.add(matrix)
    print(f"{'all':16} {total.line()}")
    print(f"{'all':16} {total.shares()}")
    return 0


def _ask_all(material: Material, *, carriers: bool, traces: bool) -> Matrix:
    matrix = ask_source(material, carriers=carriers)
    if traces and material.crashes():
        matrix.add(ask_traces(material))
    return matrix


def read_material(logs: Path) -> Iterator[Material]:
    """The sources of an index, in order of their names."""
    index = logs / "index.jsonl"
    if not index.is_file():
        sys.exit(f"{index} is not there: {logs} holds no logs of the laboratory")
    rows: dict[str, dict[tuple[str, int], Row]] = defaultdict(dict)
    for line in index.read_text(encoding="utf-8").splitlines():
        row: Row = json.loads(line)
        rows[row["source"]][row["fault"], row["occurrence"]] = row
    for name, of in sorted(rows.items()):
        both = {
            fault: (first, of[fault, 2])
            for (fault, occurrence), first in sorted(of.items())
            if occurrence == 1 and (fault, 2) in of and not fault.startswith(HEALTHY)
        }
        faults = {
            fault: pair for fault, pair in both.items() if all(str(row["tells"]).strip() for row in pair)
        }
        healthy = [
            (logs / row["file"]).read_text(encoding="utf-8", errors="replace")
            for (fault, _), row in sorted(of.items())
            if fault.startswith(HEALTHY)
        ]
        if faults:
            yield Material(name, faults, healthy, logs)


class Home:
    """A fresh home that learned one pattern a fault."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.faults_of: dict[str, set[str]] = defaultdict(set)

    def learn(self, fault: str, pattern: str) -> str:
        """Why it could not be learned; empty where it was."""
        try:
            learned = self.kb.learn_pattern(pattern, meaning=f"cause of {fault}", fix=f"fix of {fault}")
        except Exception as error:  # every reason is one that a person would meet, and is reported
            return f"{type(error).__name__}: {str(error)[:120]}"
        self.faults_of[learned.id].add(fault)
        return ""

    def answer(self, text: str) -> tuple[str, list[tuple[set[str], float]]]:
        """The verdict, and the faults behind the first three matches with their confidence."""
        found = self.kb.check_known_issues(text, record=False)
        verdict = str(getattr(found.verdict, "value", found.verdict))
        return verdict, [(self.faults_of.get(one.id, set()), one.confidence) for one in found.matches[:3]]

    def finds(self, fault: str, text: str) -> tuple[bool, str]:
        """Is it `known` with that fault first?"""
        verdict, matches = self.answer(text)
        return verdict == "known" and bool(matches) and fault in matches[0][0], verdict

    def finds_among(self, fault: str, text: str) -> tuple[bool, str]:
        """Is it `known`, that fault surely among the first three?"""
        verdict, matches = self.answer(text)
        sure = any(fault in faults and confidence >= _SURE for faults, confidence in matches)
        return verdict == "known" and sure, verdict


@contextmanager
def fresh_home() -> Iterator[Home]:
    """An empty home in a temporary folder."""
    with TemporaryDirectory() as folder:
        for part in ("learned", "state"):
            Path(folder, part).mkdir()
        with KnowledgeBase.open(Path(folder)) as kb:
            yield Home(kb)


def ask_source(material: Material, *, carriers: bool) -> Matrix:
    """All questions about one source, to a home that learned its telling lines."""
    matrix = Matrix()
    with fresh_home() as home:
        for fault, (first, _) in material.faults.items():
            if why := home.learn(fault, str(first["tells"]).strip()):
                matrix.missed.append(f"learn: {fault}: {why}")
        for fault in material.faults:
            _ask_fault(home, material, fault, matrix, carriers)
        for number, text in enumerate(material.healthy, 1):
            verdict, matches = home.answer(text)
            matrix.note("healthy quiet", verdict != "known", f"{number} is known as {matches[:1]}")
    return matrix


def _ask_fault(home: Home, material: Material, fault: str, matrix: Matrix, carriers: bool) -> None:
    row = material.faults[fault][1]
    line, own = str(row["tells"]).strip(), material.text(row)
    right, verdict = home.finds(fault, line)
    matrix.note("line", right, f"{fault} {verdict}: {line[:120]}")
    _, matches = home.answer(line)
    taken = matches[0][0] if verdict == "known" and matches else set()
    other = bool(taken) and not taken & (material.same_wording(fault) | {fault})
    matrix.note("no other", not other, f"{fault} is known as {sorted(taken)}")
    if line[:60] not in own:
        return
    right, verdict = home.finds(fault, own)
    matrix.note("log", right, f"{fault} {verdict}")
    if material.healthy:
        amid = f"{material.healthy[-1]}\n{own}\n{material.healthy[0]}"
        right, verdict = home.finds_among(fault, amid)
        matrix.note("amid", right, f"{fault} {verdict}")
    best, right = taken_as_evidence(own, line)
    matrix.note("evidence", right, f"{fault}: {best[:120]}")
    for name, carrier in CARRIERS.items() if carriers else ():
        right, verdict = home.finds(fault, carried(own, carrier))
        matrix.note(name, right, f"{fault} {verdict}")


def taken_as_evidence(log: str, tells: str) -> tuple[str, bool]:
    """The line of the highest grade as it stands in the log, and whether that is (a line like) the telling one."""
    best = first_of(pick_evidence(log))
    if best is None:
        return "nothing", False
    return log.split("\n")[best.line - 1].strip(), is_taken(best, log, tells)


def ask_traces(material: Material) -> Matrix:
    """The whole first log of each crash as its pattern, asked with the second."""
    matrix = Matrix()
    with fresh_home() as home:
        for fault, (first, _) in material.faults.items():
            if why := home.learn(fault, material.text(first).strip()):
                matrix.missed.append(f"learn trace: {fault}: {why}")
        for fault, (_, second) in material.faults.items():
            right, verdict = home.finds(fault, material.text(second))
            matrix.note("traces", right, f"{fault} {verdict}")
    return matrix
