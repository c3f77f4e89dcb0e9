"""The memory YAML: lists of patterns, tool fixes, runbooks and service quirks, read as records.

Reading is lenient: the lists may be named `pod_patterns`, `patterns` or anything whose items look like patterns; a
key has several spellings; commands may be a list or one string; a meaning may be missing.  One bad entry is a
`Problem` with its line, and all others are read.  Keys that kb does not know stay in `extra`; lists that are
something else altogether come back in `rest`, so that nothing is lost in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kb.errors import Problem
from kb.memory.reader import EntryError, Reader
from kb.model import Entry, Origin, Pattern, Quirk, Runbook, Source, ToolFix
from kb.text import safe_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryItems:
    """What a memory file holds: its entries, its mistakes, and its other top-level keys as they are."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    rest: dict[str, Any] = field(default_factory=dict)


Build = Callable[[Reader], Entry]
"""Makes the record of one item of a list."""
Steps = tuple[str | int, ...]
"""The place of a value in the data of a file: keys and indices."""


def parse_memory(text: str, path: str, origin: Origin = Origin.INGESTED) -> MemoryItems:
    """Read the text of one memory file.  Never raises: what cannot be read is a problem.

    `origin` is that of entries which do not say theirs.
    """
    try:
        return read_documents(safe_yaml.compose(text), path, origin)
    except safe_yaml.YamlRefused as error:
        return MemoryItems(problems=(Problem(path, error.line, str(error)),))


def read_documents(documents: Sequence[Node], path: str, origin: Origin) -> MemoryItems:
    """What the documents of one memory file hold."""
    problems = [problem for document in documents for problem in _repeated_keys(document, path)]
    entries: list[Entry] = []
    rest: dict[str, Any] = {}
    for document in documents:
        for found in _walk(document, PurePath(path).stem):
            if isinstance(found, _Item):
                _read(found, path, origin, entries, problems)
            elif found[1] not in (None, "", [], {}):
                rest[found[0]] = found[1]
    problems.sort(key=lambda problem: problem.line or 0)
    return MemoryItems(entries=tuple(entries), problems=tuple(problems), rest=rest)


def located(text: str, path: str, origin: Origin) -> list[tuple[Entry, Steps, bool]]:
    """The entries of a file that can be read, in order, each with its place in the data (keys and indices).

    The last value says whether the item is a mapping; else it is a bare text.  Raises `YamlRefused`.
    """
    found: list[tuple[Entry, Steps, bool]] = []
    for document in safe_yaml.compose(text)[:1]:
        places = {id(node): steps for steps, node in _places(document, ())}
        for item in _walk(document, PurePath(path).stem):
            if isinstance(item, _Item):
                entries = list[Entry]()
                _read(item, path, origin, entries, [])
                where = places[id(item.node)]
                found += [(entry, where, isinstance(item.node, MappingNode)) for entry in entries]
    return found


def _places(node: Node, steps: Steps) -> Iterator[tuple[Steps, Node]]:
    yield steps, node
    for number, item in enumerate(safe_yaml.items(node)):
        yield from _places(item, (*steps, number))
    for key, _, item in safe_yaml.pairs(node):
        yield from _places(item, (*steps, key))


def read_item(item: Node, key: str, said: Iterable[str], path: str, origin: Origin) -> MemoryItems:
    """One item of the top-level list under `key`, of which all items together said that (`telling`)."""
    entries, problems = list[Entry](), _repeated_keys(item, path)
    if kind := kind_of(key, said):
        given = {"category": category} if kind is pattern and (category := _category(key)) else {}
        _read(_Item(item, key, kind, given, safe_yaml.line_of(item)), path, origin, entries, problems)
    return MemoryItems(entries=tuple(entries), problems=tuple(problems))


def _repeated_keys(node: Node, path: str) -> list[Problem]:
    return [
        Problem(path, line, f"the key `{key}` stands twice in one mapping; the last one counts")
        for key, line in safe_yaml.repeated_keys(node)
    ]


def _read(item: _Item, path: str, origin: Origin, entries: list[Entry], problems: list[Problem]) -> None:
    reader = Reader(item.node, item.given, origin)
    try:
        entry = item.build(reader)
    except EntryError as error:
        problems.append(Problem(path, error.line or item.line, f"in `{item.section}`: {error}"))
        return
    problems.extend(Problem(path, line, f"in `{item.section}`: {said}") for line, said in reader.complaints)
    source = Source(path=path, section=item.section, line=item.line)
    entries.append(replace(entry, provenance=replace(entry.provenance, source=source)))


_TELLING = {"steps", "tool_name", "error_pattern", "pattern", "signature", "meaning", "fix"}
_TEXT, _OTHER = "=", "?"
"""That an item is a bare text, or something else."""


def telling(item: Node) -> set[str]:
    """What an item says about the kind of its list: which of its keys tell it, and whether it is a bare text."""
    found = {key for key, _, _ in safe_yaml.pairs(item)} & _TELLING
    return {*found, _TEXT if isinstance(item, ScalarNode) else _OTHER}


def kind_of(key: str, said: Iterable[str]) -> Build | None:
    """What the items of a list are, by its key and what all of them say of it."""
    keys = set(said)
    if key in _RUNBOOKS or "steps" in keys:
        return runbook
    if key == "tool_fixes" or key.endswith("_tool_fixes") or {"tool_name", "error_pattern"} & keys:
        return tool_fix
    # Statistics are kept under names such as `daily_patterns` too: the items decide.
    texts_only = keys == {_TEXT}
    named = key == "patterns" or key.endswith("_patterns")
    if {"pattern", "signature"} & keys or (named and (texts_only or {"meaning", "fix"} & keys)):
        return pattern
    return pattern if named and not keys else None


def is_read_by_items(key: str) -> bool:
    """Whether what stands under a top-level key is read item by item: no items of services and their quirks."""
    return key != "services" and key not in _QUIRKS


_RUNBOOKS = ("runbooks", "procedures")
_QUIRKS = ("quirks", "service_quirks")


@dataclass(frozen=True, slots=True)
class _Item:
    """One entry still as YAML: its node, the section that it is in, and how to build it."""

    node: Node
    section: str
    build: Build
    given: dict[str, str]
    """What the surroundings say and the item need not: its name, category or service."""
    line: int


def _walk(document: Node, stem: str) -> Iterator[_Item | tuple[str, Any]]:
    """Every entry of a document, and every other top-level key with its value."""
    if isinstance(document, SequenceNode):
        kind = _kind_of_list(stem, document)
        yield from _items_of_list(document, stem, kind or pattern, _category(stem) if kind is pattern else "")
        return
    if not isinstance(document, MappingNode):
        yield stem, safe_yaml.value(document)
    for key, _, node in safe_yaml.pairs(document):
        if key == "services":
            yield from _services(node)
        elif key in _QUIRKS:
            yield from _quirks_by_service(node, key)
        elif kind := _kind_of_list(key, node):
            yield from _items_of_list(node, key, kind, _category(key) if kind is pattern else "")
        else:
            yield key, safe_yaml.value(node)


def _kind_of_list(key: str, node: Node) -> Build | None:
    """What the items under `key` are, by its name and their keys; None where they are none of ours."""
    if not isinstance(node, SequenceNode | MappingNode):
        return None
    items = [item for _, _, item in safe_yaml.pairs(node)] or safe_yaml.items(node)
    return kind_of(key, (word for item in items for word in telling(item)))


def _category(key: str) -> str:
    return "" if key == "patterns" else key.removesuffix("_patterns")


def _items_of_list(node: Node, section: str, build: Build, category: str) -> Iterator[_Item]:
    """The entries of a list, or of a mapping from name to entry."""
    given = {"category": category} if category else {}
    for item in safe_yaml.items(node):
        yield _Item(item, section, build, given, safe_yaml.line_of(item))
    for name, line, item in safe_yaml.pairs(node):
        yield _Item(item, section, build, {**given, "name": name}, line)


def _services(node: Node) -> Iterator[_Item | tuple[str, Any]]:
    """`services.<name>.quirks`; what else is said about a service goes to the rest."""
    named = safe_yaml.pairs(node) or [
        (safe_yaml.text_of(safe_yaml.find(item, "name") or item), safe_yaml.line_of(item), item)
        for item in safe_yaml.items(node)
    ]
    for service, _, body in named:
        for key, _, value in safe_yaml.pairs(body):
            if key == "quirks":
                yield from _quirks(value, service, f"services.{service}.quirks")
            else:
                yield f"services.{service}.{key}", safe_yaml.value(value)


def _quirks_by_service(node: Node, key: str) -> Iterator[_Item]:
    yield from _quirks(node, "", key) if isinstance(node, SequenceNode) else ()
    for service, _, body in safe_yaml.pairs(node):
        yield from _quirks(body, service, f"{key}.{service}")


def _quirks(node: Node, service: str, section: str) -> Iterator[_Item]:
    for item in safe_yaml.items(node):
        yield _Item(item, section, quirk, {"service": service}, safe_yaml.line_of(item))
    for name, line, item in safe_yaml.pairs(node):
        yield _Item(item, section, quirk, {"service": service, "name": name}, line)


def pattern(item: Reader) -> Pattern:
    """An item of a `*_patterns` list."""
    text = item.name("pattern", "signature", "error_pattern", "name")
    return Pattern(
        pattern=text,
        meaning=item.text("meaning", "description", "root_cause", "cause"),
        fix=item.text("fix", "fix_template", "fix_description", "fix_applied", "solution", "resolution"),
        commands=item.texts("commands", "command", comma=", "),
        category=item.text("category"),
        signatures=item.signature(text),
        **item.common(),
    )


def tool_fix(item: Reader) -> ToolFix:
    """An item of `tool_fixes`."""
    text = item.name("error_pattern", "pattern", "error")
    tool = item.text("tool_name", "tool", "name")
    if not tool:
        raise EntryError("the entry has no `tool_name`")
    return ToolFix(
        tool_name=tool,
        error_pattern=text,
        root_cause=item.text("root_cause", "cause", "meaning"),
        fix=item.text("fix_applied", "fix_description", "fix", "solution", "resolution"),
        commands=item.texts("commands", "command", comma=", "),
        signatures=item.signature(text),
        **item.common(),
    )


def runbook(item: Reader) -> Runbook:
    """An item of `procedures`, or of the mapping `runbooks`."""
    return Runbook(
        name=item.name("name", "title"),
        when=item.text("when", "description", "trigger", "meaning"),
        impact=item.text("impact"),
        steps=item.texts("steps", "procedure"),
        commands=item.texts("commands", "command", comma=", "),
        verified=item.verification(),
        **item.common(),
    )


def quirk(item: Reader) -> Quirk:
    """An item of `services.<name>.quirks`; as a mapping, a bare text is the description."""
    name = item.name("name", "title", "quirk")
    service = item.text("service")
    if not service:
        raise EntryError("the entry has no `service`")
    description = item.text("description", "meaning", "details")
    workaround = item.text("workaround", "fix")
    fields = item.common()
    scope = replace(fields.pop("scope"), services=(service,))
    return Quirk(
        service=service, name=name, description=description, workaround=workaround, scope=scope, **fields
    )
