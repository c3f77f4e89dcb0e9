"""Methods of a knowledge base by the names of earlier versions; all of them go on working."""

from __future__ import annotations

import warnings
from operator import attrgetter
from typing import Any

FORMER = {
    "check": "upkeep.doctor",
    "model": "encoder.name",
    "repair": "upkeep.repair",
    "problems": "upkeep.problems",
    "backup": "upkeep.backup",
    "restore": "upkeep.restore",
    "sweep": "upkeep.sweep",
    "redact": "upkeep.redact",
    "look_after": "upkeep.look_after",
    "prepare_model": "upkeep.prepare_model",
    "model_ready": "upkeep.model_ready",
    "investigate_alert": "triage.investigate_alert",
    "debug_prod": "triage.debug_prod",
    "weekly_summary": "reviews.summary",
    "publish_review": "reviews.publish",
    "review_notes": "reviews.notes",
    "weekly_narrative": "reviews.narrative",
    "set_status": "moves.set_status",
    "undo_move": "moves.undo",
    "moves_of": "moves.of",
    "retire_expired": "moves.retire_expired",
    "places": "known.places",
    "rehearse": "editing.rehearse",
}
"""What stands behind each name now, from the knowledge base on."""
_CHECK = (
    "KnowledgeBase.check() is the health of the home: use upkeep.doctor(); "
    "the question to the base is check_known_issues()"
)


def former(base: object, name: str) -> Any:
    """The method that had this name.  Raises AttributeError where none had; `check` warns: it means two things."""
    if name not in FORMER:
        raise AttributeError(f"{type(base).__name__!r} object has no attribute {name!r}")
    if name == "check":
        warnings.warn(_CHECK, DeprecationWarning, stacklevel=3)
    return attrgetter(FORMER[name])(base)
