"""The receipt of an ingest as text for a person."""

from __future__ import annotations

from kb.records.receipts import FileReceipt, FileState, Receipt

_ALWAYS_SHOWN = (FileState.FAILED, FileState.REMOVED)


def receipt_text(receipt: Receipt, *, verbose: bool) -> str:
    """Counts, what needs a look, and with `verbose` every file."""
    shown = [file for file in receipt.files if verbose or file.state in _ALWAYS_SHOWN or file.problems]
    lines = [line for file in shown for line in _file_lines(file)]
    counts = ", ".join(f"{n} {state}" for state in FileState if (n := receipt.count(state)))
    lines.append(f"{len(receipt.files)} files: {counts or 'none'}")
    skipped: dict[str, int] = {}
    for file in receipt.files:
        if file.state is FileState.SKIPPED:
            skipped[file.reason] = skipped.get(file.reason, 0) + 1
    lines += [f"  skipped {n}: {reason}" for reason, n in sorted(skipped.items())]
    redacted = sum(file.redacted for file in receipt.files)
    lines += [f"  {redacted} secrets redacted"] if redacted else []
    in_home = ", ".join(f"{n} {kind}" for kind, n in receipt.entries.items())
    lines.append(f"the home offers: {in_home or 'nothing'}")
    lines.append(f"{receipt.embedded} texts embedded, {receipt.seconds:.1f} s")
    return "\n".join(lines)


def _file_lines(file: FileReceipt) -> list[str]:
    what = file.reason or f"{len(file.entries)} entries" + (
        f", {len(file.copies)} copies" if file.copies else ""
    )
    line = f"{file.state:<9} {file.path}  {file.source}  {what}".rstrip()
    return [
        line,
        *(f"          {problem}" for problem in file.problems),
        *(f"          {note}" for note in file.notes),
    ]
