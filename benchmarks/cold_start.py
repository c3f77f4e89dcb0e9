"""How long a process takes from nothing to an answer, as multiples of a bare interpreter with its libraries.

`python -m benchmarks.cold_start [RUNS] [ENTRIES]` makes a home (5,000 entries and 2,000 signatures
unless told), asks it from fresh processes, and prints the median of the runs.  The naive script
does what one would write first: sentence-transformers, and Chroma on the same texts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from kb import KnowledgeBase
from kb.starter import make_home

KNOWN = "FATAL tide gauge 7 reports a negative depth"
UNKNOWN = "the water stands below the bottom, says the sensor of the harbour"
_NOUNS = [
    "sluice",
    "gauge",
    "pump",
    "lock",
    "valve",
    "buoy",
    "crane",
    "ferry",
    "beacon",
    "cable",
    "mast",
    "winch",
    "anchor",
    "rudder",
    "keel",
    "hull",
]
_VERBS = [
    "jammed",
    "flooded",
    "silent",
    "overheated",
    "unreachable",
    "misaligned",
    "leaking",
    "frozen",
    "saturated",
    "stalled",
]

NAIVE_SETUP = """
import sys, chromadb
from sentence_transformers import SentenceTransformer
texts = open(sys.argv[1]).read().split("\\n\\n")
model = SentenceTransformer(sys.argv[3], device="cpu")
collection = chromadb.PersistentClient(sys.argv[2]).get_or_create_collection("naive")
for at in range(0, len(texts), 1000):
    part = texts[at : at + 1000]
    collection.add(ids=[str(at + n) for n in range(len(part))], documents=part, embeddings=model.encode(part))
"""
NAIVE = """
import sys, chromadb
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[2], device="cpu")
collection = chromadb.PersistentClient(sys.argv[1]).get_collection("naive")
print(collection.query(query_embeddings=model.encode([sys.argv[3]]), n_results=5)["documents"][0][0])
"""


def text_of(number: int) -> str:
    noun, verb = _NOUNS[number % 16], _VERBS[number // 16 % 10]
    return (
        f"ERROR {noun}{number // 160}-controller: {noun} {verb}, code {number:05d}, berth {number * 7 % 311}"
    )


def fill(home: Path, entries: int, signatures: int) -> list[str]:
    """Write a home's worth of knowledge: patterns, which have signatures, and runbooks, which have none."""
    texts = [text_of(number) for number in range(entries)]
    patterns = [
        f"  - pattern: '{text}'\n    meaning: berth {n} is shut\n"
        for n, text in enumerate(texts[:signatures])
    ]
    runbooks = [
        f"  - name: 'Runbook {n}: {text[6:]}'\n    steps: ['look at berth {n}', 'restart it']\n"
        for n, text in enumerate(texts[signatures:])
    ]
    (home / "learned" / "berths.yaml").write_text("berth_patterns:\n" + "".join(patterns))
    (home / "learned" / "berth_runbooks.yaml").write_text("procedures:\n" + "".join(runbooks))
    return texts


def median(command: Sequence[str], runs: int) -> float:
    """Seconds of wall clock, the first run (cold caches of the disk) left out."""
    spent = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        spent.append(time.perf_counter() - started)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed: {done.stderr[-500:]}")
    return statistics.median(spent[1:])


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    entries = int(sys.argv[2]) if len(sys.argv) > 2 else 5_000
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    with tempfile.TemporaryDirectory() as folder:
        small, large, naive = Path(folder) / "small", Path(folder) / "large", Path(folder) / "naive"
        texts = list[str]()
        for home in (small, large):
            make_home(home)
            texts = fill(home, entries, entries * 2 // 5) if home is large else texts
            with KnowledgeBase.open(home) as kb:
                kb.learn_pattern(KNOWN, "the gauge froze")
                kb.repair()
                counts = kb.counts()
                model = str(kb._parts.embeddings.encoder.source)  # type: ignore[attr-defined]
            print(f"{home.name} home: {sum(counts.values())} entries", file=sys.stderr)
        (naive / "texts").parent.mkdir()
        (naive / "texts").write_text("\n\n".join(texts))
        python, kb_command = sys.executable, [sys.executable, "-m", "kb", "--home"]
        subprocess.run(
            [python, "-c", NAIVE_SETUP, naive / "texts", naive / "db", model], check=True, capture_output=True
        )
        bare = median([python, "-c", "import typer, sqlite_utils"], runs)
        figures = {
            "bare: import typer, sqlite_utils": bare,
            "kb --help": median([python, "-m", "kb", "--help"], runs),
            "kb check, small home, settled by a signature": median(
                [*kb_command, str(small), "check", KNOWN], runs
            ),
            "kb check, large home, settled by a signature": median(
                [*kb_command, str(large), "check", KNOWN], runs
            ),
            "kb check, small home, needs vectors": median([*kb_command, str(small), "check", UNKNOWN], runs),
            "kb check, large home, needs vectors": median([*kb_command, str(large), "check", UNKNOWN], runs),
            "naive: sentence-transformers + chromadb, large": median(
                [python, "-c", NAIVE, str(naive / "db"), model, UNKNOWN], max(1, runs // 3)
            ),
        }
    for name, seconds in figures.items():
        print(f"{seconds:7.3f} s  {seconds / bare:5.1f} x bare  {name}")


if __name__ == "__main__":
    main()
