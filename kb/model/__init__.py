"""The field's words as frozen values: entries and their kinds, what happened, what is handed out."""

from kb.model.entry import (
    ActionItem,
    Advice,
    Cause,
    CauseStatus,
    Entry,
    Measure,
    Origin,
    Passage,
    Provenance,
    Samples,
    Scope,
    Severity,
    Signature,
    Source,
    Status,
    TimelineEvent,
    Verification,
)
from kb.model.kinds import AlertRule, Document, Incident, KnownError, Pattern, Quirk, Runbook, ToolFix

KINDS: dict[str, type[Entry]] = {
    cls.kind: cls for cls in (Pattern, ToolFix, Runbook, Quirk, Incident, KnownError, AlertRule, Document)
}
"""Every kind of entry by its name."""

__all__ = [
    "KINDS",
    "ActionItem",
    "Advice",
    "AlertRule",
    "Cause",
    "CauseStatus",
    "Document",
    "Entry",
    "Incident",
    "KnownError",
    "Measure",
    "Origin",
    "Passage",
    "Pattern",
    "Provenance",
    "Quirk",
    "Runbook",
    "Samples",
    "Scope",
    "Severity",
    "Signature",
    "Source",
    "Status",
    "TimelineEvent",
    "ToolFix",
    "Verification",
]
