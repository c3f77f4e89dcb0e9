"""Operations on incidents: the steps of their life, the work within them, and where they stand now.

Steps of the life are open, acknowledge, set severity, mitigate, resolve, verify, close, reopen; the work is the log,
hypotheses, action items, the review, updates and the postmortem.  An agent is told of a step where the incident stands
now, in few tokens; `incident_show` shows all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.model.role import Role
from kb.operations.arguments import Checks, Environment, Flag, IncidentId, Limit, Log, Text, Words
from kb.operations.operation import PAGE, Operation, reading, writing

if TYPE_CHECKING:
    from kb.incidents.overview import IncidentFilter
    from kb.model.incident import IncidentCounts, IncidentDraft, IncidentOverview, LiveIncident, Similar
    from kb.operations.records import IncidentList, IncidentNow, LiveIncidents, PostmortemDraft, Update


def stands(incident: LiveIncident) -> IncidentNow:
    """The incident in few words."""
    from kb.incidents.life import checklist
    from kb.operations.records import IncidentNow

    checks = incident.checks or (checklist({}) if incident.resolved else ())
    last = incident.timeline[-1] if incident.timeline else None
    return IncidentNow(
        id=incident.id,
        title=incident.title,
        phase=incident.phase,
        severity=incident.severity,
        confirmed=incident.confirmed,
        services=incident.services,
        environment=incident.environment,
        detected=incident.detected,
        hypotheses=incident.hypotheses,
        unchecked=tuple(f"{item.key}: {item.text}" for item in checks if not item.held),
        open_action_items=sum(not item.done for item in incident.action_items),
        noted=f"{last.action}: {last.details}".strip(": ") if last else "",
    )


def listed(incidents: LiveIncidents) -> IncidentList:
    """Each in few words."""
    from kb.operations.records import IncidentList

    return IncidentList(incidents=tuple(map(stands, incidents.incidents)))


def _step(path: str) -> Callable[[Callable[..., LiveIncident]], Operation]:
    """Declare a step: it answers with the incident."""
    return writing(
        f"POST /incidents/{path}".removesuffix("/"),
        newest=True,
        more="incident_show(incident_id) shows all of it",
        told=stands,
        by=Role.RESPOND,
    )


@_step("")
def incident_open(
    kb: KnowledgeBase,
    title: Annotated[Text, "Service and symptom in a few words."],
    service: Annotated[Words, "The services that are affected, where known."] = (),
    environment: Environment = "",
    severity: Annotated[Text, "As given: SEV1, P1, critical; empty where unknown."] = "",
    impact: Annotated[Text, "Who and what is affected."] = "",
    alert: Annotated[Log, "The alert that told of it."] = "",
    started: Annotated[Text, "When it began, as 2026-05-20T14:30:00Z."] = "",
    lookup_id: Annotated[Text, "The lookup made for it, where there was one."] = "",
) -> LiveIncident:
    """Open an incident: from now on memory_session_log lines belong to it.

    Call it as soon as customers may be affected; a false alarm is closed again in a line.  Returns its id, which other
    incident tools need only while several are open.
    """
    return kb.incidents.open(
        title,
        service=service,
        environment=environment,
        severity=severity,
        impact=impact,
        alert=alert,
        started=started or None,
        lookup_id=lookup_id or None,
    )


@_step("{incident_id}/acknowledge")
def incident_acknowledge(
    kb: KnowledgeBase, by: Annotated[Text, "Who takes it."] = "", incident_id: IncidentId = ""
) -> LiveIncident:
    """Say that somebody is on it; the time to acknowledge is counted from this."""
    return kb.incidents.acknowledge(by, incident_id)


@_step("{incident_id}/severity")
def incident_severity(
    kb: KnowledgeBase,
    severity: Annotated[Text, "SEV1 to SEV4, or P1, critical, 🔴."],
    reason: Annotated[Text, "Why it is that."] = "",
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Set or change the severity, with the reason: raise it early, lower it when impact is measured."""
    return kb.incidents.set_severity(severity, reason, incident_id)


@_step("{incident_id}/mitigate")
def incident_mitigate(
    kb: KnowledgeBase,
    action: Annotated[Text, "What was done to stop the bleeding."],
    entry_id: Annotated[Text, "The entry whose advice that was, where it was one."] = "",
    worked: Annotated[Flag, "Whether it worked; leave it out while nobody knows."] = None,
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Write down what was tried, and whether it worked; failures count as much as successes."""
    return kb.incidents.mitigate(action, entry_id, worked, incident_id)


@_step("{incident_id}/resolve")
def incident_resolve(
    kb: KnowledgeBase,
    resolution: Annotated[Text, "What ended it."],
    cause: Annotated[Text, "The confirmed root cause, where it is known."] = "",
    entry_id: Annotated[Text, "The entry whose advice resolved it."] = "",
    prevention: Annotated[Text, "What would keep it from coming back."] = "",
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Say what ended the incident.  It still needs incident_verify: `unchecked` lists what to look at."""
    return kb.incidents.resolve(resolution, cause, entry_id, prevention, incident_id)


@_step("{incident_id}/verify")
def incident_verify(
    kb: KnowledgeBase,
    checks: Checks,
    by: Annotated[Text, "Who looked."] = "",
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Say which checks of the list hold; a fix without this gains no confidence.

    Give the keys that hold, an object of key to true or false, or "all" after you checked all.
    """
    return kb.incidents.verify(checks, by, incident_id)


@_step("{incident_id}/close")
def incident_close(kb: KnowledgeBase, incident_id: IncidentId = "") -> LiveIncident:
    """Close the incident, when it is resolved and verified; draft the postmortem with incident_postmortem."""
    return kb.incidents.close(incident_id)


@_step("{incident_id}/reopen")
def incident_reopen(
    kb: KnowledgeBase, reason: Annotated[Text, "What came back."], incident_id: IncidentId = ""
) -> LiveIncident:
    """Open a resolved or closed incident again: the fix that did not hold is counted as such."""
    return kb.incidents.reopen(reason, incident_id)


@_step("{incident_id}/merge")
def incident_merge(
    kb: KnowledgeBase,
    incident_id: Annotated[Text, "The one that was opened by mistake."],
    into: Annotated[Text, "The one that goes on."],
) -> LiveIncident:
    """Make one of two incidents that are the same trouble; its notes, outcomes and alerts go along.

    Returns the one that goes on; the id of the other one stands for it from now on.  incident_split takes it out again.
    """
    return kb.incidents.merge(incident_id, into)


@_step("{incident_id}/split")
def incident_split(
    kb: KnowledgeBase,
    title: Annotated[Text, "What the other trouble is, in a few words."] = "",
    steps: Annotated[Words, "Steps that belong to it: their `id` in the timeline of incident_show."] = (),
    alerts: Annotated[Words, "Alerts that belong to it, by name."] = (),
    service: Annotated[Words, "Its services, where they are not those of its alerts."] = (),
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Make an incident of its own of what is another trouble; or take out again what was merged, by its id alone.

    Outcomes of what only those steps applied go along.  Returns the incident that was split off.
    """
    return kb.incidents.split(title, steps, alerts, service, incident_id)


@_step("{incident_id}/hypotheses")
def incident_hypothesise(
    kb: KnowledgeBase,
    text: Annotated[Text, "A possible cause, in a sentence; may be left out for a known one."] = "",
    status: Annotated[Text, "suspected, confirmed or refuted."] = "suspected",
    evidence: Annotated[Words, "What speaks for or against it."] = (),
    hypothesis_id: Annotated[Text, "Such as h1, to change one that is there."] = "",
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Write down a possible cause, or what became of it: known is kept apart from suspected.

    Confirm or refute only with evidence.  Returns all hypotheses with their ids.
    """
    return kb.incidents.hypothesise(text, status, evidence, hypothesis_id, incident_id)


@_step("{incident_id}/action-items")
def incident_action_item(
    kb: KnowledgeBase,
    text: Annotated[Text, "What is to be done."],
    owner: Annotated[Text, "Who does it."] = "",
    due: Annotated[Text, "By when, as 2026-05-20."] = "",
    done: Annotated[Flag, "True once it is done; the same text changes the item."] = False,
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Add something to do after the incident; items without owner and day are seldom done."""
    return kb.incidents.add_action_item(text, owner, due or None, done=bool(done), incident_id=incident_id)


@_step("{incident_id}/review")
def incident_review(
    kb: KnowledgeBase,
    went_well: Annotated[Words, "What went well: a list."] = (),
    went_wrong: Annotated[Words, "What went wrong: a list; blameless."] = (),
    lessons: Annotated[Words, "What was learned: a list."] = (),
    impact: Annotated[Text, "Who was affected, how, for how long."] = "",
    incident_id: IncidentId = "",
) -> LiveIncident:
    """Add to the review of the incident, for the postmortem."""
    return kb.incidents.review(went_well, went_wrong, lessons, impact, incident_id)


def _update_in_words(update: Update) -> str:
    from kb.text.times import minute

    due = f"\n\nThe next one is due at {minute(update.next_due)}." if update.next_due else ""
    return f"{update.text.rstrip()}{due}"


@writing("POST /incidents/{incident_id}/status-update", words=_update_in_words, by=Role.RESPOND)
def incident_status_update(
    kb: KnowledgeBase,
    style: Annotated[Text, "report (for a page or ticket) or chat (for a channel)."] = "report",
    focus: Annotated[Text, "What is being worked on now."] = "",
    next_steps: Annotated[Words, "What comes next: a list."] = (),
    incident_id: IncidentId = "",
) -> Update:
    """The status update to post now, from what was logged, and when the next one is due."""
    from kb.operations.records import Update

    update = kb.incidents.status_update(style, focus, next_steps, incident_id)
    return Update(text=update.text, next_due=update.next_due, incident_id=update.incident_id)


@reading(
    "GET /incidents/{incident_id}",
    PAGE,
    newest=True,
    more="the postmortem and the session log hold all of it",
)
def incident_show(kb: KnowledgeBase, incident_id: IncidentId = "") -> LiveIncident:
    """An incident with all that was noted: timeline, hypotheses, mitigations, checks, action items."""
    return kb.incidents.get(incident_id)


@reading("GET /incidents/{incident_id}/overview", PAGE, newest=("steps",), more="incident_show has all of it")
def incident_overview(kb: KnowledgeBase, incident_id: IncidentId = "") -> IncidentOverview:
    """An incident for whoever joins it: timeline, what is known, suspected, unchecked and ruled out, changes before it.

    It also tells when the next update is due, the verification checklist, and what was merged into it.
    """
    from kb.incidents.overview import before_it, overview

    incident = kb.incidents.get(incident_id)
    return overview(
        incident,
        kb.changes.between(*before_it(incident)),
        filter(None, map(kb.incidents.find, incident.merged)),
        kb.known.titles({str(entry) for one in incident.timeline if (entry := one.data.get("entry_id"))}),
        kb.incidents.clock(),
    )


@reading("GET /incidents/{incident_id}/similar", PAGE, more="get_entry(entry_id) shows one entry whole")
def incident_similar(kb: KnowledgeBase, incident_id: IncidentId = "", limit: Limit = 5) -> Similar:
    """Past incidents like this one, with why and how they ended, and what else is known that fits.  Keeps no lookup."""
    from kb.incidents.similar import question, similar

    incident = kb.incidents.get(incident_id)
    asked, service = question(incident), next(iter(incident.services), "")
    answer = kb.check_known_issues(
        asked, "", service, incident.environment, 3 * limit, deep=True, record=False
    )
    hits = kb.search(incident.title, ("incident",), limit=2 * limit)
    entries = kb.known.entries_by_id([*(one.id for one in answer.matches), *(one.id for one in hits)])
    return similar(incident, answer, hits, entries, limit)


@reading("GET /incidents/{incident_id}/draft", 2 * PAGE, more="incident_postmortem saves it as a file")
def incident_draft(kb: KnowledgeBase, incident_id: IncidentId = "") -> IncidentDraft:
    """The draft of the postmortem by parts, each statement with the steps that it rests on.  Writes nothing."""
    return kb.incidents.draft(incident_id)


_OpenOnly = Annotated[Flag, "Only those that are still open."]
_Severities = Annotated[Words, "Only these: SEV1 to SEV4, or unknown."]
_OfService = Annotated[Text, "Only those of this service."]


@reading("GET /incidents", more="a smaller limit shows the newest", told=listed)
def incident_list(
    kb: KnowledgeBase,
    open_only: _OpenOnly = False,
    limit: Limit = 20,
    severity: _Severities = (),
    service: _OfService = "",
) -> LiveIncidents:
    """The incidents that were opened here, newest first; past ones from documents: search_incidents."""
    from kb.operations.records import LiveIncidents

    only = _filter(open_only, severity, service)
    found = kb.incidents.passing(only, limit) if only or open_only else kb.incidents.recent(limit)
    return LiveIncidents(incidents=tuple(found))


@reading("GET /incident-counts")
def incident_counts(
    kb: KnowledgeBase, open_only: _OpenOnly = False, severity: _Severities = (), service: _OfService = ""
) -> IncidentCounts:
    """How many incidents pass these filters, and how many would with another severity, service, or closed ones."""
    return kb.incidents.counts(_filter(open_only, severity, service))


def _filter(open_only: bool | None, severity: tuple[str, ...], service: str) -> IncidentFilter:
    from kb.incidents.overview import IncidentFilter

    return IncidentFilter(open_only=bool(open_only), severities=severity, service=service)


def _draft_in_words(draft: PostmortemDraft) -> str:
    saved = f"\n\nSaved as {draft.path}.\n" if draft.path else ""
    return f"{draft.markdown.rstrip()}{saved}"


@writing(
    "POST /incidents/{incident_id}/postmortem",
    2 * PAGE,
    again=True,
    by=Role.RESPOND,
    more="save it and read the file",
    words=_draft_in_words,
)
def incident_postmortem(
    kb: KnowledgeBase,
    save: Annotated[Flag, "Whether to save it as a file of the home, too."] = False,
    incident_id: IncidentId = "",
) -> PostmortemDraft:
    """Draft the postmortem from the timeline: blameless, with action items.  Edit it before you publish it."""
    from kb.operations.records import PostmortemDraft

    text = kb.incidents.postmortem(incident_id)
    path = kb.incidents.save_postmortem("", incident_id) if save else None
    return PostmortemDraft(markdown=text, path=str(path) if path else None)
