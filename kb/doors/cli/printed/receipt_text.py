"""What an ingest did, as text for a person: counts, and what needs a look.  Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kb.doors.cli.printed.text import kinds_in_words
from kb.model.receipts import FileReceipt, FileState, Receipt

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
    lines.append(f"{len(receipt.files)} {'file' if len(receipt.files) == 1 else 'files'}: {counts or 'none'}")
    skipped: dict[str, int] = {}
    for file in receipt.files:
        if file.state is FileState.SKIPPED:
            skipped[file.reason] = skipped.get(file.reason, 0) + 1
    lines += [f"  skipped {n}: {reason}" for reason, n in sorted(skipped.items())]
    changes = sum(file.changes for file in receipt.files)
    lines += [f"  {changes} changes to production recorded: kb change list"] if changes else []
    redacted = sum(file.redacted for file in receipt.files)
    lines += [f"  {redacted} secrets redacted"] if redacted else []
    lines += [f"  {line}" for line in (*_forms_read(receipt), *_unread_by_kind(receipt))]
    lines += [f"  {note}" for note in receipt.notes]
    lines.append(f"the home offers {kinds_in_words(receipt.entries)}")
    lines.append(f"{receipt.embedded} texts embedded, {receipt.seconds:.1f} s")
    return "\n".join(lines)


def _forms_read(receipt: Receipt) -> Iterator[str]:
    """How many files were read in which form other than Markdown."""
    said = (note.partition(";")[0] for file in receipt.files for note in file.notes)
    forms = Counter(note for note in said if note.startswith("read as "))
    yield from (f"{count} {note}" for note, count in sorted(forms.items()))


def _unread_by_kind(receipt: Receipt) -> Iterator[str]:
    """What was seen and could not be placed, by kind, over all files."""
    counts, files = Counter[str](), Counter[str]()
    for file in receipt.files:
        for note in file.notes:
            kind, _, count = note.rpartition(": ")
            if kind.startswith("unread: ") and count.isdecimal():
                counts[kind] += int(count)
                files[kind] += 1
    for kind, total in sorted(counts.items()):
        where = "1 file" if files[kind] == 1 else f"{files[kind]} files"
        yield f"{kind}: {total}, in {where} (-v names them)"


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
