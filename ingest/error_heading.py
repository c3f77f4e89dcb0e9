"""Headings that are error messages: which are, and what text of them would stand in a log."""

from __future__ import annotations

import re

from ingest.blocks import unmarked

TROUBLE = re.compile(
    r"\btrouble-?shoot\w*|\bknown (?:issues?|errors?|problems?|bugs?)\b|\b(?:common|possible|typical"
    r"|frequent) (?:\w+ )?"
    r"(?:issues?|errors?|problems?|failures?)\b|^(?:errors?|error (?:catalog|messages?|codes?|reference)"
    r"|faq|problems|issues)\b"
    r"|\berrors? catalog\b",
    re.I,
)
"""Headings below which each section is about one trouble."""

_FAILURE = re.compile(
    r"\b(?:errors?|fail(?:s|ed|ures?|ing)?|cannot|can['’]?t|could(?: not|n['’]t)|unable|denied|refused"
    r"|forbidden|not found"
    r"|no such|invalid|unsupported|unauthorized|timed? ?out|timeouts?|exceptions?|panic|fatal|crash\w*"
    r"|unknown|expired"
    r"|missing|conflicts?|exceed\w*|(?:do(?:es)? )?not (?:exist|work\w*|start\w*|respond\w*|recogni\w+"
    r"|configured|available"
    r"|allowed|permitted|ready)|doesn['’]t|don['’]t|isn['’]t|won['’]t|killed|unreachable|mismatch|stuck"
    r"|corrupt\w*|lost|slow"
    r"|rejected|aborted|hangs?|broken|wrong\w*|incorrect\w*|refus\w+|unexpected\w*|dubious|insufficient"
    r"|exhausted|too (?:many|large"
    r"|long|old|few)|undefined|unrecogni\w+|deadline|bad request|gateway|reset by peer|connection reset"
    r"|out of memory|oom|no space|deadlock\w*|evict\w+|interrupted|disconnect\w*|unhealthy|overflow\w*)\b"
    r"|\w(?:Exception|Error|Failure"
    r"|BackOff|Killed)\b",
    re.I,
)
_PREFIX = re.compile(
    r"^(?:\w+ ){0,3}?(?:error|fatal|panic|exception|warning|failure)(?: message)?\s*:\s*", re.I
)
_LEADING = re.compile(r"^(?:error|fatal|panic|exception)\b[^:]{0,12}:\s*\S", re.I)
_QUOTED = re.compile(r"`+\s*(?P<ticked>[^`]+?)\s*`+|(?<!\w)[\"“](?P<quoted>[^\"”]{4,})[\"”](?!\w)")
_SETTING = re.compile(r"^[\w.\[\]/-]+$")
_NAMES_ERROR = re.compile(r"[a-z](?:Exception|Error|Failure|BackOff|Killed)$|^(?:E[A-Z]{4,}|[A-Z]+\d{3,})$")
_ABOUT = re.compile(
    r"\b(?:section|option|setting|command|parameter|keyword|variable|handling|how|configure|examples?)s?\b",
    re.I,
)


def is_literal_error(heading: str) -> bool:
    """Whether a heading quotes an error message, or begins with `Error:` and says which."""
    if _LEADING.match(unmarked(heading)):
        return True
    quoted = _quoted(heading)
    if not quoted or not _FAILURE.search(unmarked(heading)):
        return False
    said = _says_error(heading)
    return any(_is_message(text) and (said or says_failure(text)) for text in quoted)


def says_failure(text: str) -> bool:
    """Whether a text speaks of something going wrong."""
    return bool(_FAILURE.search(text))


def names_failure(heading: str) -> bool:
    """Whether a heading says that something goes wrong; a heading that only gathers others does not."""
    words = unmarked(heading)
    return bool(_FAILURE.search(words)) and not TROUBLE.search(words) and len(words.split()) > 1


def quotes_message(heading: str) -> bool:
    """Whether a heading quotes several words, as it would an error message."""
    return any(len(text.split()) > 2 for text in _quoted(heading) if _is_message(text))


def literals_of(heading: str) -> tuple[str, ...]:
    """The texts of a heading that a log would hold; several stand for alternatives."""
    if not is_literal_error(heading):
        return ()
    messages = tuple(text for text in _quoted(heading) if _is_message(text))
    if messages:
        return tuple(text for text in messages if says_failure(text)) or messages
    text = _PREFIX.sub("", heading.replace("`", "")).strip().strip("\"“”'")
    return (text,) if len(text) > 6 else ()


def _says_error(heading: str) -> bool:
    """Whether a heading calls what it quotes an error, and is not about a setting for errors."""
    words = _QUOTED.sub("", heading)
    return bool(re.search(r"\b(?:errors?|exceptions?|messages?)\b", words, re.I)) and not _ABOUT.search(words)


def _quoted(heading: str) -> list[str]:
    """What stands in backticks or, without any, in quotes."""
    ticked = [match["ticked"] for match in _QUOTED.finditer(heading) if match["ticked"]]
    plain = [match["quoted"] for match in _QUOTED.finditer(heading) if match["quoted"]]
    return [_PREFIX.sub("", text) if _PREFIX.sub("", text) else text for text in ticked or plain]


def _is_message(text: str) -> bool:
    """A message rather than the name of a setting or command: several words, or an error's own name."""
    return bool(_NAMES_ERROR.search(text)) or (len(text.split()) > 1 and not _SETTING.match(text))
