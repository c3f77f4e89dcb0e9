"""Single values of one item of a memory file: found, and set in the text, all other bytes kept.  Pure."""

from __future__ import annotations

from collections.abc import Mapping

from kb.errors import InvalidInput
from kb.memory import yaml_edit
from kb.memory.format import Steps, located
from kb.model import Entry, Origin, Quirk, Status
from kb.text.entries.ids import short_hash, with_ids
from kb.text.signatures.signature import screened


def find_item(text: str, key: str, entry_id: str) -> tuple[Entry, Steps, bool] | None:
    """The item of this id, with its place in the data and whether it is a mapping; None where there is none.

    Where two files have entries of one id, the id ends in the hash of the file's key; it is found by that, too.
    """
    items = located(text, f"{key}.yaml", Origin.WRITTEN)
    entries, _ = screened([entry for entry, _, _ in items], f"{key}.yaml")
    for entry, (_, steps, is_mapping) in zip(with_ids(entries, "", [entry_id]), items, strict=True):
        if entry_id in (entry.id, f"{entry.id}-{short_hash(key)}"):
            return entry, steps, is_mapping
    return None


def find_status(text: str, key: str, entry_id: str) -> Status | None:
    """The status that the file of this key gives the entry; None when it does not hold the entry."""
    found = find_item(text, key, entry_id)
    return found[0].status if found else None


_MAIN_KEY = {"pattern": "pattern", "runbook": "name", "quirk": "name"}
"""What a bare text in a list says; under the name of a quirk, it is the description."""


def with_status(text: str, key: str, entry_id: str, status: Status) -> str:
    """The text with the entry's status set.  Raises InvalidInput where the file does not hold the entry."""
    found = find_item(text, key, entry_id)
    if found is None:
        raise InvalidInput(f"{key}.yaml does not hold {entry_id}")
    entry, steps, is_mapping = found
    if is_mapping:
        return set_word(text, steps, "status", status.value)
    if isinstance(entry, Quirk) and not isinstance(steps[-1], int):
        said: dict[str, str] = {"description": entry.description}
    elif entry.kind in _MAIN_KEY and isinstance(steps[-1], int):
        said = {_MAIN_KEY[entry.kind]: entry.name if isinstance(entry, Quirk) else entry.headline}
    else:
        raise InvalidInput(
            f"{_place(key, entry)}: the item is a bare text and has no place for a status; "
            "write it as a mapping, then try again"
        )
    return yaml_edit.set_values(text, [(steps, {**said, "status": status.value})])


def with_values(text: str, key: str, entry_id: str, values: Mapping[str, object]) -> str:
    """The text with these keys of the entry's item set; a value that stands there already changes nothing.

    Raises InvalidInput where the file does not hold the entry, or its item has no keys.
    """
    found = find_item(text, key, entry_id)
    if found is None:
        raise InvalidInput(f"{key}.yaml does not hold {entry_id}; it was changed since it was proposed")
    entry, steps, is_mapping = found
    if not is_mapping:
        raise InvalidInput(
            f"{_place(key, entry)}: the item is a bare text; write it as a mapping, then try again"
        )
    item = yaml_edit.load(text)
    for step in steps:
        item = item[step]
    new = {name: value for name, value in values.items() if item.get(name) != value}
    for name, value in new.items():
        if isinstance(value, str):
            text = set_word(text, steps, name, value)
    rest = [((*steps, name), value) for name, value in new.items() if not isinstance(value, str)]
    return yaml_edit.set_values(text, rest) if rest else text


def _place(key: str, entry: Entry) -> str:
    """File and line of an item, such as `learned/patterns.yaml:12`."""
    line = entry.provenance.source.line if entry.provenance.source else None
    return f"{key}.yaml:{line or 1}"


def set_word(text: str, path: yaml_edit.Path, key: str, word: str) -> str:
    """The text with `key: word` in the mapping at `path`.  Raises InvalidInput where that cannot be set."""
    return yaml_edit.set_values(text, [((*path, key), word)])
