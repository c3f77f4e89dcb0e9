"""Another reason in the place of the one that was learned: messages of several lines begin alike and end otherwise.

A client says that a request failed, a build that a step did, and the reason stands in a line of its own, which need not
be marked as one.  So two texts are of different faults where each has an alarming line that the other has nothing like:
one that was learned and is missing, and one that stands there instead.  What only explains (a statement, a hint, where
it happened) alarms nobody, and may be another one each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from kb.expression import expression
from kb.text.carriers import bare
from kb.text.crashes.forms import Role
from kb.text.crashes.table import form_of
from kb.text.evidence.alarm import alarm, is_aftermath, reasons
from kb.text.masking import mask
from kb.text.masking_rules import PLACEHOLDER
from kb.text.signatures.templates import LONGEST, template_of
from kb.text.specificity import text_specificity
from kb.text.tokens import STOP_WORDS

INSTEAD = "but it gives another reason than what was learned"
_GRAVE = 3.0
"""The grade of a line from which it is a reason."""
_TELLS = 0.25
"""What a line must tell to be a reason: `errors were encountered` is said of any."""
_ALIKE = 0.5
"""Of the words of both lines, the share from which they say the same."""
_BESIDE = 8
"""Lines beside those of a trace that may belong to it, at the most."""
_MOST = 40
"""Lines between those of a trace that are looked at."""
_WORD = expression(r"[A-Za-z_]{2,}")
_LABEL = expression(
    r"(?i)\W{0,8}(?:message|msg|reason|cause|caused by|why|details?|description|comment|diagnos\w{1,8}|stderr|status"
    r"|code|result|error(?:[ _-]?(?:message|type|code|text))?)[\"']?\s{0,24}[:=]+\s*(?=\S)"
)
"""Before a reason, whatever its words are (`MESSAGE : LEDGER PERIOD IS CLOSED`)."""
_VALUES = expression(r"\((?:[^(),]{0,200},){2,}[^()]{0,200}\)")
"""The values of a row, which are others each time."""


def differ(learned: Iterable[str], asked: Iterable[str]) -> bool:
    """Whether each of two texts gives a reason that the other has nothing like."""
    one, other = list(learned), list(asked)
    return any(_is_strange(line, other) for line in _reasons(one)) and any(
        _is_strange(line, one) for line in _reasons(other)
    )


def missing_among(learned: Iterable[str], lines: Collection[str]) -> list[str]:
    """Those of some learned lines that say what, and that no other line is like."""
    return [line for line in learned if not _is_of_any_crash(line) and _is_strange(line, lines)]


def stands_instead(lines: Iterable[str], learned: Collection[str]) -> bool:
    """Whether one of the lines around a trace is a reason that was never learned."""
    return any(_is_strange(line, learned) for line in _reasons(lines))


def around(text: str, places: Sequence[tuple[int, int]], missing: int) -> list[str]:
    """The lines between the places of a trace and beside them, as many there as are `missing` of it.

    A line that has a time of its own is another message of the log.
    """
    taken = {number for start, end in places for number in _lines_of(text, start, end)}
    at, last, beside = min(taken), max(taken), min(missing, _BESIDE)
    found = [*_until_other(text, at, -1, beside), *_until_other(text, last, 1, beside)]
    for _ in range(_MOST):
        if not 0 <= at < last:
            break
        if at not in taken and not _is_message(line := _line(text, at)):
            found.append(line)
        at = _next(text, at)
    return found


def is_reason(line: str) -> bool:
    """Whether a line alarms, or is labelled as what went wrong."""
    return alarm(line) >= _GRAVE or _LABEL.match(line) is not None


def _reasons(lines: Iterable[str]) -> Iterator[str]:
    """Those of some lines that say why; a learned line may be a template already."""
    for line in lines:
        line = line[:LONGEST]
        if is_reason(line) and not _is_of_any_crash(line) and not is_aftermath(line) and _tells(line):
            yield line


def _tells(line: str) -> bool:
    return text_specificity(template_of(line).replace(PLACEHOLDER, " ")) >= _TELLS


def _is_of_any_crash(line: str) -> bool:
    found = form_of(line, within=True)
    return found is not None and found[1].role in (Role.FRAME, Role.GENERIC)


def _is_strange(line: str, others: Collection[str]) -> bool:
    """Whether none of the others says the same: in about the same words, with no other reason of the system."""
    words, why = _words(line), _whys(line)
    return not any(
        _share(words, _words(one)) >= _ALIKE and not (why and (whys := _whys(one)) and why != whys)
        for one in others
    )


def _share(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _words(line: str) -> set[str]:
    """The words that tell, without the label before them and the values of a row."""
    label = _LABEL.match(line)
    said = mask(_VALUES.sub(" ", line[label.end() if label else 0 :])).replace(PLACEHOLDER, " ")
    return {word.casefold() for word in _WORD.findall(said)} - STOP_WORDS


def _whys(line: str) -> set[str]:
    return {reason.casefold() for _, reason in reasons(line)}


def _until_other(text: str, at: int, way: int, most: int) -> Iterator[str]:
    for _ in range(most):
        at = _next(text, at) if way > 0 else _before(text, at)
        if at < 0 or _is_message(line := _line(text, at)):
            return
        yield line


def _lines_of(text: str, start: int, end: int) -> Iterator[int]:
    """Where the lines of a place begin."""
    at = text.rfind("\n", 0, start) + 1
    while 0 <= at < end:
        yield at
        at = _next(text, at)


def _line(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[at : end if end >= 0 else len(text)]


def _next(text: str, at: int) -> int:
    """Where the next line that is not empty begins; -1 where there is none."""
    end = text.find("\n", at)
    while end >= 0:
        if _line(text, end + 1).strip():
            return end + 1
        end = text.find("\n", end + 1)
    return -1


def _before(text: str, at: int) -> int:
    while at > 0:
        at = text.rfind("\n", 0, at - 1) + 1
        if _line(text, at).strip():
            return at
    return -1


def _is_message(line: str) -> bool:
    """Whether a line is a message of a log by itself, with its own time."""
    return "time" in bare(line[:LONGEST]).said
