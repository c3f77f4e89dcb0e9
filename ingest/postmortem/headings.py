"""What part of an incident report stands under a heading, from the many ways people word headings.

Numbers, emoji, brackets and colons around the words do not matter.  A heading whose words say
nothing about its part has no part (None).
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from ingest.postmortem.headings_abroad import WORDINGS as ABROAD
from kb.expression import expression


class ReportPart(StrEnum):
    """A part of an incident report that a heading or label can announce."""

    SUMMARY = "summary"
    IMPACT = "impact"
    DETECTION = "detection"
    INVESTIGATION = "investigation"
    TIMELINE = "timeline"
    CAUSE = "cause"
    FINDING = "finding"
    ANALYSIS = "analysis"
    MITIGATION = "mitigation"
    RESOLUTION = "resolution"
    RESULT = "result"
    PREVENTION = "prevention"
    ACTIONS = "actions"
    STEPS = "steps"
    LESSONS = "lessons"
    WENT_WELL = "went well"
    WENT_WRONG = "went wrong"
    LUCK = "luck"
    CHECK = "check"
    TRIED = "tried"
    OTHER = "other"


_WORDINGS: tuple[tuple[ReportPart, str], ...] = (
    (ReportPart.LESSONS, r"^lessons|opportunit"),
    (
        ReportPart.CHECK,
        r"^checks?$|how to (?:tell|distinguish|recogni[sz]e|confirm)\b|^(?:to )?tell(?:ing)? (?:it|them) apart"
        r"|distinguish(?:ing)?\b|separating check",
    ),
    (ReportPart.OTHER, r"^(?:deferred|pending|outstanding) (?:recovery|work|resolution)"),
    (ReportPart.TRIED, r"^(?:what was )?tried without success$|^(?:what )?did not help$"),
    (
        ReportPart.WENT_WRONG,
        r"(?:what|things|where)\b.{0,20}\b(?:wrong|poorly|badly|bad|wasn.?t|improved?|better|did ?n.?t)\b"
        r"|(?:what|things) (?:did|didn.?t|did not) (?:not )?(?:go|work) ?(?:so|as|very)? ?(?:well"
        r"|good|planned)?$"
        r"|areas? for improvement|could have gone better|challenges|schlecht|was lief nicht|^what failed$"
        r"|^what (?:i|we) (?:was|were|got) wrong",
    ),
    (
        ReportPart.WENT_WELL,
        r"(?:what|things|where)\b.{0,20}\b(?:well|right|good|worked|helped|held)\b|successes|gut gelaufen"
        r"|was lief gut",
    ),
    (ReportPart.LUCK, r"\bluck(?:y)?\b|could have been worse"),
    (
        ReportPart.TIMELINE,
        r"time ?-?line|chronology|sequence of events|event log|chronological|(?:incident|running) log"
        r"|zeitleiste|zeitlicher"
        r"|chronologie|zeitverlauf|^updates?$|^history$|^key events",
    ),
    (ReportPart.OTHER, r"^(?:prior|previous|existing|earlier|current) (?:mitigation|measure|fix)"),
    (
        ReportPart.PREVENTION,
        r"^(?:new|future|proposed|possible|potential|planned|further|additional|recommended|suggested)"
        r" (?:mitigation|workaround|fix|solution|measure)"
        r"|prevent(?:ion|ive|ative|ing)?\b|avoid(?:ing)? (?:this|recurrence)|long.?term (?:fix"
        r"|solution)|safeguards|measures? (?:against|to prevent)",
    ),
    (
        ReportPart.ACTIONS,
        r"action ?items?|actions? (?:plan|points?|taken next)|(?:corrective|review|follow.?up|resulting"
        r"|remedial|remaining"
        r"|future|required|planned|recommended) (?:actions?|work|steps|items|measures|tasks)"
        r"|follow.?ups?\b|next steps|\bto.?dos?\b|remediation (?:items|and follow)|improvements"
        r"|recommendations"
        r"|maßnahmen|aufgaben|was (?:ändern|tun|machen) wir|what (?:are we|we are|we.?re|will we"
        r"|we will) (?:doing|do|going|chang|improv)|what (?:do )?we (?:plan|intend|want) to"
        r"|changes? we(?:.re| are)"
        r"|^tasks?(?: list)?$|^actions?$|backlog|tickets",
    ),
    (ReportPart.STEPS, r"^(?:immediate|initial|mitigation|recovery)? ?(?:actions?|steps)(?: taken)?$"),
    (
        ReportPart.CAUSE,
        r"\b(?:root|direct|immediate|probable|possible|likely|suspected|proximate|underlying|primary) ?causes?\b"
        r"|^causes?\b"
        r"|contributing|\brca\b(?! (?:team|authors?|owner|lead|date|status|by|link|document))|trigger"
        r"|warum ist (?:es|das) passiert"
        r"|working theory|(?:analysis|explanation) of (?:the )?causes?|(?:five|5) whys?"
        r"|underlying (?:issue|problem)"
        r"|how (?:did |could )?(?:it|this|that) happen"
        r"|why (?:did |has |does )?(?:it|this|that|we|they|things|the \w+) (?:happen|fail|br[eo]a?ke?"
        r"|crash|stop|go (?:down|wrong))|ursache|grundursache|\bfaults?$|cause of|reasons? for",
    ),
    (ReportPart.FINDING, r"^(?:key )?findings?\b|diagnosis"),
    (
        ReportPart.RESOLUTION,
        r"resol(?:ution|ved?|ving)\b|recover(?:y|ed)|how (?:did )?(?:we|it was|was it|they|i) (?:fix|solv|resolv"
        r"|recover)|remediation|^(?:the |permanent |actual )?fix(?:es)?(?: applied)?$"
        r"|\bof (?:the|our) (?:fix|repair)$|^(?:the |our )?solution|^solving\b|^repair(?:ing)?\b|^what (?:was"
        r"|has been|have we|we|i)(?: already)? (?:done|did)$"
        r"|behebung|lösung|restor(?:ation|ing)",
    ),
    (
        ReportPart.MITIGATION,
        r"mitigat(?:ion|ed?|ing)|^(?:short|quick|immediate|temporary|hot|interim)[- ]?(?:term )?(?:fix"
        r"|solution|remedy)|workaround|containment|stabili[sz]|sofortmaßnahme",
    ),
    (ReportPart.RESULT, r"^(?:results?|outcome)$"),
    (
        ReportPart.LESSONS,
        r"lessons?|learn(?:ed|t|ings?)\b|take.?aways|reflections?|retrospective|conclusions?|lehren",
    ),
    (
        ReportPart.IMPACT,
        r"impact|(?:who|what|users?|customers?|services?) (?:was|were|is|are)? ?affected"
        r"|blast radius|auswirkung|damage|scope",
    ),
    (
        ReportPart.DETECTION,
        r"detect(?:ion|ed)|how (?:did|was|were).{0,20}(?:notice|discover|find|learn)|alerting"
        r"|erkennung|triage",
    ),
    (
        ReportPart.SUMMARY,
        r"summary|overview|tl;?dr|abstract|synopsis|zusammenfassung|what happen(?:s|ed)|was ist passiert"
        r"|description|in brief|symptoms?|background|context|^the (?:incident|outage|problem|issue"
        r"|error)|hintergrund|problem statement",
    ),
    (ReportPart.INVESTIGATION, r"investigat(?:ion|ing)|response|escalation"),
    (ReportPart.ANALYSIS, r"analysis|technical|deep dive|details|in depth|explanation|theory"),
    (
        ReportPart.OTHER,
        r"^(?:skills?|agents?|tools?) (?:loaded|used)|loads$|^output$|attend|stats$|statistics"
        r"|appendix|supporting|references|^links$|glossary|participants|authors?|profile|related"
        r"|q&a|^faq|metrics$|^data$",
    ),
)
_COMPILED = tuple((part, expression(words, re.I)) for part, words in _WORDINGS)
_ABROAD = tuple((ReportPart(name), expression(words, re.I)) for name, words in ABROAD)
_IS_ABROAD = expression("|".join(words for _, words in ABROAD), re.I)
_MEASURED = expression(
    r"\b(?:start|end|detect\w*|resol\w+|mitigat\w+|recover\w*|acknowledge\w*|impact) (?:start "
    r"|end )?(?:time|date|duration)s?$"
    r"|^time to \w+$|^(?:total )?duration\b|^(?:mttr|mttd|mtta)\b",
    re.I,
)
"""Labels of a time or a length of time: facts, and no parts."""
_EDGE = expression(r"^(?:[\W_]+|(?:phase|step|part|section|\d+(?:\.\d+)*)\b[\s.:)]*)+|[\W_]+$", re.I)
_ASIDE = expression(r"\s*[(\[（][^)\]）]*[)\]）]\s*")
_AHEAD = (ReportPart.PREVENTION, ReportPart.ACTIONS)
_IN_A_ROW = expression(r"\s*(?:,|/|&|\+|\band\b)\s*")
_ACTIONS_ASIDE = expression(r"\((?:action ?items?|actions|follow-?ups?|to-?dos?|tasks)\)", re.I)
"""`Remediation (action items)`: what stands in brackets says what the list below is."""


@lru_cache(maxsize=4096)
def part_of(heading: str) -> ReportPart | None:
    """The part of a report that a heading announces."""
    words = bare_heading(heading)
    if not words or len(words) > 90:
        return None
    if _ACTIONS_ASIDE.search(heading):
        return ReportPart.ACTIONS
    if _MEASURED.search(words):
        return ReportPart.OTHER
    if re.match(r"summary of (?:skills|agents|changes)|\w+ used summary", words, re.I):
        return ReportPart.OTHER
    part = next((part for part, wording in _COMPILED if wording.search(words)), None)
    if part in _AHEAD and any(part_of(one) is ReportPart.CAUSE for one in _pieces(words)):
        return ReportPart.ANALYSIS
    if part is None and _IS_ABROAD.search(words):
        return next(part for part, wording in _ABROAD if wording.search(words))
    return part


def _pieces(words: str) -> list[str]:
    """The parts that a heading names in a row (`response, cause, prevention`); none where it names one."""
    pieces = _IN_A_ROW.split(words)
    return pieces if len(pieces) > 1 else []


def bare_heading(heading: str) -> str:
    """A heading's words in lower case, without number, emoji, bracketed remarks and closing colon."""
    words = _ASIDE.sub(" ", heading.replace("’", "'")) if not heading.startswith("[") else heading
    return _EDGE.sub("", words).strip().lower()
