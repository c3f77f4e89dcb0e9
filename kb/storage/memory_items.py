"""Single values of one item of a memory file, set in the text, all other bytes kept.  Pure."""

from __future__ import annotations

from collections.abc import Mapping

from kb.errors import InvalidInput
from kb.storage import yamledit
from kb.storage.memory_status import find_item


def with_values(text: str, key: str, entry_id: str, values: Mapping[str, object]) -> str:
    """The text with these keys of the entry's item set; a value that stands there already changes nothing.

    Raises InvalidInput where the file does not hold the entry, or its item has no keys.
    """
    found = find_item(text, key, entry_id)
    if found is None:
        raise InvalidInput(f"{key}.yaml does not hold {entry_id}; it was changed since it was proposed")
    entry, steps, is_mapping = found
    if not is_mapping:
        line = entry.provenance.source.line if entry.provenance.source else None
        raise InvalidInput(
            f"{key}.yaml:{line or 1}: the item is a bare text; write it as a mapping, then try again"
        )
    item = yamledit.load(text)
    for step in steps:
        item = item[step]
    edits = [((*steps, name), value) for name, value in values.items() if item.get(name) != value]
    return yamledit.set_values(text, edits) if edits else text
