"""All public material goes in, twice: files, entries, seconds, memory, and our overhead over embedding.

Run `python -m benchmarks.corpora` from the project's root (some minutes: it embeds about 9,000
texts); `--folder` takes another folder, `--keep HOME` keeps the home for other benchmarks.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

from kb import KnowledgeBase
from kb.model.receipts import FileState, Receipt
from kb.starter import make_home

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"


def measure(folder: Path, home: Path) -> None:
    """Ingest the folder twice and print what happened."""
    on_disk = sum(1 for path in folder.rglob("*") if path.is_file())
    make_home(home)
    with KnowledgeBase.open(home) as kb:
        first = kb.ingest(folder, progress=_progress)
        report("first run", first, on_disk)
        second = kb.ingest(folder)
        report("second run", second, on_disk)
        changed = (
            second.count(FileState.ADDED) + second.count(FileState.UPDATED) + second.count(FileState.REMOVED)
        )
        print(f"second run: {changed} files changed, {second.embedded} texts embedded")
        wrong, vectors = kb.check()
    overhead = first.seconds - first.embedding_seconds
    print(f"embedding {first.embedding_seconds:.1f} s, everything else {overhead:.1f} s", end=" ")
    print(f"({overhead / first.embedding_seconds:.1%} over the raw embedding time)")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"doctor: {[*wrong, *vectors.problems] or 'healthy'}, {vectors.published} vectors published")


def report(title: str, receipt: Receipt, on_disk: int) -> None:
    """Print the counts of one receipt."""
    states = ", ".join(f"{n} {state}" for state in FileState if (n := receipt.count(state)))
    print(f"\n{title}: {len(receipt.files)} files in the receipt, {on_disk} on disk: {states}")
    for reason, count in Counter(f.reason for f in receipt.files if f.state is FileState.SKIPPED).items():
        print(f"  skipped {count}: {reason}")
    kinds = Counter(f.source for f in receipt.files if f.entries)
    print(f"  read as: {', '.join(f'{n} {kind}' for kind, n in kinds.most_common()) or 'nothing new'}")
    print(f"  problems: {len(receipt.problems)}; secrets redacted: {sum(f.redacted for f in receipt.files)}")
    print(f"  entries in the home: {sum(receipt.entries.values())} {receipt.entries}")
    print(f"  {receipt.embedded} texts embedded, {receipt.seconds:.1f} s")


def _progress(phase: str, done: int, total: int) -> None:
    if done == total or done % 500 == 0:
        print(f"{phase} {done} of {total}", file=sys.stderr)


def main() -> None:
    """Measure with the options of the command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--folder", type=Path, default=CORPORA)
    options.add_argument("--keep", type=Path, help="make the home here and keep it")
    given = options.parse_args()
    if not given.folder.is_dir():
        sys.exit(f"{given.folder} is not there: nothing to measure")
    with tempfile.TemporaryDirectory() as scratch:
        measure(given.folder, given.keep or Path(scratch) / "home")


if __name__ == "__main__":
    main()
