"""The one fact that would make an answer surer that is not sure: what the candidates at hand differ by and nobody said.

Where it happened comes first (service, environment, tool), since a lookup weighs that; then an error code that they are
known by; then the check, where several causes share the symptom and somebody, or their triggers, tell them apart; then
the line of the log for what was told in somebody's own words.  Nothing is asked for that was said, or that all share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kb.lookup.question import Question
from kb.lookup.scoring import RELATED
from kb.lookup.verdict import Judged, learned_by, rivals
from kb.model import Entry, Origin, ToolFix
from kb.model.ledger import EXACT, Match, Verdict
from kb.text.kinds import is_prose
from kb.text.specificity import TOO_GENERAL, error_codes
from kb.text.tokens import one_line

_NAMED, _QUOTED, _MOST = 3, 80, 5
_PLACES: tuple[tuple[str, Callable[[Question], str], Callable[[Entry], Sequence[str]]], ...] = (
    ("service", lambda question: question.service or _told_by_carriers(question), lambda e: e.scope.services),
    ("environment", lambda question: question.environment, lambda e: e.scope.environments),
    ("tool that failed", lambda question: question.tool, lambda e: _tools(e)),
)
"""What a lookup can be told beside the text: its name, what was said of it, and where entries hold."""


def surer(question: Question, shown: Sequence[Judged], matches: Sequence[Match], verdict: Verdict) -> str:
    """What to add to the question, in a sentence; empty where the answer is sure, or nothing would make it surer.

    `matches` are those of `shown` with the checks that tell them apart, where they are several causes; else empty.
    """
    if verdict is Verdict.KNOWN:
        return ""
    own = [one for one in shown if one.entry.provenance.origin is not Origin.STARTER]
    if verdict is Verdict.UNKNOWN:
        return _line_wanted(question, own) or _more_wanted(question)
    close = [one for one in own if one.confidence >= RELATED][:_MOST]
    if not close:
        return _more_wanted(question)
    return (
        next((said for place in _PLACES if (said := _place_wanted(question, close, *place))), "")
        or _code_wanted(question, close)
        or _check_wanted(close, matches)
        or _line_wanted(question, close)
    )


def _check_wanted(close: Sequence[Judged], matches: Sequence[Match]) -> str:
    """The first check of several causes of the symptom; `matches` is empty where there are not several."""
    rival = set(rivals(close))
    found = next((n for n, match in enumerate(matches) if match.id in rival and match.check), None)
    if found is None:
        return ""
    which = f"number {found + 1}" if found else "the first"
    check = one_line(matches[found].check, 2 * _QUOTED)
    return f"to be surer, check what tells {which} from the others: {check}"


def _place_wanted(
    question: Question,
    close: Sequence[Judged],
    name: str,
    said: Callable[[Question], str],
    of: Callable[[Entry], Sequence[str]],
) -> str:
    """The place by which the candidates differ, or which speaks for the only one or against it."""
    places = [tuple(of(one.entry)) for one in close]
    names = list(dict.fromkeys(place for group in places for place in group[:_NAMED]))
    text = question.said.casefold()
    if said(question) or not places[0] or any(place.casefold() in text for place in names):
        return ""
    if len(close) == 1:
        return f"to be surer, say the {name}: this was seen with {_listed(names, 'and')}"
    others = {place.casefold() for group in places[1:] for place in group}
    if others & {place.casefold() for place in places[0]} or not all(places):
        return ""
    return f"to be surer, say the {name}: {_listed(names, 'or')} would tell which of these it is"


def _told_by_carriers(question: Question) -> str:
    return next(
        (said for name in ("service", "unit", "container") if (said := question.seen.get(name, ""))), ""
    )


def _tools(entry: Entry) -> Sequence[str]:
    return (*entry.scope.tools, *([entry.tool_name] if isinstance(entry, ToolFix) else []))


def _code_wanted(question: Question, close: Sequence[Judged]) -> str:
    """The codes that the candidates are known by, where the text has none and no two have the same."""
    if error_codes(question.written or question.said):
        return ""
    codes = [error_codes(learned_by(one.entry) or one.entry.headline) for one in close]
    told = [code for found in codes for code in found[:1]]
    if not codes[0] or len(set(told)) < len(told):
        return ""
    if len(close) == 1:
        return f"to be surer, add the error code or the line of the log that has it: here it was {told[0]}"
    return f"to be surer, add the error code or the line of the log that has it: {_listed(told, 'or')}, as in these"


def _line_wanted(question: Question, candidates: Sequence[Judged]) -> str:
    """The line of the log, where somebody tells in their own words what was learned by such a line."""
    told = question.is_prose and candidates and candidates[0].found.tier not in EXACT
    pattern = learned_by(candidates[0].entry) if told else ""
    if not pattern or is_prose(pattern):
        return ""
    first = next(line for line in pattern.splitlines() if line.strip())
    return (
        "to be surer, add the line of the log or the message itself, as the program wrote it: the nearest entry was "
        f"learned by `{one_line(first, _QUOTED)}`"
    )


def _more_wanted(question: Question) -> str:
    """A line that tells more, where the text itself is too general for any answer."""
    if question.specificity >= TOO_GENERAL:
        return ""
    return "to be surer, add the line of the log with the error itself: these words alone are in a hundred faults"


def _listed(names: Sequence[str], word: str) -> str:
    """`a, b or c`; what is left out is counted."""
    shown, more = list(names[:_NAMED]), len(names) - _NAMED
    if more > 0:
        shown.append(f"{more} more")
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}" if len(shown) > 1 else shown[0]
