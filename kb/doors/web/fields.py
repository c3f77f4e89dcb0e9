"""Fields of a form for the keys of an entry: what each is filled in as, and what was filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.doors.web.form import Form
from kb.errors import InvalidInput
from kb.memory.yaml_edit import load, render

_LISTS = frozenset(
    {"commands", "steps", "services", "environments", "tools", "versions", "must_match", "must_not_match"}
)
_SHORT = frozenset({"name", "category", "tool_name", "expires", "service", "regex"})
_NESTED = frozenset({"samples", "verified", "scope"})
_FIRST = (
    "tool_name",
    "name",
    "service",
    "pattern",
    "error_pattern",
    "when",
    "meaning",
    "root_cause",
    "description",
    "fix",
    "workaround",
    "steps",
    "commands",
    "check",
)
"""The order in which people read them; the others follow."""
_BEFORE = "field-"
"""What stands before a key in the name of its field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key: `form` is `line`, `text`, `lines` (one each) or `data` (YAML); `text` is what stands in it."""

    key: str
    form: str
    text: str
    was: Any = None
    """The value that it was filled with; None where the entry has no such key."""

    @property
    def name(self) -> str:
        """What the form calls it."""
        return f"{_BEFORE}{self.key}"

    @property
    def is_rare(self) -> bool:
        """Whether it may be folded away: it is empty, and seldom filled in."""
        return not self.text and self.key not in _FIRST

    @property
    def rows(self) -> int:
        """Lines of its box."""
        return min(
            14, max(2 if self.form == "text" else 3, self.text.count("\n") + 1 + len(self.text) // 120)
        )

    def filled(self, form: Form) -> Field:
        """The field with what a form says in it."""
        return Field(self.key, self.form, form.whole(self.name), self.was)

    def value(self) -> Any:
        """What it says.  Raises InvalidInput for data that are none."""
        text = self.text.strip("\n")
        if self.form == "lines":
            return [line.strip() for line in text.split("\n") if line.strip()]
        if self.form == "data":
            try:
                return load(text) if text.strip() else None
            except ValueError as error:
                raise InvalidInput(f"`{self.key}`: this is no YAML ({error})") from None
        return text.strip() if self.form == "line" else text.rstrip()

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than it was filled with; an empty field of no key says nothing."""
        return self.value() != self.was and not (self.was is None and self.value() in ("", [], None))


def fields_of(values: Mapping[str, Any], more: Iterable[str] = ()) -> list[Field]:
    """A field for each key, and an empty one for each that could be there as well."""
    known = [_field(str(key), value) for key, value in values.items()]
    found = [*known, *(_field(key, None) for key in more)]
    return sorted(found, key=lambda one: _FIRST.index(one.key) if one.key in _FIRST else len(_FIRST))


def _field(key: str, value: Any) -> Field:
    if key in _LISTS and not isinstance(value, str) and not _is_nested(value):
        return Field(
            key, "lines", "\n".join(map(str, value or ())), None if value is None else [*map(str, value)]
        )
    if isinstance(value, str) or (value is None and key not in _NESTED):
        return Field(key, "line" if key in _SHORT else "text", value or "", value)
    return Field(key, "data", render(value).rstrip("\n") if value is not None else "", value)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) or any(not isinstance(one, str | int | float) for one in value or ())


def changed(fields: Iterable[Field]) -> dict[str, Any]:
    """What the fields say that is not what they were filled with."""
    return {one.key: one.value() for one in fields if one.is_changed}
