"""The index of words as the store and the lookup see it, and the filter that says which entries a search is about.

`LexicalIndex` is the narrow interface behind which an engine stands (`kb.index`): the store puts chunks into it, and
what is added inside a write is found by every process once that write commits.  A filter is a condition that every
index asks by itself: applied to what an index found, it would lose whatever the index ranked below its limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from kb.model.entry import OFFERED
from kb.text.entries.chunks import Chunk

SEVERITY = "json_extract(e.data, '$.severity')"
"""The severity of a row of `entries e`."""
_ABOUT = """
    SELECT written.services FROM (SELECT DISTINCT services FROM entries WHERE services != '[]') AS written
    WHERE EXISTS (SELECT 1 FROM json_each(written.services) WHERE casefold(value) = casefold(?))
"""
"""The lists of services, as they are written, that name one: few, where to look into that of each entry takes long."""
FILTERED = """
    CREATE INDEX entries_listed ON entries(status, coalesce(happened, updated_at) DESC, id, kind, services);
    CREATE INDEX entries_severity ON entries(
        json_extract(data, '$.severity'), status, coalesce(happened, updated_at), kind, services)
        WHERE json_extract(data, '$.severity') IS NOT NULL;
"""
"""What filters are answered from: 100,000 entries are counted in a tenth of a second, where their text takes some."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Entries of these kinds, that concern the service, from a day to a day; what is empty allows all.

    `severities` are those of the canonical scale, which incidents and alert rules have.  Without `statuses` it is
    about what is offered; only that stands in the indexes.
    """

    kinds: Sequence[str] = ()
    service: str = ""
    since: date | None = None
    until: date | None = None
    severities: Sequence[str] = ()
    statuses: Sequence[str] = ()

    def __bool__(self) -> bool:
        """Whether it leaves any offered entry out."""
        return bool(
            self.kinds or self.service or self.since or self.until or self.severities or self.statuses
        )

    @property
    def is_offered(self) -> bool:
        """Whether all that pass it are offered, and so can be found by their words."""
        return set(self.statuses) <= set(OFFERED)

    def sql(self) -> tuple[str, list[object]]:
        """A condition on `entries e`, with its values."""
        statuses = self.statuses or OFFERED
        where, values = [f"e.status IN ({_marks(statuses)})"], list[object](statuses)
        if self.kinds:
            where.append(f"e.kind IN ({_marks(self.kinds)})")
            values += self.kinds
        if self.service:
            where.append(f"e.services IN ({_ABOUT})")
            values.append(self.service)
        if self.since:
            where.append("coalesce(e.happened, e.updated_at) >= ?")
            values.append(self.since.isoformat())
        if self.until:
            where.append("substr(coalesce(e.happened, e.updated_at), 1, 10) <= ?")
            values.append(self.until.isoformat())
        if self.severities:
            where.append(f"{SEVERITY} IN ({_marks(self.severities)}) AND {SEVERITY} IS NOT NULL")
            values += self.severities
        return " AND ".join(where), values

    def chunks(self) -> tuple[str, list[object]]:
        """A query for the numbers of the chunks of these entries, with its values."""
        where, values = self.sql()
        return f"SELECT c.id FROM chunks c JOIN entries e ON e.id = c.entry_id WHERE {where}", values


EVERYTHING = Filter()
"""Every offered entry."""


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


Pieces = tuple[str, Sequence[Chunk]]
"""The id of an entry and its chunks."""


@dataclass(frozen=True, slots=True)
class LexicalHit:
    """A chunk found by words; `score` is BM25, higher is better."""

    chunk_id: int
    entry_id: str
    score: float


class StoredChunk(NamedTuple):
    """A chunk as the index keeps it; `terms` are its tokens, parted by blanks, `text` is that of titles alone."""

    id: int
    entry_id: str
    role: str
    text: str
    terms: str

    @property
    def tokens(self) -> list[str]:
        """Its tokens, in order."""
        return self.terms.split()


class LexicalIndex(Protocol):
    """Words in, chunks out."""

    notes: list[str]
    """Why the last search was not as good as it should be; empty when it was."""

    def add(self, pieces: Sequence[Pieces]) -> None:
        """Index the chunks of entries that have none, in this order.  Call inside a write."""
        ...

    def remove(self, entry_id: str) -> None:
        """Take an entry's chunks out.  Call inside a write."""
        ...

    def extend(self, entry_id: str, chunks: Sequence[Chunk]) -> None:
        """Give an entry that is indexed these chunks, too.  Call inside a write."""
        ...

    def reword(self, entry_id: str, chunks: Sequence[Chunk]) -> None:
        """Put these in place of the chunks of the role `asked`.  Call inside a write."""
        ...

    def search(self, tokens: Sequence[str], limit: int, only: Filter = EVERYTHING) -> list[LexicalHit]:
        """The best chunks for any of the tokens, of the entries that pass the filter, best first."""
        ...

    def document_frequencies(self, terms: Iterable[str]) -> Mapping[str, int]:
        """In how many entries each term occurs; terms that occur in none are left out."""
        ...

    def size(self) -> tuple[int, float, float]:
        """How many entries there are, and the mean length of a chunk and of an entry in tokens."""
        ...

    def chunks_of(self, entry_ids: Sequence[str]) -> dict[str, list[StoredChunk]]:
        """The chunks of each entry in their order."""
        ...

    def titles_of(self, entry_ids: Sequence[str]) -> dict[str, list[str]]:
        """The tokens of the title of each entry that has one."""
        ...
