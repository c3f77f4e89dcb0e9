"""What the page calls things: verdicts, results, statuses, kinds, tiers, fields; one place, so that all pages agree."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import quote

from kb.model.entry import Status
from kb.model.incident import Phase
from kb.model.ledger import Match, Result, Standing, Tier, Verdict
from kb.model.overview import RunbookState
from kb.store.ids.short_ids import is_lived
from kb.text.times import in_utc

VERDICTS = {
    Verdict.KNOWN: ("Known", "This was seen before."),
    Verdict.RELATED: ("Related", "Nothing fits surely. What follows is close: verify it first."),
    Verdict.UNKNOWN: ("Not known", "No entry matches this."),
}
"""The verdict, and what it means."""

RESULTS = {
    Result.APPLIED: "being tried",
    Result.RESOLVED: "it worked",
    Result.FAILED: "it did not work",
    Result.NOT_APPLIED: "not this one",
    Result.MADE_WORSE: "it made things worse",
    Result.RECURRED: "it came back",
}

STATUSES = {
    Status.ACTIVE: "active",
    Status.CANDIDATE: "not verified yet",
    Status.RETIRED: "retired, no longer offered",
    Status.QUARANTINED: "quarantined, never offered",
}

KINDS = {
    "incident": "Incident",
    "known_error": "Known error",
    "alert_rule": "Alert rule",
    "document": "Document",
    "pattern": "Pattern",
    "tool_fix": "Tool fix",
    "runbook": "Runbook",
    "quirk": "Quirk",
}

TIERS = {
    Tier.FINGERPRINT: "by the very same line",
    Tier.SIGNATURE: "by its signature in the text",
    Tier.TRACE: "by the same stack trace",
    Tier.LEXICAL: "by its words",
    Tier.SEMANTIC: "by its meaning",
}

PARTS = {
    "warning": "Warning",
    "cause": "Cause",
    "root_cause": "Cause",
    "causes": "Causes",
    "meaning": "What it means",
    "when": "When",
    "symptom": "Symptom",
    "summary": "Summary",
    "description": "What happens",
    "impact": "Impact",
    "fix": "Fix",
    "workaround": "Workaround",
    "mitigation": "What stopped it",
    "resolution": "What removed the cause",
    "done": "What was done, as the report tells it (unverified)",
    "steps": "Steps",
    "commands": "Commands",
    "check": "How to tell it apart",
    "prevention": "So that it cannot come back",
    "expr": "Expression",
    "runbook_url": "Runbook",
    "timeline": "Timeline",
    "action_items": "To do",
    "lessons": "Lessons",
    "went_well": "What went well",
    "went_wrong": "What went wrong",
}
"""The fields of an entry that have a part of its page, in the order of the page."""

FACTS = {
    "severity": "Severity",
    "severity_label": "As written",
    "date": "Day",
    "started": "Began",
    "detected": "Noticed",
    "acknowledged": "Acknowledged",
    "mitigated": "Stopped",
    "resolved": "Resolved",
    "category": "Category",
    "group": "Group",
    "expires": "Expires",
}
"""The fields of an entry that are a word or two."""

_UNTOLD = {"id", "status", "scope", "provenance", "samples", "signatures", "extra", "body", "verified"}
_TITLES = {"title", "name", "pattern", "error_pattern", "tool_name", "service"}


def kind(name: str) -> str:
    """What people call a kind."""
    return KINDS.get(name) or named(name)


def named(field: str) -> str:
    """`root_cause` as `Root cause`."""
    said = field.replace("_", " ").strip()
    return f"{said[:1].upper()}{said[1:]}"


def others(entry: dict[str, object]) -> list[str]:
    """The fields of an entry that have no place of their own on its page: shown below their own names."""
    return [name for name in entry if name not in {*PARTS, *FACTS, *_UNTOLD, *_TITLES}]


def meaning(kind: str) -> str:
    """What a kind of entry tells first: why it fails, or when it applies."""
    told = {"runbook": "When", "document": "What it says", "alert_rule": "What it means"}
    return told.get(kind, "Cause")


def fix(kind: str) -> str:
    """What a kind of entry advises."""
    return {"runbook": "Steps", "incident": "What ended it", "quirk": "Workaround"}.get(kind, "What fixes it")


def many(count: int, one: str, several: str = "") -> str:
    """`1 entry`, `12 entries`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def standing(match: Match) -> str:
    """How far its record goes, in a word or two."""
    match match.standing:
        case Standing.ESTABLISHED:
            return "proven"
        case Standing.FAILING:
            return "failing"
    if match.trust.resolved and match.trust.failed:
        return "mixed record"
    return "not verified yet" if match.status is Status.CANDIDATE else "not tried yet"


PAGES = {
    "check": ("Ask", "/"),
    "search": ("Search", "/search"),
    "incident list": ("Incidents", "/incidents"),
    "proposals": ("Inbox", "/inbox"),
    "doctor": ("Health", "/health"),
}
"""The page that shows what a command of that name prints: refusals are worded for terminals, too."""

PHASES = {
    Phase.INVESTIGATING: ("Investigating", "bad"),
    Phase.MITIGATING: ("Mitigating", "warn"),
    Phase.RESOLVED: ("Resolved, not verified yet", "warn"),
    Phase.VERIFIED: ("Resolved and verified", "good"),
    Phase.CLOSED: ("Closed", ""),
    Phase.MERGED: ("Merged into another one", ""),
}
"""How far an incident is, and how loud that is said."""

DURATIONS = {
    "so_far": "So far",
    "to_acknowledge": "Until somebody was on it",
    "to_mitigate": "Until it was stopped",
    "to_resolve": "Until it was over",
}

TAKEN = {
    "acknowledge": "You are on it.",
    "severity": "The severity is noted.",
    "cause": "The cause is noted.",
    "mitigation": "What was tried is noted.",
    "resolution": "It is resolved. Now check that it holds, below.",
    "checks": "What you checked is noted.",
    "close": "It is closed. The draft of the postmortem is one click away.",
    "reopen": "It is open again.",
    "to-do": "What is to do is noted.",
    "review": "The review is noted.",
    "line": "The line is in the timeline.",
    "update": "The update is below, to copy and post.",
    "merge": "The two are one incident now.",
    "split": "This is the incident that was split off.",
}
"""What is said after a step of an incident."""

RUNBOOKS = {
    RunbookState.WRITTEN: ("runbook", "good"),
    RunbookState.UNWRITTEN: ("runbook not written yet", "warn"),
    RunbookState.MISSING: ("runbook not in the home", "bad"),
    RunbookState.NONE: ("no runbook", "bad"),
}


def severity_tone(severity: object) -> str:
    """How loud a severity is said."""
    return {"SEV1": "bad", "SEV2": "bad", "SEV3": "warn"}.get(str(severity), "")


def incident_page(incident_id: str) -> str:
    """The address of an incident: of one that was lived here, or of the entry that a postmortem is."""
    noun = "incidents" if is_lived(incident_id) else "entries"
    return f"/{noun}/{quote(incident_id, safe='')}"


def age(since: date, until: datetime) -> str:
    """How long something waits at a moment: `today`, `1 day`, `3 weeks`."""
    day = in_utc(since).date() if isinstance(since, datetime) else since
    days = (in_utc(until).date() - day).days
    if days < 1:
        return "since today"
    if days < 21:
        return f"for {many(days, 'day')}"
    return f"for {many(days // 7, 'week')}" if days < 120 else f"for {many(days // 30, 'month')}"


def without_id(text: str, entry_id: str) -> str:
    """A line without the id in brackets that its link leads to anyway."""
    return text.replace(f" ({entry_id})", "") if entry_id else text


def diff_line(line: str) -> str:
    """What a line of a diff is: `added`, `removed`, `where`, or nothing of these."""
    if line.startswith(("+++", "---", "@@")):
        return "where"
    return "added" if line.startswith("+") else "removed" if line.startswith("-") else ""


PROPOSALS = {
    "pattern": "New pattern",
    "runbook": "New runbook",
    "retirement": "Retire",
    "merge": "Merge",
    "verification": "Verify",
}
"""What accepting a proposal does."""

DEEDS = {
    "outcome": "Outcome",
    "status": "Status",
    "proposal": "Proposal",
    "incident": "Incident",
    "log": "Log",
    "edit": "Edit",
    "change": "Change",
    "ingest": "Ingest",
    "review": "Review",
    "lesson": "Lesson",
    "lookup": "Lookup",
}
"""The sorts of what people and programs did."""
