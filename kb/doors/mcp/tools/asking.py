"""Tools that ask: have we seen this before, what is there about it, what does this entry say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from kb.base import KnowledgeBase
from kb.doors.mcp.arguments import Day, Environment, Limit, Log, Service, Text, Words
from kb.doors.mcp.offers import ANSWER, Offer, reading
from kb.model.ledger import Answer, SearchHit, Trust
from kb.model.status import Move
from kb.text.evidence.evidence import title_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """What a search found, best first."""

    hits: tuple[SearchHit, ...]
    note: str = ""
    """Says so where the limit cut the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeEntry:
    """An entry with everything that it says, its record, and how it came to its status."""

    id: str
    kind: str
    title: str
    entry: dict[str, Any]
    trust: Trust
    moves: tuple[Move, ...] = ()


class Asking:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        more = "get_entry(entry_id) shows one entry whole"
        return (
            reading(self.check_known_issues, ANSWER, more=more),
            reading(self.search_incidents, ANSWER, more=f"{more}; a narrower query or a smaller limit helps"),
            reading(self.get_entry, ANSWER, more="the resource kb://entry/{id} holds more of it"),
        )

    def check_known_issues(
        self,
        error_text: Annotated[
            Log, Field(description="The error: a line, a stack trace, an alert, a log.")
        ] = "",
        tool_name: Annotated[Text, Field(description="The tool that failed, such as kubectl_exec.")] = "",
        service: Service = "",
        environment: Environment = "",
        limit: Limit = 5,
        incident_id: Annotated[
            Text, Field(description="The incident it is for; else the one that is being worked on.")
        ] = "",
    ) -> Answer:
        """Have we seen this error before?  Call this first, as soon as anything fails.

        Returns a verdict: `known` (act on it, after the entry's `check`), `related` (a hint, verify it
        first) or `unknown` (the entries shown are then only the nearest, no match: investigate, and learn what you
        find).  Each match has its cause, fix, commands, the check that tells look-alikes apart, and its
        record: `standing` is established, new (unverified) or failing.  `alternatives` means several
        causes share the symptom: do the checks before any fix.  `notes` warn of advice that was taken away
        because it failed.  Give `lookup_id` to record_outcome once you know whether the fix worked.
        """
        return self._kb.check_known_issues(
            error_text, tool_name, service, environment, limit, incident_id=incident_id
        )

    def search_incidents(
        self,
        query: Annotated[Text, Field(description="What to look for, in words; empty lists the newest.")] = "",
        kinds: Annotated[
            Words, Field(description="Only these: incident, runbook, pattern, tool_fix, quirk, known_error …")
        ] = (),
        service: Service = "",
        since: Annotated[Day, Field(description="Only what happened since this day, as 2026-05-20.")] = None,
        limit: Limit = 10,
    ) -> Hits:
        """Search past incidents, runbooks, patterns and fixes by words and meaning, best first.

        For a question in your own words ("how did we fail over the database?"); for an error text use
        check_known_issues.  Returns titles with ids and snippets; get_entry shows one whole.
        """
        found = self._kb.search(query, kinds, service, since, limit)
        return Hits(hits=tuple(found), note=found.note)

    def get_entry(
        self, entry_id: Annotated[Text, Field(description="The id, as a check or a search returned it.")]
    ) -> WholeEntry:
        """One entry with everything that it says: steps, commands, checks, source, and its record."""
        from kb.text.entries.codec import to_builtins

        entry = self._kb.get(entry_id)
        said = {key: value for key, value in to_builtins(entry).items() if value not in (None, "", [], {})}
        return WholeEntry(
            id=entry.id,
            kind=entry.kind,
            title=title_line(entry.headline),
            entry=said,
            trust=self._kb.trust_of(entry),
            moves=tuple(self._kb.moves.of(entry.id)),
        )
