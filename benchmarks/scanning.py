"""Scanning: 10,000 literals and 1,000 regexes over a log, with the entries and spans of what was hit.

`python -m benchmarks.scanning [MEGABYTES]` prints megabytes per second of processor time (machines are
shared, so the ratios are the figures): ours as a lookup scans, block by block; Hyperscan alone with the
same patterns, which only names them; RE2's Set; ripgrep on the literals and on all; a Python loop of
`in` and `re`, on a small piece.  Then the whole question, with evidence lines, and what keeping the compiled set
on disk saves.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

from benchmarks.scanning_material import MEGABYTE, Signatures, log, signatures
from kb.lookup.exact import SignatureScan
from kb.lookup.question import BLOCK, ask
from kb.text.carriers import Unfolded
from kb.text.signatures.engines import Re2Sets
from kb.text.signatures.prepared import prepare
from kb.text.signatures.set import SignatureSet

ROUNDS = 3


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least processor time of some rounds, in seconds; machines that are shared only ever add to it."""
    times = []
    for _ in range(rounds):
        started = process_time()
        work()
        times.append(process_time() - started)
    return min(times)


def raw_hyperscan(signs: Signatures, blocks: list[bytes]) -> Callable[[], object]:
    """Hyperscan with the same patterns in one database, each named at most once a block."""
    import hyperscan as hs

    sources = [re.escape(text).encode() for text in signs.literals] + [
        text.encode() for text in signs.regexes
    ]
    flags = hs.HS_FLAG_SINGLEMATCH | hs.HS_FLAG_MULTILINE
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    database.compile(
        expressions=sources,
        ids=list(range(len(sources))),
        elements=len(sources),
        flags=[flags | hs.HS_FLAG_CASELESS] * len(signs.literals) + [flags] * len(signs.regexes),
    )
    return lambda: [database.scan(block, match_event_handler=lambda *_: None) for block in blocks]


def _plain(text: str) -> str:
    return re.escape(text).replace("\\ ", " ")


def ripgrep(log_file: Path, patterns: list[str], options: list[str]) -> float | None:
    """Its processor time in seconds for the whole file, one thread; None where it is absent."""
    program = shutil.which("rg")
    if program is None:
        return None
    list_file = log_file.with_name("patterns")
    list_file.write_text("\n".join(patterns) + "\n")
    command = [program, "--no-config", "-j1", "-c", "--dfa-size-limit=2G", "--regex-size-limit=2G", *options]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*command, "-f", str(list_file), str(log_file)], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1:
        print(f"ripgrep: {done.stderr[:200]}")
        return None
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def naive(signs: Signatures, lines: list[str]) -> list[str]:
    """What one writes first: every pattern against every line."""
    compiled = [re.compile(text) for text in signs.regexes]
    lowered = [text.lower() for text in signs.literals]
    found = [text for line in lines for text in lowered if text in line.lower()]
    return found + [one.pattern for line in lines for one in compiled if one.search(line)]


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 64
    signs = signatures()
    lines = list(log(signs, megabytes))
    text = "".join(lines)
    size = len(text) / 1e6
    blocks = [text[at : at + BLOCK] for at in range(0, len(text), BLOCK)]
    started = process_time()
    made = SignatureSet.compile(signs.items())
    made.scan(blocks[0])
    compiled = process_time() - started
    raw_scan = raw_hyperscan(signs, [block.encode() for block in blocks])
    hits = set[str]()

    def ours() -> None:
        scan = SignatureScan(made)
        for at, block in enumerate(blocks):
            scan.block(Unfolded(block, at * BLOCK))
        hits.update(found.entry_id for found in scan.found())

    # In turns, so that what else runs on the machine burdens both alike.
    pairs = [(best(ours, 1), best(raw_scan, 1)) for _ in range(2 * ROUNDS)]
    ours_seconds, raw_seconds = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    raw = size / raw_seconds
    print(
        f"{size:.0f} MB, {len(lines):,} lines, {len(signs.literals):,} literals, {len(signs.regexes):,} regexes;"
        f" {len(hits)} entries hit"
    )
    print(f"{'':50}MB/s   of raw Hyperscan")

    def row(name: str, rate: float | None) -> None:
        print(f"{name:46}{rate:8.1f}   {rate / raw:7.1%}" if rate else f"{name:46}  absent", flush=True)

    row("Hyperscan alone", raw)
    row("ours, entries and spans", size / ours_seconds)
    sets = Re2Sets(
        {n: " ".join(t.casefold().split()).encode() for n, t in enumerate(signs.literals)},
        {len(signs.literals) + n: t for n, t in enumerate(signs.regexes)},
    )
    piece = prepare(blocks[0][:MEGABYTE])
    row("RE2 Set", len(piece.plain) / 1e6 / best(lambda: (sets.literals(piece), sets.regexes(piece.data)), 1))
    with tempfile.TemporaryDirectory() as folder:
        log_file = Path(folder) / "log"
        log_file.write_text(text)
        for name, patterns, options in (
            ("literals alone, as they are written", signs.literals, ["-F"]),
            ("literals alone, in any case", signs.literals, ["-F", "-i"]),
            (
                "all, in any case",
                [*map(_plain, signs.literals), *(text.replace("?P<host>", "?:") for text in signs.regexes)],
                ["-i"],
            ),
        ):
            took = ripgrep(log_file, patterns, options)
            row(f"ripgrep, {name}", len(text) / 1e6 / took if took else None)
        few = lines[:200]
        row("a Python loop", len("".join(few)) / 1e6 / best(lambda: naive(signs, few), 1))
        whole = best(lambda: ask(iter(lines), each_block=SignatureScan(made).block), 1)
        row("the whole question, with evidence", size / whole)
        kept = Path(folder) / "kept"
        kept.write_bytes(made.dump())
        loaded = best(lambda: SignatureSet.load(kept.read_bytes()))
    print(f"compiled in {compiled:.1f} s; from disk ({kept_size(made):.1f} MB) in {1000 * loaded:.0f} ms")
    return 0


def kept_size(made: SignatureSet) -> float:
    """Megabytes of the compiled set on disk."""
    return len(made.dump()) / 1e6


if __name__ == "__main__":
    sys.exit(main())
