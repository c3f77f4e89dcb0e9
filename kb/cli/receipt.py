"""The receipt of an ingest, and the findings of the doctor, as text for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kb.cli.text import kinds_in_words
from kb.errors import Problem
from kb.records.receipts import FileReceipt, FileState, Receipt
from kb.records.swept import RedactReport, SweepReport
from kb.storage.vector_check import VectorReport

_ENTRIES_SHOWN = 20
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
    lines += [f"  {line}" for line in (*_forms(receipt), *_unread(receipt))]
    lines += [f"  {note}" for note in receipt.notes]
    lines.append(f"the home offers {kinds_in_words(receipt.entries)}")
    lines.append(f"{receipt.embedded} texts embedded, {receipt.seconds:.1f} s")
    return "\n".join(lines)


def _forms(receipt: Receipt) -> Iterator[str]:
    """How many files were read in which form other than Markdown."""
    said = (note.partition(";")[0] for file in receipt.files for note in file.notes)
    forms = Counter(note for note in said if note.startswith("read as "))
    yield from (f"{count} {note}" for note, count in sorted(forms.items()))


def _unread(receipt: Receipt) -> Iterator[str]:
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


def sweep_text(report: SweepReport) -> str:
    """What a sweep took away, or would, with the reasons, and what of that age stays."""
    goes = "would go" if report.dry_run else "swept"
    span = (
        f", asked from {report.oldest[:10]} to {report.newest[:10]}"
        if report.oldest and report.newest
        else ""
    )
    lines = [
        f"{goes}: {report.lookups} lookups with {report.offers} offers{span}",
        f"  older than {report.days} days, without outcome, in no incident, of no open proposal; their counts stay",
        f"{goes}: {len(report.entries)} entries",
        f"  retired more than {report.days} days ago, and nothing that happened names them; their titles stay",
        *(f"  {entry_id}" for entry_id in report.entries[:_ENTRIES_SHOWN]),
    ]
    if len(report.entries) > _ENTRIES_SHOWN:
        lines.append(f"  … and {len(report.entries) - _ENTRIES_SHOWN} more (--json lists all)")
    lines.append(
        f"stay, though as old: {report.kept_with_outcome} lookups with an outcome, {report.kept_in_incident} of an "
        f"incident, {report.kept_for_proposal} of an open proposal"
    )
    size = f"{report.bytes_before / 1e6:.1f} MB"
    if not report.dry_run:
        size += f", now {report.bytes_after / 1e6:.1f} MB{f' ({report.note})' if report.note else ''}"
    return "\n".join([*lines, f"state/kb.db: {size}"])


def redact_text(report: RedactReport) -> str:
    """Which secrets stand in old rows, by kind and place, and what became of them."""
    total = sum(report.kinds.values())
    lines = [f"{'found' if report.dry_run else 'taken out'}: {total} secrets"]
    lines += [
        f"  {count:6} {kind}"
        for kind, count in sorted(report.kinds.items(), key=lambda one: (-one[1], one[0]))
    ]
    lines += [f"  {count:6} in {place}" for place, count in sorted(report.places.items())]
    lines += [
        f"yours: {place} holds one; take it out of the file, and out of its history in git"
        for place in report.in_your_files
    ]
    if report.backup:
        lines.append(f"before: {report.backup} still has them; delete it when all is well")
    return "\n".join([*lines, *([f"note: {report.note}"] if report.note else [])])
