"""What a tier found: a candidate, why, and how telling that is; and whether it holds where the question was asked.

Tiers judge nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kb.expression import expression
from kb.lookup.question import Question
from kb.model import Entry, ToolFix
from kb.model.ledger import Evidence, Tier
from kb.text.environments import same_environment

_INSTANCE = expression(r"[-_]\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate: which tier found it, why in words, and how telling that is (0 to 1)."""

    entry_id: str
    tier: Tier
    reason: str
    evidence: Evidence | None
    strength: float
    fit: float = 1.0
    """How much of what was learned stands there: 1 where all of it does, or enough."""
    whole: bool = False
    """The evidence line says little beyond what was found."""
    hearsay: str = ""
    """Why it cannot settle the question by itself, where it rests on words that were only asked."""
    crash: str = ""
    """The crash of a kernel that the question and what was learned tell of, both."""
    own: Found | None = None
    """What the entry's own texts say, where this rests on words that it was asked in."""
    taught: float = 0.0
    """How telling the most telling line is that led to this entry, and hardly to another, when it was asked before."""
    captures: dict[str, str] = field(default_factory=dict)
    features: dict[str, float] = field(default_factory=dict)
    agreed: float = 0.0
    """How far the question and what names the candidate say the same (`kb.lookup.rarity`), 0 to 1; of a trace, the
    share of its lines that stand there."""
    covered: float = 0.0
    """Of what names the candidate (of a pattern, the text that was learned), the share that the question has."""
    differs: str = ""
    """Why it is rather a sibling of what was asked, in words (`kb.lookup.siblings`)."""
    named: dict[str, float] = field(default_factory=dict)
    """Words of the question that its title names, each with its share of the question's weight."""


OnFound = Callable[[Found], None]
"""Told of an entry at the moment that its signature was found."""


def scope_agreement(question: Question, entry: Entry) -> tuple[float, list[str]]:
    """-1 for a conflict, 0 for nothing to compare, up to 1 for agreement; with the reasons."""
    tools = (*entry.scope.tools, *([entry.tool_name] if isinstance(entry, ToolFix) else []))
    asked = (
        ("tool", question.tool, tools),
        ("service", question.service, entry.scope.services),
        ("environment", question.environment, entry.scope.environments),
    )
    agree, reasons = 0, list[str]()
    for what, given, allowed in asked:
        if not given or not allowed:
            continue
        if any(
            same_name(given, name) or (what == "environment" and same_environment(given, name))
            for name in allowed
        ):
            agree += 1
            reasons.append(f"same {what} ({given})")
        else:
            return -1.0, [f"but it was seen with {what} {', '.join(allowed)}, not {given}"]
    if not question.service and (named := _named_by_the_log(question, entry)):
        agree += 1
        reasons.append(f"same service ({named}, as the log says)")
    return min(1.0, float(agree)), reasons


def is_same_service(question: Question, entry: Entry) -> bool:
    """Whether the service counts in favour of the entry, as `scope_agreement` says in words."""
    asked = any(same_name(question.service, name) for name in entry.scope.services)
    named = not question.service and bool(_named_by_the_log(question, entry))
    return (asked or named) and scope_agreement(question, entry)[0] > 0


def _named_by_the_log(question: Question, entry: Entry) -> str:
    """The service of the entry that the log names; what it names beside is no conflict, since it may name the host."""
    if not entry.scope.services:
        return ""
    said = (question.seen.get(name, "").removesuffix(".service") for name in ("service", "unit", "container"))
    named = [name for one in said if one for name in (one, _INSTANCE.sub("", one))]
    return next((name for name in named for service in entry.scope.services if same_name(name, service)), "")


def same_name(one: str, other: str) -> bool:
    """Whether two names of a service, a tool or an environment are one, whatever their case and dashes."""
    return bool(one) and one.casefold().replace("-", "_") == other.casefold().replace("-", "_")
