r"""Signatures: how one is read, when it is refused, and what is wanting in what was learned by one.

`parse_signature` decides literal or regex where nobody said: a text is a regex when it holds syntax that
hardly occurs in error texts (`.*`, `.+`, `\d`, `\w`, `\s`, `\b`, `[^`, `(?`, `(a|b)`, `[a-z]+`) and RE2
compiles it; all else is a literal, a text of several lines among it, also `a|b` and `what? (no)`.

How texts are compared, in linear time: a literal without regard to case, any run of blanks equal to any other, and on
word boundaries where it begins or ends with a letter or digit; a regex as RE2 says, by case, `^` and `$` at lines.
Carriage returns count as line ends, colour codes and no-break spaces as blanks.

`sample_failure` says whether an entry's signature does what its own samples say; `shortcoming` why what was learned
can help nobody: its pattern fits every log, or it names no fault and says nothing of one.  Both are about what is
there, not about what is true: a plain text with a cause, a fix or a check may be learned (it settles nothing by
itself), and a telling text without any is worth keeping (somebody met it before).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kb.errors import Problem
from kb.expression import expression
from kb.model import Entry, Pattern, Signature, Status, ToolFix
from kb.text.signatures.regex import refusal, validate_signature
from kb.text.signatures.set import SignatureHit, SignatureSet, sought
from kb.text.specificity import TOO_GENERAL, specificity, text_specificity
from kb.text.tokens import one_line

__all__ = [
    "SignatureHit",
    "SignatureSet",
    "parse_signature",
    "specificity",
    "taken_literally",
    "text_specificity",
    "validate_signature",
]

_SHOWN = 80
_REGEX_SYNTAX = expression(
    r"\.[*+]|\\[dDwWsS](?![a-zA-Z])|\\b(?![a-z])|\\[.(\[]|\[\^|\(\?[:P<i]|\([^()|\s]+(?:\|[^()|]+)+\)"
    r"|\[[^\]\s]*\w-\w[^\]\s]*\][*+{]|\.\{\d"
)


def parse_signature(text: str, regex: bool | None = None) -> Signature:
    """The signature that `text` stands for; with `regex` None the text itself decides."""
    needle = text.strip()
    if regex is None:
        regex = _looks_like_regex(needle) and refusal(needle) is None
    return Signature(needles=(needle,) if needle else (), regex=regex)


def taken_literally(text: str, regex: bool | None = None) -> str:
    """Why a text that looks like a regex is looked for to the letter all the same, and what to do; else empty."""
    needle = text.strip()
    if regex is not None or not _looks_like_regex(needle) or not (reason := refusal(needle)):
        return ""
    return (
        f"`{needle[:_SHOWN]}` looks like a regular expression but cannot be one, so it is looked for to the letter: "
        f"{reason}; mend it, or say that it is plain text (`regex: false`)"
    )


def _looks_like_regex(needle: str) -> bool:
    return "\n" not in needle and bool(_REGEX_SYNTAX.search(needle))


def sample_failure(entry: Entry) -> str | None:
    """Why the entry must not be shown as advice, in words; None where its signatures do what its samples say.

    A signature that the linear-time engine refuses fails too: it could never be matched.  So does what can help nobody
    (`shortcoming`).
    """
    looked_for = sought(entry.signatures)
    for signature in looked_for:
        if reason := validate_signature(signature):
            return f"its signature cannot be used: {reason}"
    if reason := shortcoming(entry):
        return reason
    samples = entry.samples
    if not entry.signatures or not (samples.must_match or samples.must_not_match):
        return None
    signatures = SignatureSet.compile((entry.id, signature) for signature in looked_for)
    for sample in samples.must_match:
        if not signatures.scan(sample):
            return f"its signature does not match its own sample {sample[:_SHOWN]!r}"
    for sample in samples.must_not_match:
        if signatures.scan(sample):
            return f"its signature matches {sample[:_SHOWN]!r}, which it says it must not"
    return None


_EXCERPT_CHARACTERS = 60
_ORDINARY_LINES = (
    "2026-01-05T08:30:00.125Z INFO [main] worker-1: request 7f3a GET /v1/items/42 from 10.0.0.7 done in 3 ms (200).",
    "Jan  5 08:30:00 host-2 app[311]: the service has started, listening on 0.0.0.0:8080",
)
"""Lines that every log has; a pattern without a word of its own that fits one of them fits them all."""


def shortcoming(entry: Entry) -> str:
    """Why the pattern or tool fix can help nobody, and what to write instead; empty where it can.

    Other kinds are found by more than their signature, and have none; of a signature that cannot be used
    (`validate_signature`) that is what there is to say.
    """
    if not isinstance(entry, Pattern | ToolFix) or not entry.signatures:
        return ""
    if any(validate_signature(signature) for signature in entry.signatures):
        return ""
    general = [
        (signature, tells)
        for signature in sought(entry.signatures)
        if not signature.trace and (tells := specificity(signature)) < TOO_GENERAL
    ]
    wordless = [signature for signature, tells in general if tells == 0.0]
    all_general = len(general) == len(entry.signatures)
    return _fits_everything(wordless) or (_says_too_little(entry) if all_general else "")


def _fits_everything(wordless: Iterable[Signature]) -> str:
    """Why one of the signatures, which have no word of their own, tells no line from another; else empty."""
    for signature in wordless:
        if why := _fits(signature):
            return (
                f"its pattern {_quoted(signature)} {why}; write the words that only this error has, as in "
                "`connection to .+ refused`"
            )
    return ""


def _fits(signature: Signature) -> str:
    """What it fits that means nothing: an ordinary line, or any line of dashes."""
    fires = SignatureSet.compile([("", signature)])
    if line := next((line for line in _ORDINARY_LINES if fires.scan(line)), ""):
        return f"fits nearly every line, such as {one_line(line, _EXCERPT_CHARACTERS)!r}"
    letters = signature.regex or any(letter.isalnum() for needle in signature.needles for letter in needle)
    return "" if letters else "has neither letter nor digit"


def _says_too_little(entry: Pattern | ToolFix) -> str:
    """Whether an entry whose signatures are all general gives no advice, either; in words."""
    advice = entry.advice()
    said = (advice.meaning, advice.fix, advice.check, advice.warning, *advice.commands)
    if any(text_specificity(text) for text in said):
        return ""
    return (
        f"its pattern {_quoted(entry.signatures[0])} is in the logs of a hundred faults, and it says neither cause nor "
        "fix; write the whole line of the log, and what it meant or what helped"
    )


def _quoted(signature: Signature) -> str:
    return f"`{one_line(' … '.join(signature.needles), _EXCERPT_CHARACTERS)}`"


def screened(entries: Iterable[Entry], path: str) -> tuple[list[Entry], list[Problem]]:
    """The entries, those that fail their own samples in quarantine, each with its reason as a problem."""
    problems = list[Problem]()
    return list(screening(entries, path, problems)), problems


def screening(entries: Iterable[Entry], path: str, problems: list[Problem]) -> Iterator[Entry]:
    """As `screened`, one after the other; problems are added to `problems` on the way."""
    for entry in entries:
        reason = sample_failure(entry)
        if reason:
            source = entry.provenance.source
            problems.append(Problem(path, source.line if source else None, f"quarantined: {reason}"))
            entry = replace(entry, status=Status.QUARANTINED)
        yield entry
