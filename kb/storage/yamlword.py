"""One word of a mapping set in YAML text, every other byte left as it was.  Pure."""

from __future__ import annotations

from kb.storage import yamledit


def set_word(text: str, path: yamledit.Path, key: str, word: str) -> str:
    """The text with `key: word` in the mapping at `path`.  Raises InvalidInput where that cannot be set."""
    return yamledit.set_values(text, [((*path, key), word)])
