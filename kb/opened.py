"""`OpenHome`: one home, open: its parts, its clock, who writes, and whether all is well with it.

Heavy parts (SQLite's tools, numpy, models) are loaded by the first call that needs them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from kb.errors import Problem
from kb.home import Home, find_home

if TYPE_CHECKING:
    from kb.parts import Parts
    from kb.storage.encoder import Encoder
    from kb.storage.entries import Place
    from kb.storage.vector_check import VectorReport

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock that is used when none is given."""
    return datetime.now(UTC)


class OpenHome:
    """What every use of a home rests on; `KnowledgeBase` is what it is used for."""

    def __init__(
        self,
        home: Home,
        *,
        clock: Clock = utc_now,
        encoder: Encoder | None = None,
        exact_below: int = 0,
        large_from: int | None = None,
        actor: str | Callable[[], str] = "",
        seconds: float = math.inf,
        under_way: set[str] | None = None,
    ) -> None:
        """`exact_below`: vector sets smaller than this are searched without Chroma (see `storage.vectors`);
        `large_from`: how many chunks make a home a large one (see `storage.publisher`).

        `actor` is who writes, or what tells who writes now, where one process serves many.
        `seconds`: how long a question may read in its text before it is answered with what was read.
        `under_way`: the memory files that a connection of this process is writing (`beside` hands it on).
        """
        self.home = home
        self._clock, self._encoder, self._given_actor = clock, encoder, actor
        self._exact_below, self._large_from, self._seconds = exact_below, large_from, seconds
        self._under_way = set[str]() if under_way is None else under_way
        self._beside: list[Self] = []

    @property
    def _actor(self) -> str:
        return self._given_actor if isinstance(self._given_actor, str) else self._given_actor()

    @classmethod
    def open(cls, home: str | Path | None = None, **options: Any) -> Self:
        """Open a home: the one given, else `KB_HOME`, else the nearest.  Raises HomeNotFound."""
        return cls(find_home(home), **options)

    def beside(self) -> Self:
        """Another connection to the same home, for another thread; same clock, model and actor, closed with this."""
        other = type(self)(
            self.home, clock=self._clock, encoder=self._parts.embeddings.encoder, exact_below=self._exact_below,
            large_from=self._large_from, actor=self._given_actor, seconds=self._seconds, under_way=self._under_way,
        )  # fmt: skip
        self._beside.append(other)
        return other

    @cached_property
    def _parts(self) -> Parts:
        from kb.parts import Parts

        return Parts.of(
            self.home, self._encoder, self._exact_below, self._large_from, self._seconds, self._under_way
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the indexes; a second call does nothing."""
        while self._beside:
            self._beside.pop().close()
        if "_parts" in self.__dict__:
            self._parts.close()
            del self.__dict__["_parts"]
            self.__dict__.pop("incidents", None)

    def refresh(self) -> list[Problem]:
        """See what changed in the memory files; returns the mistakes that stand in them now.

        What cannot be taken in (a full disk, a read-only home) is one of these, not an error: what
        was taken in before still answers.
        """
        return self._parts.refresh(self._clock())

    def problems(self) -> list[Problem]:
        """Every mistake that stands in memory files and ingested files now."""
        self.refresh()
        read = (problem for record in self._parts.catalogue.records() for problem in record.problems)
        return [*read, *self._parts.healthy.problems(everywhere=True), *self._parts.watch.problems()]

    def counts(self) -> dict[str, int]:
        """Entries on offer, by kind."""
        self.refresh()
        return self._parts.entries.counts()

    def places(self) -> Iterator[Place]:
        """The names that everything on offer goes by: id, title, path; copies in other files as well."""
        self.refresh()
        return self._parts.entries.places()

    @property
    def model(self) -> str:
        """The embedding model's name."""
        return self._parts.embeddings.encoder.name

    def check(self) -> tuple[list[str], VectorReport]:
        """What is wrong with the database, in words, and the state of the vectors.  Changes nothing."""
        self.refresh()
        return self._parts.check()

    def repair(self, *, rebuild: bool = False, embed_again: bool = False) -> None:
        """Embed what waits and publish it.

        With `rebuild`, derive what outcomes taught from the ledger, and make the vector index from the cache.  With
        `embed_again`, make the vectors themselves anew, in the precision that a new home would get on this processor.
        """
        self.refresh()
        self._parts.repair(rebuild=rebuild, embed_again=embed_again)

    def prepare_model(self) -> None:
        """Export the embedding model of this home, if it is not there yet (half a minute).  Raises StoreBroken."""
        self._parts.embeddings.encoder.prepare()

    def model_ready(self) -> bool:
        """Whether the embedding model was exported already; if not, ingest does it (half a minute)."""
        return self._parts.embeddings.encoder.ready()
