"""Answers, hits, entries and findings as text for a person.  Pure: records in, lines out.

An entry is shown whole: what it is in the first line, then what it says.  What kb derives or keeps for itself (how a
signature is stored, empty fields, nested names) is put into words; the fields of a kind (`meaning`, `steps`,
`timeline`, …) stay under their own names.  `--json` has every field as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from kb.doors.cli.printed.lines import paragraphs
from kb.errors import Problem
from kb.learning.trust import trust_in_words
from kb.lookup.scoring import RELATED
from kb.model import Entry, Provenance, Signature, Status
from kb.model.entry import Source
from kb.model.ledger import NO_MATCH, Answer, Match, SearchHit, Standing
from kb.text.masking_rules import PLACEHOLDER
from kb.text.times import minute
from kb.text.tokens import one_line
from kb.text.traces import told_first

if TYPE_CHECKING:
    from kb.index.vector_check import VectorReport
    from kb.model.receipts import ExchangeReport, RedactReport, SweepReport

_WIDTH = 100
_ALL = 1_000_000
_UNLIKELY_LINES = 3
"""Lines of a match that is shown beside better ones: its title, its id and why it hardly fits."""
_HEADLINES = {
    "known": "KNOWN: this was seen before.",
    "related": "RELATED: nothing fits surely; these are close.",
    "unknown": "UNKNOWN: no entry matches this.",
}


def answer_text(answer: Answer, *, long: bool = False, all_of_it: str = "kb show") -> str:
    """The answer to `kb check`; with `long`, no text of it is cut.  `all_of_it` is what shows an entry whole."""
    lines = [_HEADLINES[answer.verdict]]
    if answer.verdict == "unknown" and answer.matches:
        lines.append("The nearest entries, which are no match:")
    if answer.alternatives:
        lines.append("Several causes share this symptom; the checks tell them apart.")
    for number, match in enumerate(answer.matches, 1):
        short = (number > 1 and not answer.alternatives) or answer.verdict == "unknown"
        shown = _match_lines(number, match, _ALL if long else 3 if short else 12, all_of_it)
        unlikely = answer.verdict != "unknown" and match.confidence < RELATED
        lines += ["", *(shown[:_UNLIKELY_LINES] if unlikely and not long else shown)]
    lines.append("")
    if answer.seen:
        lines.append(f"seen: {', '.join(f'{name} {text}' for name, text in answer.seen.items())}")
    if answer.hidden:
        lines.append(f"{answer.hidden} more not shown (--limit)")
    lines += [f"note: {note}" for note in answer.notes if note != NO_MATCH]
    lines.append(f"lookup {answer.lookup_id or 'not recorded'}, {answer.took_ms:.0f} ms")
    return "\n".join(lines)


def _match_lines(number: int, match: Match, most: int, all_of_it: str) -> list[str]:
    standing = "" if match.standing is Standing.ESTABLISHED else f", {standing_in_words(match)}"
    lines = [f"{number}. {match.title}", f"   {match.id}  [{match.kind}, {match.status}{standing}]"]
    lines.append(f"   confidence {match.confidence:.2f} ({match.tier}): {match.reason}")
    if match.evidence:
        lines.append(f"   evidence   line {match.evidence.line}: {one_line(match.evidence.text, 160)}")
    if told := incident_in_words(match):
        lines += _block("incident", told, most, all_of_it)
    for label, text in (
        ("meaning", match.meaning),
        ("fix", match.fix),
        ("check", match.check),
        ("WARNING", match.warning),
    ):
        if text:
            lines += _block(label, text, most, all_of_it)
    for command in match.commands[:most]:  # (its later lines must not pass for lines of the answer)
        first, *rest = command.splitlines() or [""]
        lines += [f"   command    {first}", *(f"{'':<14}{line}" for line in rest)]
    if match.trust.n:
        lines.append(f"   trust      {trust_in_words(match.trust)}")
    if match.source:
        lines.append(f"   source     {place(match.source)}")
    return lines


def incident_in_words(match: Match) -> str:
    """`2026-11-03, SEV2: Search answered with errors`, or nothing of what is no incident."""
    when = ", ".join(part for part in (match.date.isoformat() if match.date else "", match.severity) if part)
    return ": ".join(part for part in (when, match.summary) if part)


def standing_in_words(match: Match) -> str:
    """What to think of a match that is not established: unverified, untried, of mixed record, or failing."""
    if match.standing is Standing.NEW:
        if match.trust.resolved and match.trust.failed:
            return "mixed record"
        return "unverified" if match.status is Status.CANDIDATE else "untried"
    return match.standing.value


def _block(label: str, text: str, most: int, all_of_it: str) -> list[str]:
    """A labelled text, wrapped; what does not fit is counted."""
    rows = [part for row in paragraphs(text) for part in wrap(row, _WIDTH)]
    shown = [f"   {label if n == 0 else '':<10} {row}" for n, row in enumerate(rows[:most])]
    left = len(rows) - most
    more = f"{'':<13} … {left} more line{'s' if left > 1 else ''}: {all_of_it}"
    return [*shown, more] if left > 0 else shown


def place(source: Source) -> str:
    """`path, section`."""
    return f"{source.path}, {source.section}" if source.section else source.path


def near(path: str) -> str:
    """The path as short as it leads there from here: below this folder, below one's own; else its end."""
    if not Path(path).is_absolute():
        return path
    for folder, mark in ((Path.cwd(), ""), (Path.home(), "~/")):
        if folder != folder.parent and Path(path).is_relative_to(folder):
            return f"{mark}{Path(path).relative_to(folder)}"
    return f"…/{'/'.join(Path(path).parts[-2:])}"


def kinds_in_words(counts: dict[str, int]) -> str:
    """`12 incidents, 1 tool fix`, or `nothing`."""
    return ", ".join(f"{n} {_plural(kind, n)}" for kind, n in counts.items()) or "nothing"


def _plural(kind: str, count: int) -> str:
    name = kind.replace("_", " ")
    return name if count == 1 else f"{name}es" if name.endswith("x") else f"{name}s"


def hits_text(hits: list[SearchHit]) -> str:
    """The result of `kb search`."""
    if not hits:
        return "nothing found"
    blocks = []
    for hit in hits:
        day = f"{hit.date}  " if hit.date else ""
        services = f"  ({', '.join(hit.services)})" if hit.services else ""
        where = f"\n  {place(hit.source)}" if hit.source else ""
        blocks.append(
            f"{day}{hit.title}{services}\n  {hit.id}  [{hit.kind}]{where}\n  {one_line(hit.snippet, 160)}"
        )
    return "\n".join(blocks)


_LINES_SHOWN, _ENTRY_WIDTH = 6, 160
STATUS_IN_WORDS = {
    Status.CANDIDATE: "candidate, not verified yet",
    Status.ACTIVE: "active, on offer",
    Status.RETIRED: "retired, no longer offered",
    Status.QUARANTINED: "quarantined, never offered (see why with kb status)",
}


def signature_in_words(signature: Signature) -> Iterator[str]:
    """What is looked for by one signature, as it is looked for."""
    shown = " and ".join(f"`{one_line(needle, _ENTRY_WIDTH)}`" for needle in signature.needles[:_LINES_SHOWN])
    more = (
        f" and {len(signature.needles) - _LINES_SHOWN} more" if len(signature.needles) > _LINES_SHOWN else ""
    )
    if signature.trace:
        lines = told_first(signature)
        yield f"a text with enough of these {len(lines)} lines, the first ones weigh most"
        yield from (f"  {one_line(line, _ENTRY_WIDTH)}" for line in lines[:_LINES_SHOWN])
    elif signature.regex:
        yield f"a text that fits the regular expression {shown}{more}"
    elif signature.template or any(PLACEHOLDER in needle for needle in signature.needles):
        yield f"a line that says {shown}{more}, where {PLACEHOLDER} stands for anything (numbers, ids, names)"
    else:
        yield f"a text that says {shown}{more}, in upper or lower case"


def provenance_in_words(provenance: Provenance) -> str:
    """Where it is written, how it came to be known, by whom and when."""
    source = provenance.source
    where = f"{place(source)}{f', line {source.line}' if source.line else ''}; " if source else ""
    by = f" by {provenance.author}" if provenance.author else ""
    at = f", {minute(provenance.at)}" if provenance.at else ""
    return f"{where}{provenance.origin.value}{by}{at}"


def scope_in_words(entry: Entry) -> Iterator[str]:
    """`services checkout, search`: where an entry holds, a part for each kind of place."""
    scope = entry.scope
    for names, words in (
        (scope.services, "service"),
        (scope.environments, "environment"),
        (scope.tools, "tool"),
        (scope.versions, "version"),
    ):
        if names:
            yield f"{words}{'s' if len(names) > 1 else ''} {', '.join(names)}"


def filled(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields that say something, those inside of them too."""
    return {
        key: kept for key, value in fields.items() if (kept := _kept(value)) not in (None, "", [], {}, ())
    }


def _kept(value: object) -> object:
    if isinstance(value, dict):
        return filled(value)
    return [_kept(one) for one in value] if isinstance(value, list | tuple) else value


_ENTRIES_SHOWN = 20
"""Ids of swept entries that are listed."""


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


def exchange_text(report: ExchangeReport, what: str) -> str:
    """What went from one side to the other, what waits to go the other way, and what somebody must decide."""
    not_yet = "would be " if report.dry_run else "not " if report.conflicts else ""
    lines = [f"{not_yet}{what} {report.folder}: {key}.yaml" for key in report.written]
    lines += [f"{not_yet}deleted, as on the other side: {key}.yaml" for key in report.removed]
    lines += [f"left, since it changed on the other side alone: {key}.yaml" for key in report.left]
    for one in report.conflicts:
        lines += [f"changed on both sides: {one.key}.yaml", f"  {one.home}", f"  {one.folder}"]
        lines.append(f"  merge them by hand, then decide for one side: --over {one.version}")
    return "\n".join(lines) or f"{report.folder} and the home say the same"


def redact_text(report: RedactReport) -> str:
    """Which secrets are in old rows, by kind and place, and whether they were taken out."""
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
