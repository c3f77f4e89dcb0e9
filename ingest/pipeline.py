"""From paths to records: find the files, read and redact each, and let the source that knows it parse it.

Nothing is dropped in silence: every file under the given paths comes out as a `SourceFile` or an
`Unreadable` with its reason, and every source file as entries or changes, or a reason for having none.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ingest.convert.archive import ArchiveRefused, members, names
from ingest.convert.conversion import MOST_PROSE, Converted, convert_bytes, convert_text
from ingest.registry import FALLBACK, SOURCES, choose
from ingest.source import Parsed, SourceFile, SourceType
from kb.errors import Problem
from kb.expression import expression
from kb.model import Entry, Incident
from kb.text.escaping import visible
from kb.text.redact import redact

MAX_BYTES = 64 * 1024 * 1024
_TOO_LONG = (
    f"unread: documents of more than {MOST_PROSE:,} characters, each kept as one text"
    " (split them, a document a file): 1"
)
_NO_DOCUMENT = "an archive without a document that can be read"
_ZIP = b"PK\x03\x04"
_CONTROL = expression(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SNIFFED = 8 * 1024
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path that gives no text.  `problem` where something is wrong, else it was left out on purpose."""

    path: str
    reason: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A file as text, what was said while reading it, and how many secrets were taken out."""

    file: SourceFile
    notes: tuple[str, ...] = ()
    redacted: int = 0


def discover(paths: Iterable[str | Path]) -> Iterator[str | Unreadable]:
    """Every file under `paths`, in order, as a path in the form it was given; each file once.

    Hidden folders are left out, and a path that does not exist is said.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        given = Path(path)
        if _is_folder(given):
            yield from _walk(given, seen)
        elif os.access(given, os.F_OK):
            yield from _file(given, seen)
        else:
            yield broken(given, "there is no such file or folder")


def place_in(path: str, given: Iterable[Path]) -> str:
    """The path of a file from the folder on that was asked for; of a file that was, with the folder it lies in."""
    file = Path(path)
    above = next((one for one in given if one != file and one in file.parents), file.parent)
    named = above if above.name not in ("", "..") else above.resolve()
    return PurePosixPath(named.name, file.relative_to(above)).as_posix()


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder on the way may not be entered
        return False


def read_file(path: str | Path) -> Read | Unreadable:
    """The text of a file, decoded and without secrets, or why there is none."""
    given = Path(path)
    try:
        if not given.is_file():
            return Unreadable(given.as_posix(), "not a regular file")
        size = given.stat().st_size
        if size > MAX_BYTES:
            return Unreadable(
                given.as_posix(), f"larger than {MAX_BYTES // 2**20} MB ({size / 2**20:.0f} MB)"
            )
        data = given.read_bytes()
    except OSError as error:
        return broken(given, error.strerror or str(error))
    return decode(data, given.as_posix())


def decode(data: bytes, path: str) -> Read | Unreadable:
    """Bytes as redacted text: UTF-8, what a byte order mark says, else Latin-1, which is said.

    A document in another form than Markdown is turned into it; of an archive, every member is.
    """
    try:
        if (converted := convert_bytes(data)) is not None:
            return _read(converted, path)
        if data.startswith(_ZIP):
            return _unpacked(data, path)
    except ValueError as error:
        return broken(Path(path), str(error))
    notes: tuple[str, ...] = ()
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if encoding is None and b"\0" in data[:_SNIFFED]:
        encoding = _wide(data[:_SNIFFED])
        if encoding is None:
            return Unreadable(path, "binary")
        notes = ("without a byte order mark: read as UTF-16",)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding:
            return broken(Path(path), f"its first bytes say {encoding}, but it is not ({error.reason})")
        text = data.decode("latin-1")
        notes = ("not UTF-8: read as Latin-1",)
    return _read(convert_text(path, _with_line_ends(text)), path, notes)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a byte order mark, as text of mostly Latin letters shows it: every second byte is empty."""
    empty = head[1::2].count(0), head[::2].count(0)
    if min(empty) or 4 * max(empty) < len(head):
        return None
    encoding = "utf-16-le" if empty[0] else "utf-16-be"
    return None if _CONTROL.search(head.decode(encoding, "replace")) else encoding


def _read(converted: Converted, path: str, notes: tuple[str, ...] = ()) -> Read:
    clean = redact(converted.text)
    file = SourceFile(path=redact(path).text, text=visible(clean.text), converted=not converted.lines_hold)
    return Read(file, (*notes, *converted.notes), clean.count)


def _unpacked(data: bytes, path: str) -> Read | Unreadable:
    """All documents of an archive as one file; what of it gives no text is counted by its reason."""
    if "[Content_Types].xml" in names(data) or data[30:38] == b"mimetype":
        return Unreadable(path, "an office file of a kind that is not read; save it as .docx, .html or .pdf")
    read, left_out = list[Read](), Counter[str]()
    for name, content in members(data):
        if isinstance(content, ArchiveRefused):
            one: Read | Unreadable = Unreadable(name, str(content))
        elif len(content) > MAX_BYTES:
            one = Unreadable(name, f"larger than {MAX_BYTES // 2**20} MB")
        else:
            one = decode(content, name)
        if isinstance(one, Unreadable):
            left_out["an archive in an archive" if one.reason.startswith(_NO_DOCUMENT) else one.reason] += 1
        elif one.file.members:
            left_out["an archive in an archive"] += 1
        else:
            read.append(one)
    if not read:
        why = "; ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
        return Unreadable(
            path, "an archive without a document that can be read" + (f": {why}" if why else "")
        )
    notes = [f"of its files {count} were left out: {reason}" for reason, count in sorted(left_out.items())]
    notes += [
        f"{count} of its files {note}"
        for note, count in Counter(n for one in read for n in one.notes).items()
    ]
    text = "\n".join(f"{one.file.path}\n{one.file.text}" for one in read)
    file = SourceFile(path=redact(path).text, text=text, members=tuple(one.file for one in read))
    return Read(file, tuple(notes), sum(one.redacted for one in read))


def _with_line_ends(text: str) -> str:
    """The lines of a file that ends them with a carriage return alone, as old systems did."""
    return text.replace("\r", "\n") if "\r" in text and "\n" not in text else text


def parse_file(file: SourceFile, sources: Sequence[SourceType] = SOURCES) -> tuple[str, Parsed]:
    """The name of the source that understood `file`, and what is in it.

    A file from which nothing could be read is kept as a document, beside the problems that say why.
    """
    if file.members:
        return "archive", _all_of(file, sources)
    name, parsed = _parse_one(file, sources)
    return name, without_lines(parsed) if file.converted else parsed


def _all_of(file: SourceFile, sources: Sequence[SourceType]) -> Parsed:
    """What the members of an archive hold, each read as if it lay in a folder of the archive's name."""
    found: list[tuple[str, Parsed]] = []
    for member in file.members:
        placed = replace(
            member, path=f"{file.path}/{member.path}", place=f"{file.place or file.name}/{member.path}"
        )
        found.append(parse_file(placed, sources))
    kinds = Counter(f"skipped ({parsed.skipped})" if parsed.skipped else name for name, parsed in found)
    return Parsed(
        entries=tuple(entry for _, parsed in found for entry in parsed.entries),
        changes=tuple(change for _, parsed in found for change in parsed.changes),
        problems=tuple(problem for _, parsed in found for problem in parsed.problems),
        notes=(
            f"its files were read as: {', '.join(f'{kind} {count}' for kind, count in kinds.most_common())}",
        ),
    )


def without_lines(parsed: Parsed) -> Parsed:
    """Entries without line numbers, where those of the text are not those of the file."""
    return replace(parsed, entries=tuple(_without_lines(entry) for entry in parsed.entries))


def _without_lines(entry: Entry) -> Entry:
    source = entry.provenance.source
    if source is not None:
        entry = replace(entry, provenance=replace(entry.provenance, source=replace(source, line=None)))
    if isinstance(entry, Incident) and entry.done:
        entry = replace(entry, done=tuple(replace(measure, line=None) for measure in entry.done))
    return entry


def _parse_one(file: SourceFile, sources: Sequence[SourceType]) -> tuple[str, Parsed]:
    source = choose(file, sources)
    try:
        parsed = source.parse(file)
    except Exception as error:  # the one place where a parser's own mistake must not end an ingest
        said = f"the {source.name} parser failed ({type(error).__name__}: {error}); the file is kept as text"
        parsed = Parsed(problems=(Problem(file.path, None, said),))
    if source is FALLBACK and parsed.entries and file.is_prose and len(file.text) > MOST_PROSE:
        parsed = replace(parsed, notes=(*parsed.notes, _TOO_LONG))
    if parsed.entries or parsed.changes or parsed.skipped:
        return source.name, parsed
    kept = FALLBACK.parse(file)
    return FALLBACK.name, replace(
        kept, problems=(*parsed.problems, *kept.problems), notes=(*parsed.notes, *kept.notes)
    )


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[str | Unreadable]:
    """The files below a folder, sorted; a folder that was walked before is not entered again."""
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            yield Unreadable(folder.as_posix(), "a link to a folder that was read already")
            return
        seen.add((status.st_dev, status.st_ino))
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield broken(folder, error.strerror or str(error))
        return
    for entry in entries:
        path = folder / entry.name
        if _is_folder(path):
            if entry.name.startswith("."):
                yield Unreadable(path.as_posix(), "a hidden folder")
            else:
                yield from _walk(path, seen)
        else:
            yield from _file(path, seen)


def _file(path: Path, seen: set[tuple[int, int]]) -> Iterator[str | Unreadable]:
    shown = os.fsencode(path).decode("utf-8", "replace")
    if shown != str(path):
        yield broken(Path(shown), "its name is not UTF-8; rename it")
        return
    try:
        status = path.stat()
    except OSError as error:
        yield broken(path, "a link that leads nowhere" if path.is_symlink() else error.strerror or str(error))
        return
    if (status.st_dev, status.st_ino) in seen:
        yield Unreadable(path.as_posix(), "the same file as one that was read already")
        return
    seen.add((status.st_dev, status.st_ino))
    yield path.as_posix()


def broken(path: Path, reason: str) -> Unreadable:
    """A path of which something is wrong, with the reason."""
    return Unreadable(path.as_posix(), reason, Problem(path.as_posix(), None, f"cannot be read: {reason}"))
