"""Tools for the work within an incident: log, hypotheses, action items, review, updates, the postmortem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from kb.knowledge import KnowledgeBase
from kb.records.ledger import Event
from kb.records.live import LiveIncident
from kb.server.arguments import Flag, IncidentId, Limit, Text, Words
from kb.server.incident_record import IncidentList, IncidentNow, Postmortem, Update, stands
from kb.server.offers import PAGE, Offer, reading, writing


class IncidentWork:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """See `Tools.offers`."""
        more = "the postmortem and the session log hold all of it"
        return (
            writing(self.incident_log),
            writing(self.incident_hypothesise),
            writing(self.incident_action_item),
            writing(self.incident_review),
            writing(self.incident_status_update),
            reading(self.incident_show, PAGE, newest=True, more=more),
            reading(self.incident_list, more="a smaller limit shows the newest"),
            writing(self.incident_postmortem, 2 * PAGE, again=True, more="save it and read the file"),
        )

    def incident_log(
        self,
        action: Annotated[Text, Field(description="What was just done or seen.")],
        details: Annotated[Text, Field(description="More about it.")] = "",
        incident_id: IncidentId = "",
    ) -> Event:
        """Add a line to the incident's timeline; as memory_session_log, for a certain incident."""
        return self._kb.incidents.log(action, details, incident_id)

    def incident_hypothesise(
        self,
        text: Annotated[Text, Field(description="A possible cause, in a sentence.")],
        status: Annotated[Text, Field(description="suspected, confirmed or refuted.")] = "suspected",
        evidence: Annotated[Words, Field(description="What speaks for or against it.")] = (),
        hypothesis_id: Annotated[Text, Field(description="Such as h1, to change one that is there.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Write down a possible cause, or what became of it: known is kept apart from suspected.

        Confirm or refute only with evidence.  Returns all hypotheses with their ids.
        """
        return stands(self._kb.incidents.hypothesise(text, status, evidence, hypothesis_id, incident_id))

    def incident_action_item(
        self,
        text: Annotated[Text, Field(description="What is to be done.")],
        owner: Annotated[Text, Field(description="Who does it.")] = "",
        due: Annotated[Text, Field(description="By when, as 2026-05-20.")] = "",
        done: Annotated[
            Flag, Field(description="True once it is done; the same text changes the item.")
        ] = False,
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Add something to do after the incident; items without owner and day are seldom done."""
        return stands(
            self._kb.incidents.add_action_item(
                text, owner, due or None, done=bool(done), incident_id=incident_id
            )
        )

    def incident_review(
        self,
        went_well: Annotated[Words, Field(description="What went well: a list.")] = (),
        went_wrong: Annotated[Words, Field(description="What went wrong: a list; blameless.")] = (),
        lessons: Annotated[Words, Field(description="What was learned: a list.")] = (),
        impact: Annotated[Text, Field(description="Who was affected, how, for how long.")] = "",
        incident_id: IncidentId = "",
    ) -> IncidentNow:
        """Add to the review of the incident, for the postmortem."""
        return stands(self._kb.incidents.review(went_well, went_wrong, lessons, impact, incident_id))

    def incident_status_update(
        self,
        style: Annotated[
            Text, Field(description="report (for a page or ticket) or chat (for a channel).")
        ] = "report",
        focus: Annotated[Text, Field(description="What is being worked on now.")] = "",
        next_steps: Annotated[Words, Field(description="What comes next: a list.")] = (),
        incident_id: IncidentId = "",
    ) -> Update:
        """The status update to post now, from what was logged, and when the next one is due."""
        update = self._kb.incidents.status_update(style, focus, next_steps, incident_id)
        return Update(text=update.text, next_due=update.next_due, incident_id=update.incident_id)

    def incident_show(self, incident_id: IncidentId = "") -> LiveIncident:
        """An incident with all that was noted: timeline, hypotheses, mitigations, checks, action items."""
        return self._kb.incidents.get(incident_id)

    def incident_list(
        self,
        open_only: Annotated[Flag, Field(description="Only those that are still open.")] = False,
        limit: Limit = 20,
    ) -> IncidentList:
        """The incidents that were opened here, newest first; past ones from documents: search_incidents."""
        found: Sequence[Any] = (
            self._kb.incidents.open_ones() if open_only else self._kb.incidents.recent(limit)
        )
        return IncidentList(incidents=tuple(stands(one) for one in found[:limit]))

    def incident_postmortem(
        self,
        save: Annotated[Flag, Field(description="Whether to save it as a file of the home, too.")] = False,
        incident_id: IncidentId = "",
    ) -> Postmortem:
        """Draft the postmortem from the timeline: blameless, with action items.  Edit it before you publish it."""
        text = self._kb.incidents.postmortem(incident_id)
        path = self._kb.incidents.save_postmortem("", incident_id) if save else None
        return Postmortem(markdown=text, path=str(path) if path else None)
