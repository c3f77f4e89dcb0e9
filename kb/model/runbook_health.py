"""How alert rules and runbooks fit together, in numbers: what `kb.review.runbooks` counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleToMend:
    """An alert rule that leads to no runbook that helps."""

    entry_id: str
    name: str
    runbook_url: str
    """As the rule has it; empty where it has none."""
    runbook_id: str
    """The runbook that it leads to; empty where the home has none."""
    path: str
    """The file of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookToMend:
    """A runbook that somebody should look at."""

    entry_id: str
    name: str
    path: str
    """Its file."""
    reason: str = ""
    """Why, where the list that it stands in does not say it all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookHealth:
    """The alert rules and runbooks of one home, held against each other.

    Each rule stands in one of `without`, `missing`, `unwritten`, or is among those that are `covered`; a runbook may
    stand in several lists.
    """

    rules: int
    runbooks: int
    covered: int
    """Rules that lead to a runbook that is written."""
    without: tuple[RuleToMend, ...] = ()
    """Rules that name no runbook, and after which none is named."""
    missing: tuple[RuleToMend, ...] = ()
    """Rules that name a runbook which the home does not have."""
    unwritten: tuple[RuleToMend, ...] = ()
    """Rules whose runbook only promises to be written, or at least what to do."""
    unpointed: tuple[RunbookToMend, ...] = ()
    """Runbooks that no rule leads to; none where the home has no rules."""
    unowned: tuple[RunbookToMend, ...] = ()
    """Runbooks whose text names nobody who answers for them."""
    stale: tuple[RunbookToMend, ...] = ()
    """Runbooks that were neither verified nor changed for half a year, or that failed since."""
