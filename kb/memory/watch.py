"""`state/watch.yaml`: what to look out for.  The weekly summary writes its items there; people add their own.

An item of the summary says `by: kb weekly`; it is replaced by the next one and dropped when it has
expired.  Items without that line belong to people and are never changed.  A mistake in one item is a
`Problem` and hides none of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from kb.errors import FileUnreadable, InvalidInput, Problem
from kb.memory.texts import MemoryTexts
from kb.model.review import WatchItem, WatchKind
from kb.text.entries.identify import of_today
from kb.text.entries.ids import short_hash
from kb.text.redact import redact

KEY = "state/watch"
"""The memory file."""
BY = "kb weekly"
"""Who wrote the items that the next summary may replace."""
_LIST = "watch"
_FILE = "state/watch.yaml"
_HEADER = """\
# What lookup and triage look out for.  `kb weekly` writes the items that say `by: kb weekly` and replaces
# them; yours (without that line) stay.  One needs `text`, and `service`, `entry_id` or `fingerprint`;
# after `expires` it is no longer read.
"""


@dataclass(frozen=True, slots=True)
class WatchList:
    """What the file says: its items, also expired ones, and its mistakes."""

    items: tuple[WatchItem, ...] = ()
    problems: tuple[Problem, ...] = ()
    ours: frozenset[str] = frozenset()
    """The ids of the items that a summary wrote."""


class WatchFile:
    """The watch list of one home."""

    def __init__(self, texts: MemoryTexts) -> None:
        self._texts = texts
        self._read: tuple[str, WatchList] = ("", WatchList())

    def load(self) -> WatchList:
        """What the file says now; a file that cannot be read is one problem.  Cheap when nothing changed."""
        stamp = self._texts.stamp(KEY)
        if not stamp:
            return WatchList()
        if self._read[0] != stamp:
            self._read = (stamp, self._parsed())
        return self._read[1]

    def current(self, now: datetime) -> tuple[WatchItem, ...]:
        """The items that count at `now`."""
        today = now.astimezone(UTC).date()
        return tuple(item for item in self.load().items if item.is_read(today))

    def ours(self) -> tuple[WatchItem, ...]:
        """The items that the last summaries wrote, also expired ones."""
        found = self.load()
        return tuple(item for item in found.items if item.id in found.ours)

    def problems(self) -> tuple[Problem, ...]:
        """The mistakes in it."""
        return self.load().problems

    def save(self, items: Sequence[WatchItem]) -> None:
        """Put these in place of what the last summary wrote; everything else in the file stays.

        Raises FileUnreadable, with `path:line`, when the file does not parse; HomeNotWritable.
        """
        from kb.memory import yaml_edit

        written = [_to_yaml(item) for item in items]

        def edit(text: str) -> str:
            return yaml_edit.replace_items(text or _HEADER, _LIST, _is_ours, written)

        if items or self._texts.holds(KEY):
            self._texts.change(KEY, edit)

    def _parsed(self) -> WatchList:
        try:
            return parse_watch(self._texts.read(KEY).text)
        except FileUnreadable as error:
            return WatchList(problems=(Problem(_FILE, None, str(error)),))


def parse_watch(text: str) -> WatchList:
    """The items of the file's text and its mistakes, each with its line."""
    import yaml  # most homes have no such file

    from kb.text import safe_yaml

    try:
        documents = safe_yaml.compose(text)
    except safe_yaml.YamlRefused as error:
        return WatchList(problems=(Problem(_FILE, error.line, f"{error}; no item of it is read"),))
    if not documents:
        return WatchList()
    root = documents[0]
    pairs = root.value if isinstance(root, yaml.MappingNode) else ()
    node = next((value for key, value in pairs if key.value == _LIST), None)
    if not isinstance(node, yaml.SequenceNode):
        if node is not None and not node.value:
            return WatchList()
        why = "there is no list `watch:` in it; no item of it is read"
        return WatchList(problems=(Problem(_FILE, root.start_mark.line + 1, why),))
    items, problems, ours = list[WatchItem](), list[Problem](), set[str]()
    for child in node.value:
        try:
            items.append(_to_item(data := safe_yaml.value(child)))
            ours.update([items[-1].id] if _is_ours(data) else [])
        except InvalidInput as error:
            problems.append(Problem(_FILE, child.start_mark.line + 1, f"{error}; this item is not read"))
    return WatchList(tuple(items), tuple(problems), frozenset(ours))


def _is_ours(item: object) -> bool:
    return isinstance(item, dict) and item.get("by") == BY


def _to_yaml(item: WatchItem) -> dict[str, object]:
    said = {field.name: getattr(item, field.name) for field in fields(item)}
    texts = {
        name: value.isoformat() if isinstance(value, date) else redact(str(value)).text
        for name, value in said.items()
        if value
    }
    return {**texts, "by": BY}


def _to_item(data: object) -> WatchItem:
    """An item as somebody wrote it.  Raises InvalidInput with what is wrong."""
    if not isinstance(data, dict):
        raise InvalidInput(
            f"{str(data)[:40]!r} is no item; it needs `text:` and `service:`, `entry_id:` or `fingerprint:`"
        )
    said = {str(key): " ".join(str(value).split()) for key, value in data.items() if value is not None}
    if not said.get("text"):
        raise InvalidInput("`text:` is missing, which says why to look out for it")
    if not any(said.get(name) for name in ("service", "entry_id", "fingerprint", "environment")):
        raise InvalidInput("it names no `service:`, `entry_id:` or `fingerprint:`, so nothing could meet it")
    texts = {
        name: said.get(name, "") for name in ("title", "service", "environment", "entry_id", "fingerprint")
    }
    name = f"watch-{short_hash(said['text'] + str(sorted(texts.items())))}"
    if texts["fingerprint"]:
        texts["fingerprint"] = of_today(texts["fingerprint"], texts["title"])
    return WatchItem(
        id=said.get("id") or name,
        kind=_kind(said.get("kind", WatchKind.KNOWN_ISSUE)),
        text=said["text"],
        since=_day("since", said.get("since", "0001-01-01")),
        expires=_day("expires", said.get("expires", "9999-12-31")),
        **texts,
    )


def _kind(text: str) -> WatchKind:
    try:
        return WatchKind(text)
    except ValueError:
        raise InvalidInput(f"kind {text!r} is none of: {', '.join(WatchKind)}") from None


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise InvalidInput(f"{name}: {text!r} is no day; write it as 2026-12-31") from None
