"""All benchmarks, one after the other, the quick ones first: `python -m benchmarks [NAME …]`.

Each is a module of its own and prints its figures; machines are noisy, so figures are ratios against
a peer of the same run where there is one.
"""

from __future__ import annotations

import subprocess
import sys

MODULES = {
    "cold_start": "what a cold command costs, beside bare imports and the naive script",
    "install": "what each dependency weighs, brings along and costs to import (a minute)",
    "fresh_install": "every way to install kb, from nothing to the first answer (minutes of downloads)",
    "handshake": "the processor time of kb mcp to its first answer, beside importing mcp",
    "clients": "thirty-two agents at once against kb serve, half of them writing",
    "notify": "from the row that says what happened to the receiver: at rest, in a storm, and with kills",
    "waiting": "how long others wait for kb serve while one client asks logs of 2.9 MB",
    "what_fixed_it": "whether the answer with the right past incident shows what fixed it (minutes of embedding)",
    "fields": "dates, timelines, action items, steps, against answers made by hand",
    "runbook_health": "public alert rules held against public runbooks, and commands that an alert fills in",
    "hooks": "alerts by webhook: from the POST to the incident, in a storm with kills, what was lost (two minutes)",
    "masking": "fingerprints tested as a log parser is, beside Drain3",
    "redaction": "what is taken out of texts with secrets, and what of harmless ones",
    "evidence": "whether the line that a person would take is the gravest one of a log",
    "carriers": "one line as real carriers wrote it, and how often a message itself is cut",
    "rewordings": "learned in the words of one version, asked in those of another",
    "long_logs": "a line that is settled at once, and logs of 3 MB",
    "aged_home": "what a long history costs a question, beside a home with none (two minutes)",
    "scanning": "10,000 literals and 1,000 regexes over a log, beside Hyperscan alone, RE2 and ripgrep",
    "ranking": "the ranking alone, beside BM25, MiniLM and their fusion",
    "alerts": "the whole lookup on labelled alerts, and on alerts that nothing covers",
    "own_words": "whether a text is somebody's own words or an alert's, by fits that have not seen its source",
    "calibration": "how likely the first candidate is right, fitted without each source in turn",
    "sentences": "the score of what people say in their own words, fitted without each family",
    "reliability": "whether the confidence means what it says, by kind of text (many minutes)",
    "siblings": "whether a sibling is called known where the right runbook is missing (minutes)",
    "peers": "the whole lookup beside everything that people would use instead (minutes of embedding)",
    "nearest": "exact search, cells, Chroma, faiss and usearch, on real vectors (minutes of embedding)",
    "briefs": "twenty briefs among 10,000 entries: the right fix, tokens, latency (minutes of embedding)",
    "quarter": "a simulated quarter of incidents: no memory, substrings, ours without its loop, ours with it",
    "large_files": "memory files of thousands of entries: a learn, and the first look, beside an empty one",
    "big_input": "a log of 200 MB on stdin",
    "durability": "kill -9, many processes, writing and asking at once",
    "kills": "every command that writes, and migrations, killed in the middle (half an hour)",
    "scale": "homes of 10,000 and 100,000 entries: ingest, disk, memory, latency of each tier (half an hour)",
    "shared_database": "PostgreSQL beside SQLite: lookups among 10,000 entries, and when another process finds a write",
    "soak": "half an hour of thirty-two agents with all tools against kb serve: memory, latency, lost writes",
    "corpora": "all public material goes in, twice",
}
"""Name and what it measures."""


def main() -> int:
    """Run the benchmarks named on the command line, or all."""
    wanted = sys.argv[1:] or list(MODULES)
    if unknown := [name for name in wanted if name not in MODULES]:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(MODULES)}")
    failed = 0
    for name in wanted:
        print(f"\n== {name}: {MODULES[name]}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
