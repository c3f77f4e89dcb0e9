"""Tables of known errors, in Markdown or CSV: a row is an entry, its columns symptom, cause, workaround, fix, status.

A table is one of these where a column names the error and another what to do or why; the rest of the file is kept as a
document where it says something.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from pathlib import PurePath

from ingest.convert.forms import FileForm
from ingest.markdown.blocks import Block, as_text, blocks_of, unmarked
from ingest.markdown.commands import inline_commands
from ingest.source import Parsed, SourceFile
from ingest.sources.known_error import says_failure
from kb.expression import expression
from kb.model import Document, Entry, KnownError, Provenance, Scope, Signature, Source

_COLUMNS: dict[str, re.Pattern[str]] = {
    "id": expression(r"^(?:#|id|no\.?|nr\.?|key|ticket|bug|jira|reference|ref|ke|code)$", re.I),
    "symptom": expression(
        r"\b(?:symptoms?|errors?(?: messages?)?|issues?|problems?|messages?|known errors?|failures?"
        r"|what you see|alert)\b",
        re.I,
    ),
    "cause": expression(r"\b(?:root )?(?:causes?|reasons?|why|explanation)\b", re.I),
    "workaround": expression(r"\bwork-?arounds?\b|\bmitigations?\b|\btemporary\b", re.I),
    "resolution": expression(
        r"\b(?:fix(?:es)?|solutions?|resolutions?|remed\w+|actions?|what to do|how to fix|steps)\b", re.I
    ),
    "versions": expression(r"\b(?:affected |applies to )?(?:versions?|releases?)\b", re.I),
    "service": expression(r"\b(?:services?|components?|systems?|applications?|products?)\b", re.I),
    "status": expression(r"\b(?:status|state)\b", re.I),
}
_TICKED = expression(r"`([^`]{6,})`")
_MOST_TITLE = 160


@dataclass(frozen=True, slots=True)
class _Row:
    cells: dict[str, str]
    rest: dict[str, str]
    line: int


class KnownErrorTable:
    """The source of known errors that stand in rows."""

    name = "known error table"

    def recognises(self, file: SourceFile) -> float:
        """By the header of a table that makes up most of the file."""
        if file.form is FileForm.TABLE:
            header = next(csv.reader(StringIO(file.text[:4000]), delimiter=_delimiter(file)), [])
            return 0.8 if _is_known_errors(header) else 0.0
        if not file.is_prose or "|" not in file.text:
            return 0.0
        lines = [line for line in file.text.split("\n") if line.strip()]
        headers = [
            one.strip().strip("|").split("|")
            for one, rule in pairwise(lines)
            if "|" in one and _is_rule(rule)
        ]
        if not any(map(_is_known_errors, headers)):
            return 0.0
        rows = sum(line.count("|") >= 2 for line in lines)
        return 0.85 if rows * 5 >= len(lines) * 2 else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """A known error for each row that names one."""
        if file.form is FileForm.TABLE:
            rows = list(csv.reader(StringIO(file.text), delimiter=_delimiter(file)))
            entries = [_entry(row, file.path) for row in _rows(rows[0], rows[1:], 2, 1)]
            return Parsed(entries=tuple(entry for entry in entries if entry))
        blocks = blocks_of(file.text, file.path)
        tables = [block for block in blocks if block.rows and _is_known_errors(block.rows[0])]
        found = [
            _entry(row, file.path)
            for table in tables
            for row in _rows(table.rows[0], table.rows[1:], table.line + 2, 1)
        ]
        errors: list[Entry] = [entry for entry in found if entry]
        return Parsed(entries=(*_rest([block for block in blocks if block not in tables], file), *errors))


def _is_rule(line: str) -> bool:
    """Whether a line parts the header of a table from its rows."""
    return "--" in line and not line.strip(" \t|:-")


def _delimiter(file: SourceFile) -> str:
    return "\t" if file.suffix == ".tsv" else ";" if file.text.split("\n")[0].count(";") > 1 else ","


def _is_known_errors(header: Sequence[str]) -> bool:
    named = set(_places(header))
    return "symptom" in named and bool(named & {"cause", "workaround", "resolution"})


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where each known column stands; a column has one meaning."""
    places: dict[str, int] = {}
    taken: set[int] = set()
    for name, words in _COLUMNS.items():
        for place, cell in enumerate(header):
            if place not in taken and words.search(unmarked(cell)):
                places[name] = place
                taken.add(place)
                break
    return places


def _rows(header: Sequence[str], rows: Sequence[Sequence[str]], line: int, step: int) -> Iterator[_Row]:
    places = _places(header)
    for number, row in enumerate(rows):
        cells = {name: row[place].strip() for name, place in places.items() if place < len(row)}
        known = set(places.values())
        rest = {
            unmarked(header[place]): cell.strip()
            for place, cell in enumerate(row)
            if place not in known and place < len(header) and cell.strip()
        }
        yield _Row(cells, rest, line + number * step)


def _entry(row: _Row, path: str) -> KnownError | None:
    said = row.cells.get("symptom", "")
    if not re.search(r"\w", said):
        return None
    literals = [text.strip() for text in _TICKED.findall(said) if len(text.split()) > 1 or says_failure(text)]
    remedy = "\n".join(row.cells.get(name, "") for name in ("workaround", "resolution"))
    service = unmarked(row.cells.get("service", ""))
    number, status = unmarked(row.cells.get("id", "")), unmarked(row.cells.get("status", ""))
    title = " ".join(unmarked(said).split())
    return KnownError(
        title=title if len(title) <= _MOST_TITLE else title[: _MOST_TITLE - 1] + "…",
        symptom=said,
        cause=row.cells.get("cause", ""),
        workaround=row.cells.get("workaround", ""),
        resolution=row.cells.get("resolution", ""),
        commands=tuple(dict.fromkeys(inline_commands(remedy) or _typed(remedy))),
        body="\n".join(f"{name}: {text}" for name, text in {**row.cells, **row.rest}.items() if text),
        signatures=tuple(Signature(needles=(literal,)) for literal in literals),
        scope=Scope(
            services=(service,) if service else (),
            versions=(unmarked(row.cells["versions"]),) if row.cells.get("versions") else (),
        ),
        provenance=Provenance(source=Source(path=path, section=number or None, line=row.line)),
        extra={key: text for key, text in (("id", number), ("status", status), *row.rest.items()) if text},
    )


def _typed(remedy: str) -> list[str]:
    """A remedy that is nothing but what stands in code marks is a command, whatever tool it is."""
    return [
        text
        for cell in remedy.split("\n")
        if (text := cell.strip().strip("`")) and cell.strip() == f"`{text}`"
    ]


def _rest(blocks: list[Block], file: SourceFile) -> tuple[Document, ...]:
    if all(block.kind == "heading" for block in blocks):
        return ()
    first = next((block for block in blocks if block.kind == "heading" and block.level == 1), None)
    title = unmarked(first.text) if first else PurePath(file.path).stem
    source = Source(path=file.path, line=blocks[0].line)
    return (Document(title=title, body=as_text(blocks), provenance=Provenance(source=source)),)
