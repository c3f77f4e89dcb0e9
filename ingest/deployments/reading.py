"""YAML as plain texts, and the small things that all readers of deployment tools need.

Scalars stay as written: a commit such as `7928228` or `12e4567` is no number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from kb.errors import InvalidInput
from kb.model.change import Change
from kb.model.entry import Source
from kb.text import safe_yaml
from kb.text.changes import parse_moment, same_version

LINE = "\0line"
"""The key under which `plain` leaves the line of a mapping; no key of YAML can be that."""


@dataclass(slots=True)
class Deployed:
    """What a reader found in one file: changes, mistakes as (line, message), notes for the receipt."""

    path: str
    changes: list[Change] = field(default_factory=list)
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, change: Change, item: dict[str, Any]) -> None:
        """Keep a change, with the place of the item that it was read from."""
        self.changes.append(replace(change, source=Source(path=self.path, line=line_of(item))))

    def refuse(self, item: dict[str, Any], error: InvalidInput) -> None:
        """Keep a mistake, with its line."""
        self.mistakes.append((line_of(item), str(error)))

    def refuse_strays(self, items: Any, where: str) -> None:
        """Say how many items of a list are no mappings, which nothing can be read from."""
        strays = sum(not isinstance(item, dict) for item in items) if isinstance(items, list) else 0
        if strays:
            self.notes.append(f"items of {where} left out, since they are no mappings: {strays}")


class Revisions:
    """The revisions that were in place, by what two texts of one commit have in common."""

    def __init__(self) -> None:
        self._by_start: dict[str, list[str]] = {}

    def add(self, revision: str) -> None:
        """Note that a revision was in place."""
        if revision not in self:
            self._by_start.setdefault(_beginning(revision), []).append(revision)

    def __contains__(self, revision: str) -> bool:
        return any(same_version(revision, one) for one in self._by_start.get(_beginning(revision), ()))


def _beginning(revision: str) -> str:
    return revision.strip().lower().removeprefix("v")[:7]


def plain(node: Node) -> Any:
    """Mappings as dicts (with their `LINE`), sequences as lists, scalars as the text that stands there."""
    if isinstance(node, MappingNode):
        return {LINE: safe_yaml.line_of(node), **{key: plain(item) for key, _, item in safe_yaml.pairs(node)}}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.value]
    return safe_yaml.text_of(node)


def at(value: Any, *path: str) -> Any:
    """The value below nested mappings, or an empty text where the path ends early."""
    for key in path:
        value = value.get(key, "") if isinstance(value, dict) else ""
    return value


def text(value: Any, *path: str) -> str:
    """The text below nested mappings; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def mapping(value: Any, *path: str) -> dict[str, str]:
    """The texts of the mapping below nested mappings."""
    found = at(value, *path)
    return (
        {key: item for key, item in found.items() if isinstance(item, str)} if isinstance(found, dict) else {}
    )


def listed(value: Any, *path: str) -> list[dict[str, Any]]:
    """The mappings of the list below nested mappings."""
    found = at(value, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def line_of(item: dict[str, Any]) -> int:
    """The line on which a mapping that `plain` made begins."""
    return int(item.get(LINE, 1))


def moment(item: dict[str, Any], *keys: str, what: str) -> datetime:
    """The first time that stands under one of the keys.  Raises InvalidInput that names what has none."""
    found = next((text(item, key) for key in keys if text(item, key)), "")
    if not found:
        raise InvalidInput(f"{what} has no time ({' or '.join(keys)}) and was left out")
    return parse_moment(found)


def objects(document: Any) -> Iterator[dict[str, Any]]:
    """The Kubernetes objects of a document: itself, or the items of a list."""
    if isinstance(document, dict):
        items = listed(document, "items")
        yield from items if items and text(document, "kind").endswith("List") else [document]
