"""The receipt of an ingest, and the findings of the doctor, as text for a person."""

from __future__ import annotations

from collections.abc import Sequence

from kb.cli.text import kinds_in_words
from kb.errors import Problem
from kb.records.receipts import FileReceipt, FileState, Receipt
from kb.storage.vector_check import VectorReport

_ALWAYS_SHOWN = (FileState.FAILED, FileState.REMOVED)


def receipt_text(receipt: Receipt, *, verbose: bool) -> str:
    """Counts, what needs a look, and with `verbose` every file."""
    shown = [
        file
        for file in receipt.files
        if verbose or file.state in _ALWAYS_SHOWN or file.problems or file.extraction
    ]
    lines = [line for file in shown for line in _file_lines(file)]
    counts = ", ".join(f"{n} {state}" for state in FileState if (n := receipt.count(state)))
    lines.append(f"{len(receipt.files)} files: {counts or 'none'}")
    skipped: dict[str, int] = {}
    for file in receipt.files:
        if file.state is FileState.SKIPPED:
            skipped[file.reason] = skipped.get(file.reason, 0) + 1
    lines += [f"  skipped {n}: {reason}" for reason, n in sorted(skipped.items())]
    changes = sum(file.changes for file in receipt.files)
    lines += [f"  {changes} changes to production recorded: kb change list"] if changes else []
    redacted = sum(file.redacted for file in receipt.files)
    lines += [f"  {redacted} secrets redacted"] if redacted else []
    lines += [f"  {note}" for note in receipt.notes]
    lines.append(f"the home offers {kinds_in_words(receipt.entries)}")
    lines.append(f"{receipt.embedded} texts embedded, {receipt.seconds:.1f} s")
    return "\n".join(lines)


def _file_lines(file: FileReceipt) -> list[str]:
    counts = {"entries": len(file.entries), "copies": len(file.copies), "changes": file.changes}
    held = ", ".join(
        f"{n} {name}" for name, n in counts.items() if n or (name == "entries" and not file.changes)
    )
    what = file.reason or held
    line = f"{file.state:<9} {file.path}  {file.source}  {what}".rstrip()
    return [
        line,
        *(f"          {problem}" for problem in file.problems),
        *(f"          {note}" for note in (*file.notes, *file.extraction)),
    ]


def findings_text(
    wrong: Sequence[str],
    vectors: VectorReport,
    mistakes: Sequence[Problem],
    entries: dict[str, int],
    tokens: Sequence[str] = (),
) -> str:
    """What `kb doctor` found: what is wrong first, then what is there."""
    lines = [f"WRONG  {line}" for line in wrong]
    lines += [f"note   {line}" for line in vectors.notes]
    lines += [f"file   {mistake}" for mistake in mistakes]
    lines += [f"token  {note}" for note in tokens]
    lines.append(f"entries  {kinds_in_words(entries)}")
    lines.append(
        f"vectors  {vectors.embedded} of {vectors.chunks} chunks embedded, {vectors.published} published, "
        f"{vectors.outbox} in the outbox"
    )
    lines.append("not healthy" if wrong else "healthy")
    return "\n".join(lines)
