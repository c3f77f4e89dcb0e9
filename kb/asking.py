"""`Asking`: the questions to a home, and the incidents that they are asked in.

Every call first sees what changed in the home since the last one (`memory_sync`), whoever changed it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from kb.errors import EntryNotFound
from kb.opened import OpenHome

if TYPE_CHECKING:
    from kb.incidents.incidents import Incidents
    from kb.lookup.lookup import OnSighting
    from kb.records import Entry
    from kb.records.brief import Brief
    from kb.records.ledger import Answer, Event, SearchHits, Trust
    from kb.triage.triage import Request


class Asking(OpenHome):
    """What is asked at the start of an incident and after it."""

    def check_known_issues(
        self,
        error_text: str | Iterable[str] = "",
        tool_name: str = "",
        service: str = "",
        environment: str = "",
        limit: int = 5,
        *,
        deep: bool = False,
        incident_id: str = "",
        on_sighting: OnSighting | None = None,
        record: bool = True,
    ) -> Answer:
        """Have we seen this before?  `error_text` is a line, a trace, an alert, or a log as lines.

        `deep` asks all tiers even when a cheap one has settled the question.  The lookup is recorded
        in the ledger with its incident, by default the one that is being worked on; its `lookup_id`
        is what `record_outcome` takes.  `on_sighting` is told of entries as soon as their signature is
        seen, block by block, before the text has ended.  With `record=False` (an evaluation) the ledger
        does not hear of it, and there is no `lookup_id`.  Raises NothingAsked for an empty text, and
        records nothing.
        """
        from kb.lookup.answer import answer

        started, now = time.perf_counter(), self._clock()
        with self._parts.db.at_once():
            problems = self.refresh()
            finding = self._parts.lookup.find(
                error_text, tool=tool_name, service=service, environment=environment, limit=max(1, limit),
                deep=deep, now=now, on_sighting=on_sighting,
            )  # fmt: skip
            took_ms = round((time.perf_counter() - started) * 1000, 2)
            ledger = self._parts.ledger if record else None
            return answer(
                finding, ledger, problems, took_ms=took_ms, now=now, actor=self._actor,
                incident=self._incident(incident_id) if record else None,
            )  # fmt: skip

    def _incident(self, given: str = "") -> str | None:
        """The incident given, else the one that is being worked on; None when there is none."""
        if given.strip():
            return given.strip()
        if not self._parts.ledger.open_subjects(1):
            return None  # answered without loading what incidents are made of
        return self.incidents.attached()

    def triage(
        self,
        alert: object,
        service: str = "",
        environment: str = "",
        severity: str = "",
        budget: int = 1000,
        incident_id: str = "",
    ) -> Brief:
        """The first minute of an incident on one page of at most `budget` tokens.

        `alert` is a text, Alertmanager's JSON (as text or as data), or a log.  What is given explicitly
        wins over what the alert says.  Raises InvalidInput for an empty alert or a bad budget.
        """
        from kb.triage.triage import Request

        request = Request(
            alert=alert, service=service, environment=environment, severity=severity, budget=budget,
            incident_id=incident_id,
        )  # fmt: skip
        with self._parts.db.at_once():
            problems = self.refresh()
            return self._parts.triage(self.incidents, self._actor).brief(
                request, problems=problems, now=self._clock()
            )

    def investigate_alert(
        self,
        alert: object,
        evidence: object = None,
        service: str = "",
        environment: str = "",
        *,
        severity: str = "",
        budget: int = 1000,
        incident_id: str = "",
    ) -> Brief:
        """The brief for an alert and what tools said of it (a text, a list, or a mapping of tool to output).

        Updates `state/environments.yaml` and logs the findings.  Calls no cluster.
        """
        from kb.triage.triage import Request

        request = Request(alert=alert, service=service, environment=environment, evidence=evidence)
        return self._investigate(request, severity, budget, incident_id)

    def debug_prod(
        self,
        service: str = "",
        namespace: str = "",
        symptoms: object = None,
        evidence: object = None,
        environment: str = "",
        *,
        severity: str = "",
        budget: int = 1000,
        incident_id: str = "",
    ) -> Brief:
        """The same for a service that misbehaves without an alert; the namespace may tell the environment."""
        from kb.triage.investigate import debugging

        request = debugging(service, namespace, environment, symptoms, evidence)
        return self._investigate(request, severity, budget, incident_id)

    def _investigate(self, request: Request, severity: str, budget: int, incident_id: str) -> Brief:
        from kb.triage.investigate import investigate, with_options

        request, problems = with_options(request, severity, budget, incident_id), self.refresh()
        triage = self._parts.triage(self.incidents, self._actor)
        return investigate(triage, request, self.session_log, problems=problems, now=self._clock())

    def search(
        self,
        query: str,
        kinds: Sequence[str] = (),
        service: str = "",
        since: date | None = None,
        limit: int = 10,
    ) -> SearchHits:
        """Past incidents, runbooks and fixes for an engineer's words, best first.  Not recorded."""
        with self._parts.db.at_once():
            self.refresh()
            return self._parts.search(query, kinds=kinds, service=service, since=since, limit=limit)

    def get(self, entry_id: str) -> Entry:
        """The entry with this id, whatever its status.  Raises EntryNotFound."""
        self.refresh()
        entry = self._parts.entries.get(entry_id)
        if entry is None:
            raise EntryNotFound(f"there is no entry {entry_id!r}; ids come from: kb check, kb search")
        return entry

    def trust_of(self, entry: Entry) -> Trust:
        """The entry's trust now, with the record that it rests on."""
        return self._parts.trust.of([entry], self._clock())[entry.id]

    @cached_property
    def incidents(self) -> Incidents:
        """The incidents as they are lived: `open`, `log`, `mitigate`, `resolve`, `verify` and the rest."""
        return self._parts.incidents(self._clock, lambda: self._actor)

    def session_log(self, action: str, details: str = "") -> Event:
        """Write down what was just done, with the incident that is open, if one is.

        Raises InvalidInput when `action` is empty.
        """
        return self.incidents.note(action, details)
