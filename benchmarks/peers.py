"""One run, everybody beside us: the same cases, texts and vectors for kb and for what people would use instead.

Run `python -m benchmarks.peers` from the project's root (some minutes, most of them embedding); `--task`
and `--peer` choose, `--cases N` asks only so many, `--homes DIR` keeps our homes between runs, `-o FILE`
writes the figures as JSON.  Peers that are not installed are named with the reason; `--path DIR` adds a
folder with packages, see docs/dependencies.md.

Ours is the whole lookup through `KnowledgeBase`, with ingest, verdict and explanation; the peers are bare
indexes.  Coverage is the share of answerable questions answered rightly at the threshold where 5 % of the
answers are wrong; AUROC is that of answerable against unanswerable questions, by the first one's score.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Protocol

from benchmarks.peers_material import Document, Hits, Task, Vectors, asked, tasks
from benchmarks.peers_vectors import Chroma, Fusion, Mem0, Txtai
from benchmarks.peers_words import Bm25s, Fts5, Grep, Substring
from benchmarks.ranking_material import SHARED
from kb import KnowledgeBase
from kb.evaluation.cases import Case
from kb.evaluation.figures import EVERY, measure
from kb.evaluation.results import DEPTH, CaseResult, Measured
from kb.evaluation.run import ask_all, case_key, evenly
from kb.starter import make_home

OURS = "kb, the whole lookup"
COLUMNS = ("recall@1", "recall@3", "recall@5", "mrr", "auroc", "coverage")


class Peer(Protocol):
    """Documents indexed, ready to be asked."""

    def search(self, query: str) -> Hits:
        """The documents that fit, best first."""
        ...


PEERS: dict[str, Callable[[Sequence[Document], Vectors], Peer]] = {
    Substring.name: lambda documents, _: Substring(documents),
    Grep.name: lambda documents, _: Grep(documents),
    Fts5.name: lambda documents, _: Fts5(documents),
    Bm25s.name: lambda documents, _: Bm25s(documents),
    Chroma.name: Chroma,
    Fusion.name: Fusion,
    Txtai.name: Txtai,
    Mem0.name: Mem0,
}


def of_peer(peer: Peer, cases: Iterable[Case]) -> Measured:
    """Every case asked; the first question is asked once beforehand, as for ours."""
    results = list[CaseResult]()
    for number, case in enumerate([*list(cases)[:1], *cases]):
        started = perf_counter()
        hits = peer.search(asked(case.query))[:DEPTH]
        took = 1000 * (perf_counter() - started)
        rank = next((place for place, (key, _) in enumerate(hits, 1) if key in case.relevant), None)
        if number:
            results.append(
                CaseResult(
                    key=case_key(case),
                    query="",
                    relevant=case.relevant,
                    rank=rank,
                    took_ms=took,
                    confidence=hits[0][1] if hits else None,
                )
            )
    return measure(results)


def of_ours(task: Task, homes: Path) -> Measured:
    """A home of the task's files, brought up to date where it is there, and every case asked of it."""
    name = task.name.replace(" ", "-")
    make_home(homes / name)
    with KnowledgeBase.open(homes / name) as kb:
        kb.ingest(*task.files(homes / f"{name}-files"), progress=_progress)
        results, _ = ask_all(kb, task.cases)
    return measure(results)


def compare(task: Task, wanted: Sequence[str], vectors: Vectors, homes: Path) -> dict[str, Measured | str]:
    """The figures of everybody, or why there are none."""
    found: dict[str, Measured | str] = {}
    for name, build in PEERS.items():
        if wanted and not any(word in name for word in wanted):
            continue
        print(f"{task.name}: {name}", file=sys.stderr)
        try:
            peer = build(task.documents, vectors)
        except ImportError as error:
            found[name] = f"skipped: {error}; docs/dependencies.md says how to install it"
            continue
        found[name] = of_peer(peer, task.cases)
    print(f"{task.name}: ours", file=sys.stderr)
    return {**found, OURS: of_ours(task, homes)}


def table(task: Task, found: dict[str, Measured | str]) -> str:
    """One line a peer."""
    unanswerable = sum(not case.relevant for case in task.cases)
    answerable = len(task.cases) - unanswerable
    about = f"{task.name}: {len(task.documents)} documents, {answerable} answerable cases, {unanswerable} not"
    head = "".join(f"{column:>10}" for column in (*COLUMNS, "p50 ms", "p95 ms"))
    return "\n".join(["", about, f"{'':28}{head}", *(_line(name, one) for name, one in found.items())])


def _line(name: str, one: Measured | str) -> str:
    if isinstance(one, str):
        return f"{name:28}  {one}"
    figures = [one.figures[column].value for column in COLUMNS]
    took = one.latency[EVERY]
    cells = [f"{'-' if value is None else f'{value:.3f}':>10}" for value in figures]
    return f"{name:28}{''.join(cells)}{took.p50:10.1f}{took.p95:10.1f}"


def _progress(phase: str, done: int, total: int) -> None:
    if done == total or done % 500 == 0:
        print(f"{phase} {done} of {total}", file=sys.stderr)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--task", action="append", default=[], help="a word of the task's name; may be repeated"
    )
    options.add_argument(
        "--peer", action="append", default=[], help="a word of the peer's name; may be repeated"
    )
    options.add_argument("--cases", type=int, default=0, help="ask only so many of each task, evenly spread")
    options.add_argument("--homes", type=Path, help="keep our homes here, and use them when they are there")
    options.add_argument("--path", type=Path, help="a folder with installed peers")
    options.add_argument("-o", "--output", type=Path, help="write the figures here, as JSON")
    given = options.parse_args()
    if not (SHARED / "pairs").is_dir():
        print(f"skipped: {SHARED / 'pairs'} is absent")
        return
    if given.path:
        sys.path.append(str(given.path))
    chosen = [task for task in tasks() if not given.task or any(word in task.name for word in given.task)]
    with contextlib.ExitStack() as stack:
        homes = given.homes or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        written, vectors = {}, Vectors()
        for task in chosen:
            part = replace(task, cases=evenly(task.cases, given.cases))
            found = compare(part, given.peer, vectors, homes)
            print(table(part, found), flush=True)
            written[task.name] = found
    if given.output:
        from kb.text.entries.codec import to_builtins

        given.output.write_text(json.dumps(to_builtins(written), indent=1))


if __name__ == "__main__":
    main()
