"""Lines that are alike and different faults all the same: none is left, it is over or not so, another thing was denied.

Masking and the weighing of words see none of this, so it is looked for by itself:

- a count of what is left is masked, since it varies, yet `0 active and 0 backup servers left` is another fault than
  one left: whether it is none is compared apart from the template (`differ_in_none_left`);
- `no quorum lost` and `… recovered` hold what was learned and say that it is not so, or no longer; the words that say
  so tell nothing of what went wrong (`contradicting_word`);
- two denials of SELinux or AppArmor differ in a word or two of thirty, and those are what they say: the permission, the
  program, the types of its context and of what it reached for (`same_denial`, `other_denial`).  What one of them does
  not tell is no difference; a name or a path varies with what the program was at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kb.expression import expression

_LEFT_OVER = (
    "active|available|healthy|ready|idle|free|left|remaining|alive|live|running|online|backup|usable|reachable"
    "|in-sync"
)
COUNTS = expression(
    rf"\b(?P<before>\d{{1,9}})(?= (?:[a-z-]{{1,20}} )?(?:{_LEFT_OVER})\b)"
    rf"|\b(?:{_LEFT_OVER})[\"']?\s?[=:]\s?(?P<after>\d{{1,9}})(?![\w.%])",
    re.IGNORECASE,
)
"""A count of what is left, `before` its word or `after` it."""


def count_of(match: re.Match[str]) -> str:
    """The number in a match of `COUNTS`, as it was written."""
    return match["before"] or match["after"]


def none_left(text: str) -> tuple[bool, ...]:
    """For each count of what is left, in their order, whether it is none."""
    return tuple(not int(count_of(match)) for match in COUNTS.finditer(text))


def differ_in_none_left(one: str, other: str) -> bool:
    """Whether two texts that are alike count the same things, and none is left in only one of them."""
    left = none_left(one)
    if not left:
        return False
    right = none_left(other)
    return len(left) == len(right) and left != right


_CONTRADICTING = expression(
    r"(?i)\b(?:no|not|never|without|isn't|wasn't|didn't|recovered|resolved|passed|fixed|cleared|handled|succeeded"
    r"|disabled|enabled|protection|policy|self-?test|selftest)\b"
    r"|\b0 times\b|[:=]\s?(?:0|false|no|none|ok)\s*$|\bok\b[\s,;]*(?:\d|$)|\.\.\. ok\b"
)


_COULD_NOT = expression(r"(?i)\b(?:could|can) not (?!re|confirm|verif|detect|find|see)\w+[^:\n]{0,80}: ")
"""What a program says before an error that it hands on, such as `could not save the order: …`."""
_NEGATION = frozenset({"no", "not", "never", "without", "isn't", "wasn't", "didn't"})
_FAILS = expression(r"(?i)\b(?:could|can) (?:[a-z]{1,12} )?$")
"""What stands before a negation that tells of a failure, and denies none."""
_DENIED = expression(
    r"(?i)(?:not|never|no|without) (?:(?:an?|any|the) )?(?:real )?"
    r"(?:error|problem|issue|fault|failure|fatal|critical|harm|impact|action|reason|worr"
    r"|(?:see|find|detect|confirm|verify|observe|reproduce|replicate)d?:)"
)
"""Words that deny an error wherever they stand: that it is none, or that nobody saw what follows."""
_CLAUSE_END = expression(r"[:;,()|]\s|\s[-\u2013\u2014]+\s|\.\s|\b(?:because|but|so|until|while)\b")
_SPOKEN = expression(r"[^\W\d_]+")
_OF_LEARNED = 1 / 3
"""Of the words that were learned, the share that a clause has which speaks of them."""


def contradicting_word(line: str, learned: str, *, holds: bool = False) -> str:
    """The word by which the line turns what was learned into its opposite; empty where nothing does.

    Of a line that `holds` what was learned, as it was, a negation counts where it speaks of that: `quota exceeded; file
    was not written` denies no quota.  That it is over, or no error, may stand anywhere.
    """
    line = _COULD_NOT.sub(" ", line)
    told = list(_CONTRADICTING.finditer(line))
    own = {match[0].strip().lower() for match in _CONTRADICTING.finditer(learned)} if told else set()
    return next(
        (
            match[0].strip()
            for match in told
            if match[0].strip().lower() not in own and not (holds and _speaks_of_others(line, match, learned))
        ),
        "",
    )


def _speaks_of_others(line: str, negation: re.Match[str], learned: str) -> bool:
    """Whether a negation tells what failed besides, in a clause that is not about what was learned."""
    if negation[0].lower() not in _NEGATION or _DENIED.match(line, negation.start()):
        return False
    if _FAILS.search(line, 0, negation.start()):
        return True
    ends = [match.end() for match in _CLAUSE_END.finditer(line)]
    begin = max((end for end in ends if end <= negation.start()), default=0)
    clause = line[begin : min((end for end in ends if end > negation.start()), default=len(line))]
    words, told = (set(_SPOKEN.findall(text.lower())) - _NEGATION for text in (learned, clause))
    return len(words & told) < _OF_LEARNED * len(words)


_DENIAL = expression(r"\bavc: {1,4}denied\b|\bapparmor=\"?DENIED\b")
_PERMISSIONS = expression(r"\bdenied {1,4}\{([^}\n]{1,200})\}")
_DENIAL_FIELD = expression(
    r"\b(comm|scontext|tcontext|tclass|profile|operation|name|path)=\"?([^\"\s,]{1,200})"
)
_CONTEXT = expression(r"[^:\s]+:[^:\s]+:([^:\s]+)")
_OBJECT_FIELDS = frozenset({"name", "path"})
_FIELD_NAMES = {"comm": "program", "scontext": "type", "tcontext": "target type", "tclass": "class"}


def denials(text: str) -> list[Mapping[str, str]]:
    """The denials of a text, in its order: `permission` and the fields that tell, by their names."""
    return [_denial_of(line) for line in text.splitlines() if _DENIAL.search(line)]


def other_denial(asked: str, learned: str) -> str:
    """What tells a denial that is asked from the one that was learned, in words; empty where nothing does.

    Of several, one that is the same will do.  Empty, too, where one of the texts holds none.
    """
    pairs = [(one, other) for one in denials(asked) for other in denials(learned)]
    differences = [_denial_difference(one, other) for one, other in pairs]
    return min(differences, key=len) if differences and all(differences) else ""


def same_denial(asked: str, learned: str) -> bool:
    """Whether a denial that is asked is one that was learned: the same permission, denied to the same program.

    Where both tell the types of both sides, what was reached for may have any name; else the name must be the same,
    if both tell it.
    """
    return any(_is_same_denial(one, other) for one in denials(asked) for other in denials(learned))


def _is_same_denial(asked: Mapping[str, str], learned: Mapping[str, str]) -> bool:
    both = asked.keys() & learned.keys()
    if not both >= {"permission", "comm"} or _denial_difference(asked, learned):
        return False
    return both >= {"scontext", "tcontext"} or all(
        asked[name] == learned[name] for name in both & _OBJECT_FIELDS
    )


def _denial_of(line: str) -> Mapping[str, str]:
    found = {name: _type_of(name, value) for name, value in _DENIAL_FIELD.findall(line)}
    if permissions := _PERMISSIONS.search(line):
        found["permission"] = " ".join(sorted(permissions[1].split()))
    return found


def _type_of(name: str, value: str) -> str:
    """The type of a context: who the user is and at which level differs from host to host."""
    context = _CONTEXT.match(value) if name.endswith("context") else None
    return context[1] if context else value


def _denial_difference(asked: Mapping[str, str], learned: Mapping[str, str]) -> str:
    both = (asked.keys() & learned.keys()) - _OBJECT_FIELDS
    differ = _in_order(name for name in both if asked[name] != learned[name])
    return ", ".join(
        f"the {_FIELD_NAMES.get(name, name)} is {asked[name]}, not {learned[name]}" for name in differ
    )


def _in_order(names: Iterable[str]) -> list[str]:
    order = ("permission", "operation", "comm", "profile", "scontext", "tcontext", "tclass")
    return sorted(names, key=order.index)
