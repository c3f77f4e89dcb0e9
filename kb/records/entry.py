"""What all kinds of knowledge share: id, status, scope, provenance, and four questions to answer.

Each kind says how it is titled (`headline`), what identifies it (`natural_key`), what text it can be
found by (`passages`, `signatures`), and what it advises (`advice`).  Nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from kb.records.parts import Advice, Passage, Provenance, Samples, Scope, Signature, Status


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What all kinds share.  Subclasses add their fields and answer the four questions below."""

    kind: ClassVar[str]

    id: str = ""
    status: Status = Status.ACTIVE
    scope: Scope = Scope()
    provenance: Provenance = Provenance()
    expires: date | None = None
    samples: Samples = Samples()
    signatures: tuple[Signature, ...] = ()
    check: str = ""
    warning: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys of the source that kb does not know; kept, never interpreted."""

    @property
    def headline(self) -> str:
        """One line that names the entry to a person."""
        raise NotImplementedError

    @property
    def natural_key(self) -> str:
        """What makes two spellings of this entry the same entry; the id is derived from it."""
        return self.headline

    def passages(self) -> tuple[Passage, ...]:
        """The texts that the entry can be found by, title first, empty ones left out."""
        raise NotImplementedError

    def advice(self) -> Advice:
        """What to tell somebody who meets it."""
        raise NotImplementedError


def passages_of(*pairs: tuple[str, str]) -> tuple[Passage, ...]:
    """Role and text of each passage, empty texts left out."""
    return tuple(Passage(role=role, text=text.strip()) for role, text in pairs if text.strip())
