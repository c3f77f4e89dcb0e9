"""Whether JSON of no known form says that it is over.  Pure.

A wrong "over" ends an incident that goes on, so it is told only on the word of the alert itself: a state, a switch or a
time of its end that stands beside its name, above it, or in an object that is an alert; else a title that is headed by
it.  What is nearer to the top goes before what is deeper, a word that decides before one for a kind.  Good news in the
middle of a text, of a part, or of another thing never make it over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.expression import expression
from kb.triage.alert_values import moment_of
from kb.triage.alerts.report import AlertState
from kb.triage.alerts.unknown import key_names as keys
from kb.triage.alerts.unknown.leaves import Leaf, by_name

_SHORT = 5
"""Letters of words such as `ok`, `up` and `close`, which mean that it is over only at the end."""
_LONGEST = 60
"""Characters of a state; what is longer is a text."""
_TURN = expression(r"->|→|_TO_|\bto\b")
_BEFORE = expression(r"(?i)\b(?:from|was|were|previously|formerly)\b.*", re.S)
"""In a state such as `CRITICAL (was OK)`: what it was."""
_IN_VAIN = expression(
    r"(?i)\b(?:fail(?:ed|s|ing)?|unable|trying|waiting|about|due) to (?:recover|resolve|clear|close)"
    r"|\bpart(?:ial)?ly\b|\bpartial\b|\b(?:to be|being|until|if|when|once|almost|nearly)\b"
)
"""In a state such as `failed to recover`: that it is not over."""
_GRADED_OVER = expression(
    r"(?i)(?:resolved?|closed?|recover(?:ed|y)|cleared)[ _-]*(?:critical|warning|error|major|minor)$"
)
"""`POLICY_CLOSE_CRITICAL`: what was critical is over."""
_CAMEL = expression(r"(?<=[a-z])(?=[A-Z])")
_HTTP = expression(r"[1-5]\d\d\b")
_OTHER_STATE = expression(rf"^(?:{'|'.join(keys.STATE_OF)})*(?:state|status)(?:name|text|label|value)?$")
"""Keys of states that are in no table; `replica_status` is of a part, and none."""
_NO_STATE = expression(r"^(?:http|response|ssl|record|previous|prev|old|last)")
_HEADED = expression(
    r"(?i)^\W*(?:manually )?(?:resolved|recovered|recovery|closed|cleared|ok|up|back to normal)"
    r"(?:\s+(?:by|at|on|after)\b|\s+in \d|\s*[\])}|:;.,!*_–—]|\s+[-/#(\[{\"'`<]|\s*$)"
    r"|[(\[](?:resolved|recovered|recovery)[)\]]\s*$"
    r"|^\W*(?-i:(?:RESOLVED|RECOVERED|RECOVERY)\s+\S*[a-z])|^\W*(?:\[[^\]]{1,80}\]\s*)?\[?\s*[✅✔🟢💚🆗]"
    r"|^\W*(?:alert|alarm|problem|incident) (?:is |was )?(?-i:CLEAR(?:ED)?|RESOLVED|RECOVERED|OK|CLOSED)\b"
)
_ENDS_WELL = expression(
    r"(?i)^(?:\[[^\]]{1,80}\]\s*)?[^,;:.!?]{1,120}?"
    r"\b(?:(?:is|are) (?:back (?:up|to normal|online)|ok|up again)|(?:has|have|is|are) recovered)\W*$"
    r"|^[^,;:.!?]{1,80}? (?:has |have )?recovered from [^,;:.!?]{1,80}$"
)
"""A title that says nothing else: `cpu of web-1 is OK`, `web-1 recovered from Device Down`."""
_BUT = expression(r"(?i)\b(?:but|while|although|though|yet|not|only|until|after|before|when|if|once)\b|❌|🔴")


@dataclass(frozen=True, slots=True)
class _Said:
    """What one value says of the state, how near it stands, and whether its word decides."""

    depth: int
    state: AlertState
    word: str = ""
    decides: bool = True


def state_of(leaves: Sequence[Leaf], home: Sequence[str], name: str) -> AlertState:
    """The state of the alert whose name stands in the object at `home`; untold where nothing of its own says it."""
    found = [*_switches(leaves, home), *_states(leaves, home), *_ends(leaves, home)]
    said = sorted((one for one in found if one.decides), key=lambda one: one.depth)
    said += sorted((one for one in found if not one.decides and _fires(one)), key=lambda one: one.depth)
    if said:
        worked = said[0].word in keys.DONE and any(map(_fires, said))
        failed = said[0].word in keys.WORKED and any(map(_failed, _any_states(leaves)))
        return AlertState.FIRING if worked or failed else said[0].state
    if _says_over(leaves, name):
        return AlertState.OVER
    if any(_last_word(leaf.text) in keys.HAPPENING for leaf in _any_states(leaves)):
        return AlertState.FIRING
    return AlertState.OVER if _looks_over(leaves, name) else AlertState.FIRING if found else AlertState.UNTOLD


def _fires(one: _Said) -> bool:
    return one.state is AlertState.FIRING and (one.decides or one.word not in keys.KINDS)


def _failed(leaf: Leaf) -> bool:
    return _last_word(leaf.text) in keys.FIRING - keys.KINDS | {"error"}


def _switches(leaves: Sequence[Leaf], home: Sequence[str]) -> Iterator[_Said]:
    for names, over_when in ((keys.SWITCHES, True), (keys.OPEN_SWITCHES, False)):
        for leaf in by_name(leaves, names):
            if (value := _switch(leaf)) is not None and leaf.is_of(home, names):
                yield _Said(len(leaf.path), AlertState.OVER if value is over_when else AlertState.FIRING)


def _switch(leaf: Leaf) -> bool | None:
    said = {"true": True, "yes": True, "false": False, "no": False}
    return leaf.value if isinstance(leaf.value, bool) else said.get(leaf.text.casefold())


def _states(leaves: Sequence[Leaf], home: Sequence[str]) -> Iterator[_Said]:
    listed = by_name(leaves, keys.STATES)
    more = [leaf for leaf in leaves if _OTHER_STATE.match(leaf.key) and leaf not in listed]
    for leaf in (*listed, *more):
        text, holder = leaf.text, leaf.held_by(keys.STATES)
        if not text or len(text) > _LONGEST or not leaf.is_of(home, keys.STATES) or _NO_STATE.match(leaf.key):
            continue
        well = (
            any("stat" in key for key in leaf.path[-2:]) or re.search(r"(?i)stat(?:e|us)", text) is not None
        )
        state, word = _means(text, well=well), _last_word(text)
        if state is AlertState.OVER and word in keys.DONE and len(holder) < len(home):
            continue  # it is the carrier that worked
        if state is not None:
            is_state = any("stat" in key for key in leaf.path[-2:])
            decides = is_state or state is AlertState.OVER or word in keys.HAPPENING
            yield _Said(len(holder) + 1, state, word, decides)


def _ends(leaves: Sequence[Leaf], home: Sequence[str]) -> Iterator[_Said]:
    for leaf in by_name(leaves, keys.ENDS):
        if moment_of(leaf.value) and leaf.is_of(home, keys.ENDS):
            yield _Said(len(leaf.path), AlertState.OVER)


def _any_states(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """Those of others, too: that anything fires is reason enough not to call it over by its looks."""
    near = (leaf for leaf in by_name(leaves, keys.STATES) if not leaf.is_of_a_part)
    return (leaf for leaf in near if leaf.text and " " not in leaf.text and len(leaf.text) <= _LONGEST)


def _says_over(leaves: Sequence[Leaf], name: str) -> bool:
    """By its severity, or by what heads its title."""
    titles = [name, *(leaf.text for leaf in leaves if leaf.key in keys.TITLES)]
    return any(leaf.text.casefold() in keys.OVER for leaf in by_name(leaves, keys.SEVERITIES)) or any(
        _HEADED.search(text[:200]) and not _BUT.search(text[:200]) for text in titles
    )


def _looks_over(leaves: Sequence[Leaf], name: str) -> bool:
    """By a title that says nothing else, or Slack's colour, where no severity is told."""
    if any(leaf.text for leaf in by_name(leaves, keys.SEVERITIES)):
        return False
    is_title = any(leaf.key not in keys.PROSE and leaf.text.startswith(name) for leaf in leaves)
    ends_well = is_title and _ENDS_WELL.search(name[:300].strip()) and not _BUT.search(name)
    return bool(ends_well) or {leaf.text.casefold() for leaf in leaves if leaf.key == "color"} == {"good"}


def _words(text: str) -> list[str]:
    now = _BEFORE.sub("", _TURN.split(_CAMEL.sub(" ", text))[-1]) or text
    return [part for part in re.split(r"[^a-z]+", now.casefold()) if part]


def _last_word(text: str) -> str:
    """The word that decides: the last that means anything."""
    return next((word for word in reversed(_words(text)) if word in keys.WELL | keys.FIRING), "")


def _means(text: str, *, well: bool) -> AlertState | None:
    """What a word of a state means: its last part decides, as in `FIRING_TO_OK` or `incident.resolved`."""
    parts = _words(text)
    if "disabled" in parts or _HTTP.match(text):  # `auto-resolve disabled`, and `200 OK` of HTTP
        return None
    if {"not", "un", "non", "no"} & {*parts} or _IN_VAIN.search(_CAMEL.sub(" ", text)):
        return AlertState.FIRING
    if _GRADED_OVER.search(_CAMEL.sub(" ", text)):
        return AlertState.OVER
    over = keys.WELL if well else keys.OVER
    for part in reversed(parts):
        if part in over and (
            len(part) > _SHORT or part == parts[-1]
        ):  # not `close_to_limit`, `up_for_review`
            return AlertState.OVER
        if part in keys.FIRING:
            return AlertState.FIRING
    return None
