"""One symptom, several causes: which matches are alternatives, and the check that separates them.

A check that somebody wrote always stands.  Where none was, the *trigger* that a cause speaks of
(traffic, a deployment, an expired certificate, …) gives the question that an engineer would ask
first; it is offered only when it really separates, that is, when the others speak of another one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.records.ledger import Match
from kb.text.tokens import tokenize

SAME_CAUSE = 0.5
"""Causes that share more than this of their words (Jaccard) are one cause."""

_KINDS_WITH_CAUSES = ("pattern", "tool_fix", "incident", "known_error", "quirk")
"""A runbook covers a symptom whatever its cause; it is no alternative to one."""

TRIGGERS: tuple[tuple[str, str, str], ...] = (
    ("deployment", r"deploy|release|roll-?out|new (?:feature|version|code)|regression|upgrad|merg|leak|defer "
                   r"|unclosed",
     "Did a deployment or upgrade go out shortly before it began?"),
    ("traffic", r"traffic|peak|spike in (?:load|requests)|load\b|surge|burst|demand|undersized|sized for|capacity"
                r"|too small",
     "Did traffic or load rise just before it began?"),
    ("configuration", r"config|setting|flag|parameter|typo|limit ?range|permission|policy|rule\b",
     "Was a configuration, flag or policy changed shortly before?"),
    ("expiry", r"expir|renew|certificate|token|credential|rotat",
     "Has a certificate, token or licence expired or been rotated?"),
    ("dependency", r"upstream|provider|vendor|third[- ]party|dependency|aws|gcp|azure|cloud",
     "Is a dependency or the cloud provider reporting an outage?"),
    ("network", r"vpn|dns|network|firewall|rout(?:e|ing)|partition|packet",
     "Do names resolve and does a plain connection to the target get through?"),
    ("storage", r"disk|volume|storage|space left|inode|i/?o\b",
     "Is a disk or volume full, slow or missing?"),
    ("hardware", r"hardware|node (?:failed|down)|host (?:failed|down)|memory module|raid",
     "Did a single node or host fail, with the others healthy?"),
)  # fmt: skip
"""Kinds of trigger: name, the words that speak of it, the question that tells it."""


def mark_alternatives(matches: Sequence[Match], symptom: Sequence[str]) -> tuple[tuple[Match, ...], bool]:
    """The matches, those that share the symptom with their checks; and whether there are several causes.

    `symptom` holds the ids of the matches that the question points to about equally well.
    """
    rivals = _distinct([m for m in matches if m.id in symptom and m.meaning and m.kind in _KINDS_WITH_CAUSES])
    if len(rivals) < 2:
        return tuple(matches), False
    checks = separating_checks(rivals)
    return tuple(replace(match, check=checks.get(match.id, match.check)) for match in matches), True


def separating_checks(rivals: Sequence[Match]) -> dict[str, str]:
    """The check of each rival by its id; a rival whose trigger is not its own has none."""
    triggers = {match.id: trigger_of(match) for match in rivals}
    named = [trigger for trigger in triggers.values() if trigger]
    checks = {}
    for match in rivals:
        trigger = triggers[match.id]
        if match.check:
            checks[match.id] = match.check
        elif trigger and named.count(trigger) == 1:
            checks[match.id] = next(question for name, _, question in TRIGGERS if name == trigger)
    return checks


def trigger_of(match: Match) -> str:
    """The trigger that the cause mentions most; of equals the first of `TRIGGERS`; empty for none."""
    return trigger_of_text(match.meaning)


def trigger_of_text(cause: str) -> str:
    """The same for any text that tells a cause."""
    counts = [(len(re.findall(words, cause, re.IGNORECASE)), name) for name, words, _ in TRIGGERS]
    most = max(count for count, _ in counts)
    return next(name for count, name in counts if count == most) if most else ""


def _distinct(matches: Sequence[Match]) -> list[Match]:
    """One match for each cause, the best of each first."""
    kept: list[tuple[set[str], Match]] = []
    for match in matches:
        words = set(tokenize(match.meaning))
        if all(_overlap(words, other) <= SAME_CAUSE for other, _ in kept):
            kept.append((words, match))
    return [match for _, match in kept]


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0
