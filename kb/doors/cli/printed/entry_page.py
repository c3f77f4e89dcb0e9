"""`kb show` as a page that is read from above: what it is, what to do, what it means, what it rests on; ids last.

Every field of every kind has its place and its heading; one that is not known here comes under its own name, so that
nothing is left out.  A runbook or document is shown as its author wrote it.  The same page without colours and without
wrapping goes into a pipe; `entry_yaml` has the fields as data.  Pure: records in, lines out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kb.doors.cli.outcomes import move_in_words
from kb.doors.cli.printed.lines import (
    ASIDE,
    PLAIN,
    TITLE,
    WARNING,
    blank_between,
    command_row,
    paragraphs,
    styled,
    text_rows,
    wrapped,
)
from kb.doors.cli.printed.text import (
    STATUS_IN_WORDS,
    filled,
    near,
    place,
    provenance_in_words,
    scope_in_words,
    signature_in_words,
)
from kb.learning.trust import trust_in_words
from kb.memory.yaml_edit import render
from kb.model import Entry
from kb.model.ledger import Trust
from kb.model.status import Move
from kb.text.entries.codec import to_builtins
from kb.text.evidence.evidence import title_line
from kb.text.signatures.set import sought
from kb.text.times import minute

if TYPE_CHECKING:
    from rich.text import Text

_HEADINGS = {
    "warning": "Warning",
    "fix": "Fix",
    "workaround": "Workaround",
    "mitigation": "What stopped it",
    "resolution": "What removed the cause",
    "done": "What was done, as the report tells it (unverified)",
    "steps": "Steps",
    "commands": "Commands",
    "check": "How to tell it apart",
    "meaning": "What it means",
    "cause": "Cause",
    "root_cause": "Cause",
    "causes": "Causes",
    "when": "When",
    "symptom": "Symptom",
    "description": "What happens",
    "summary": "Summary",
    "impact": "Impact",
    "prevention": "So that it cannot come back",
    "runbook_url": "Runbook",
    "expr": "Expression",
    "timeline": "Timeline",
    "action_items": "To do",
    "lessons": "Lessons",
    "went_well": "What went well",
    "went_wrong": "What went wrong",
}
"""Fields with a part of the page of their own, in its order."""

_FACTS = {
    "severity": "severity",
    "severity_label": "severity as written",
    "date": "day",
    "started": "began",
    "detected": "noticed",
    "acknowledged": "acknowledged",
    "mitigated": "stopped",
    "resolved": "resolved",
    "category": "category",
    "group": "group",
    "expires": "expires",
    "verified": "last run",
}
"""Fields that are a word or two, in the lines below the title."""

_TITLES = ("title", "name", "pattern", "error_pattern", "tool_name", "service")
_ELSEWHERE = {"id", "status", "scope", "provenance", "samples", "signatures", "extra", "body"}
_READ_OUT = {"when", "impact", "steps", "summary"}
"""Fields of a runbook that its own text, which is shown whole, says as well."""


def entry_page(entry: Entry, trust: Trust, moves: Sequence[Move], width: int) -> list[Text]:
    """The page."""
    fields = filled(to_builtins(entry))
    kind = entry.kind.replace("_", " ")
    written = entry.kind in ("runbook", "document") and str(fields.get("body", ""))
    skipped = _ELSEWHERE | (_READ_OUT if written else set())
    blocks = [
        [*_head(entry, fields, f"{kind[0].upper()}{kind[1:]}", width)],
        *(
            [*_part(heading, name, fields[name], width)]
            for name, heading in _HEADINGS.items()
            if name in fields and name not in skipped
        ),
        *(
            [*_part(_named(name), name, fields[name], width)]
            for name in fields
            if name not in _placed(entry, fields)
        ),
        *([*_part(_named(str(name)), str(name), value, width)] for name, value in entry.extra.items()),
    ]
    if text := fields.get("body"):
        blocks.append([*_heading("As it is written"), *_as_written(str(text), width)])
    return [*blank_between([*blocks, [*_looked_for(entry, width)], [*_record(entry, trust, moves, width)]])]


def entry_yaml(entry: Entry, trust: Trust, moves: Sequence[Move]) -> str:
    """The entry as YAML, what kb keeps for itself in words."""
    fields = {key: value for key, value in to_builtins(entry).items() if key not in _ELSEWHERE - {"body"}}
    said: dict[str, object] = {
        "kind": entry.kind,
        "id": entry.id,
        "status": STATUS_IN_WORDS[entry.status],
        **filled(fields),
        "holds for": "; ".join(scope_in_words(entry)),
        "looked for": [text for one in sought(entry.signatures) for text in signature_in_words(one)],
        "must match": list(entry.samples.must_match),
        "must not match": list(entry.samples.must_not_match),
        "known from": provenance_in_words(entry.provenance),
        "trust": trust_in_words(trust),
        "moves": [move_in_words(move) for move in moves],
        "more": dict(entry.extra),
    }
    return render(filled(said))


def _placed(entry: Entry, fields: Mapping[str, Any]) -> set[str]:
    """The fields that stand somewhere on the page, or whose words its title has."""
    in_title = {name for name in _TITLES if str(fields.get(name, "")) in entry.headline}
    return {*_HEADINGS, *_FACTS, *_ELSEWHERE, *in_title}


def _head(entry: Entry, fields: Mapping[str, Any], kind: str, width: int) -> Iterator[Text]:
    yield from wrapped(styled((f"{kind}: ", ASIDE), (title_line(entry.headline), TITLE)), width, 2, 0)
    yield styled()
    facts = {label: _told(fields[name]) for name, label in _FACTS.items() if name in fields}
    scope = "; ".join(scope_in_words(entry))
    for label, text in {"status": STATUS_IN_WORDS[entry.status], "holds for": scope, **facts}.items():
        yield from _fact(label, text, width)


def _fact(label: str, text: str, width: int, style: str = PLAIN) -> list[Text]:
    return wrapped(styled((f"{label}: ", ASIDE), (text, style)), width, 4, 0) if text else []


def _part(heading: str, name: str, value: Any, width: int) -> Iterator[Text]:
    yield from _heading(heading, WARNING if name == "warning" else TITLE)
    if isinstance(value, str):
        yield from text_rows(value, width, WARNING if name == "warning" else PLAIN, 2)
        return
    if name == "commands":
        for command in value:
            yield from (styled(("  $ ", ASIDE)) + command_row(line) for line in str(command).splitlines())
        return
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        mark = f"{number}. " if name == "steps" else "- "
        lines = paragraphs(_told(item)) or [""]
        yield from wrapped(styled((mark, ASIDE), (lines[0], PLAIN)), width, 2 + len(mark), 2)
        for more in lines[1:]:
            yield from wrapped(styled((more, PLAIN)), width, 2 + len(mark))


def _heading(text: str, style: str = TITLE) -> list[Text]:
    return [styled((text, style))]


def _named(field: str) -> str:
    words = field.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"


def _told(value: Any) -> str:
    """A value in words: of a timeline, a cause, something to do, the time, the text and what is known of it."""
    if isinstance(value, Mapping):
        first = [str(value[name]) for name in ("time", "text") if value.get(name)]
        rest = [
            f"{name.replace('_', ' ')} {_told(one)}"
            for name, one in value.items()
            if name not in ("time", "text", "at") or (name == "at" and "time" not in value)
        ]
        return "  ".join(first) + (f" ({', '.join(rest)})" if first and rest else ", ".join(rest))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    return _instant(str(value))


def _instant(text: str) -> str:
    """A moment as a person reads it; any other text as it is."""
    if not (text[4:5] == "-" and "T" in text[:11]):
        return text
    try:
        return minute(datetime.fromisoformat(text))
    except ValueError:
        return text


def _as_written(text: str, width: int) -> Iterator[Text]:
    for line in text.strip().splitlines():
        yield from wrapped(styled((line, PLAIN)), width, 2) if line.strip() else [styled()]


def _looked_for(entry: Entry, width: int) -> Iterator[Text]:
    told = [text for one in sought(entry.signatures) for text in signature_in_words(one)]
    for heading, texts in (
        ("Looked for", told),
        ("Must match", entry.samples.must_match),
        ("Must not match", entry.samples.must_not_match),
    ):
        if texts:
            yield from _part(heading, "", list(texts), width)


def _record(entry: Entry, trust: Trust, moves: Sequence[Move], width: int) -> Iterator[Text]:
    """What it rests on, dim and last."""
    source = entry.provenance.source
    where = provenance_in_words(entry.provenance)
    if source:
        where = where.replace(place(source), place(source).replace(source.path, near(source.path)), 1)
    yield from _fact("trust", trust_in_words(trust) if trust.n else "", width)
    for move in moves:
        yield from _fact("moved", move_in_words(move), width)
    yield from _fact("known from", where, width, ASIDE)
    yield from _fact("id", entry.id, width, ASIDE)
