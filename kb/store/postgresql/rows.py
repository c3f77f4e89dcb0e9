"""Rows that are asked by name or by place, as SQLite's are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar


class NamedRow(tuple[Any, ...]):
    """One row; the names of its columns are those of its class."""

    __slots__ = ()
    places: ClassVar[Mapping[str, int]] = {}

    def __getitem__(self, key: Any, /) -> Any:
        """The value of a column, by its name or place."""
        return tuple.__getitem__(self, self.places[key] if type(key) is str else key)

    def keys(self) -> Iterable[str]:
        """The names of the columns, in order."""
        return self.places.keys()


@lru_cache(512)
def _class_of(names: tuple[bytes, ...]) -> type[NamedRow]:
    """The class of rows with these columns; of two of one name the first is asked for by it."""
    places = {name.decode(): place for place, name in reversed([*enumerate(names)])}
    return type(
        "Row", (NamedRow,), {"__slots__": (), "places": dict(sorted(places.items(), key=lambda one: one[1]))}
    )


def row_factory(cursor: Any) -> type[NamedRow]:
    """What makes the rows of a statement."""
    found = cursor.pgresult
    return _class_of(tuple(map(found.fname, range(found.nfields))) if found else ())
