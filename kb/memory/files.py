"""The memory files of a home, as data: read, append, set, query.  Keys are `learned/patterns` and the like.

Every write is a change of `kb.memory.texts.MemoryTexts`: atomic, hash-checked, comments and order kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import InvalidInput, NotThere
from kb.home import MEMORY_FILES, checked_key
from kb.memory import yaml_edit, yaml_file
from kb.memory.texts import MemoryTexts
from kb.text.escaping import visible
from kb.text.redact import redact_data
from kb.text.secrets.gate import checked_name

if TYPE_CHECKING:
    from kb.memory.exchange import Exchange


LastPiece = Callable[[yaml_file.FileText], tuple[int, int | None] | None]
"""Tells on which lines of a text the last item of a list stands, from the first to before the second (None: to the
end); None where the text is not known piece by piece."""


def unknown(_found: yaml_file.FileText) -> None:
    """Nothing is known of any text."""
    return


class Memory:
    """The YAML that people and agents own."""

    def __init__(self, texts: MemoryTexts) -> None:
        self._texts = texts

    def keys(self) -> list[str]:
        """The keys of all memory files, in order."""
        return self._texts.names()

    def text(self, key: str) -> yaml_file.FileText:
        """The file as it stands, with its hash.  Raises InvalidInput when there is none, or the key is none."""
        if not self.is_there(key):
            raise NotThere(f"there is no memory file {key!r}; there are: {', '.join(self.keys()) or 'none'}")
        return self._texts.read(_checked(key))

    def is_there(self, key: str) -> bool:
        """Whether there is such a file.  Raises InvalidInput for a key that is none."""
        return self._texts.holds(_checked(key))

    def is_unwritten(self, key: str) -> bool:
        """Whether it is a file that every home may have, and nobody has written it yet."""
        return key.removesuffix(".yaml") in MEMORY_FILES and not self.is_there(key)

    def read(self, key: str) -> Any:
        """The file's content as plain Python, empty for one of a home's own that nobody has written yet.

        Raises InvalidInput when there is no such file, FileUnreadable, with `path:line`, on bad YAML.
        """
        if self.is_unwritten(key):
            return {}
        found = self.text(key)
        yaml_file.check_parses(self._texts.place(_checked(key)), found.text)
        return yaml_edit.load(found.text)

    def append(
        self, key: str, list_path: str, item: object, *, last: LastPiece = unknown
    ) -> yaml_file.FileText:
        """Add an item to the list at the dotted path, which is made where it is absent.  Returns the text before.

        `last` tells where the last item stands in a text that was read piece by piece: only that one is parsed.
        """
        clean = redacted(parsed(item))
        path = _checked_path(list_path)

        def quick(found: yaml_file.FileText) -> str | None:
            lines = last(found)
            return yaml_edit.append_to_piece(found.text, path, clean, *lines) if lines else None

        def edit(text: str) -> str:
            return yaml_edit.append_item(text, path, clean)

        return self._texts.change(_checked(key), edit, quick)[0]

    def update(self, key: str, path: str, value: object) -> None:
        """Set the value at the dotted path."""
        clean = redacted(parsed(value))
        where = _checked_path(path)
        self._texts.change(_checked(key), lambda text: yaml_edit.set_value(text, where, clean))

    def revise(self, key: str, revision: Callable[[Any], Sequence[tuple[Sequence[str], object]]]) -> None:
        """Set the values that `revision` tells for what the file says now, all of them or none.

        Paths are keys and indices; a last step `+` appends.  Of two who revise at once the second sees what the
        first wrote.
        """

        def edit(text: str) -> str:
            edits = [(tuple(path), redacted(value)) for path, value in revision(yaml_edit.load(text))]
            return yaml_edit.set_values(text, edits) if edits else text

        self._texts.change(_checked(key), edit)

    def edit(self, key: str, edit: Callable[[str], str]) -> None:
        """Replace the file's text by `edit(text)`; an edit that changes nothing writes nothing."""
        self._texts.change(_checked(key), edit)

    def beside(self, folder: Path) -> Exchange:
        """The memory beside a folder that is to be kept in step with it."""
        from kb.memory.exchange import Exchange

        return Exchange(self._texts, folder)

    def query(self, key: str, path: str = "", contains: str = "") -> Any:
        """What stands at the dotted path; with `contains`, only the items that hold that text."""
        here = self.read(key)
        for step in filter(None, path.split(".")):
            here = _child(here, step, key, path)
        return _containing(here, contains.casefold()) if contains else here


def parsed(item: object) -> object:
    """The item itself; a text in JSON or YAML form becomes what it says."""
    if not isinstance(item, str) or not item.lstrip().startswith(("{", "[")):
        return item
    try:
        return yaml_edit.load(item)
    except ValueError as error:
        raise InvalidInput(f"the text begins like JSON or YAML, but cannot be read: {error}") from error


def redacted(value: Any) -> Any:
    """The value with its secrets redacted, and with marks for what acts or hides in its texts."""
    return _visible(redact_data(value))


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(str(key)): _visible(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_visible(item) for item in value]
    return value


def _checked(key: str) -> str:
    return checked_key(checked_name("the memory key", key))


def _checked_path(path: str) -> str:
    if not path or any(not step.strip() for step in path.split(".")):
        raise InvalidInput(
            f"{path!r} is no path into a file; it is of the form 'key' or 'key.key', such as 'procedures'"
        )
    return checked_name("the path", path)


def _child(here: Any, step: str, key: str, path: str) -> Any:
    if isinstance(here, Mapping) and step in here:
        return here[step]
    if isinstance(here, list) and step.isdigit() and int(step) < len(here):
        return here[int(step)]
    known = ", ".join(map(str, here)) if isinstance(here, Mapping) else type(here).__name__
    raise NotThere(f"{key} has nothing at {path!r}: no {step!r} there (there is: {known})")


def _containing(data: Any, wanted: str) -> Any:
    """The part of the data whose texts hold `wanted`: whole items of lists, keys of mappings."""
    if isinstance(data, Mapping):
        kept = {
            key: _containing(value, wanted)
            for key, value in data.items()
            if wanted not in str(key).casefold()
        }
        whole = {key: value for key, value in data.items() if wanted in str(key).casefold()}
        return {**{key: value for key, value in kept.items() if value not in (None, [], {})}, **whole}
    if isinstance(data, list):
        return [item for item in data if wanted in yaml_edit.render(item).casefold()]
    return data if wanted in str(data).casefold() else None
