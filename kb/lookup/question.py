"""A question made ready: redacted, its telling lines picked and masked, its words as written, its single lines.

The text may be one line or a log of gigabytes that arrives as lines: it is read once, in constant memory, and
`each_block` sees all of it on the way (that is where signatures are scanned).

**Words as written.**  A template has a placeholder for whatever varies, which is right for telling that two lines are
one error and wrong for finding what was written about it: people name `traceroute6`, `phantomjs@1.9.17`,
`$install_test_reqs`, "less than 3 %", a 503.  So words are asked as they stand.  Of those that vary only what some
entry has counts: an id that nobody wrote down would weigh as much as the rarest word.  In what a program wrote, numbers
are counters and times rather than limits; of them only those count that stand alone and are as long as codes are.

**Single lines.**  An entry that quotes one line of many covers little of all that a log says.  So the few most telling
lines of a long log are asked by themselves, too, each as a line of a log, and an entry keeps the better of its
judgements.  Only what alarms and tells something counts: any log says "shutting down".
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from kb.expression import expression
from kb.model.ledger import Evidence
from kb.text.carriers import SAID, LinePlace, Unfolded, unfold
from kb.text.carriers.journal import LEFT_OUT, left_out
from kb.text.crashes.blame import MOST, crashes_in
from kb.text.evidence.evidence import EvidenceLine, EvidenceReader
from kb.text.kinds import Kind, is_prose, kind_of
from kb.text.masking import fingerprint, mask
from kb.text.redact import hidden, redact
from kb.text.signatures.prepared import pieces
from kb.text.specificity import text_specificity
from kb.text.tokens import tokenize

BLOCK = 4 * 1024 * 1024
"""Characters scanned at once; a signature whose needles lie further apart is not found."""
EVIDENCE_LINES = 12
_QUERY_LINES = 8
_QUERY_CHARACTERS = 1500
_PIECE = 1024 * 1024
_OVERLAP = 8_000
_READ_AT_ONCE = 256 * 1024
"""Characters between two looks at the clock: some tenths of a second, where all of them are crashes."""
_SHOWN = 200
_STREAMS = ("stdout", "stderr")
ALERTING = expression(r"alert|firing", re.IGNORECASE)
"""What the line of an alert says."""
_NAME = expression(r"\b[A-Z][a-z0-9]+(?:[A-Z]+[a-z0-9]*){1,}\b")
_ALERT_NAME = r"\b[A-Za-z0-9]{0,60}(?:[a-z0-9][A-Z]|[A-Z]{2}[a-z])[A-Za-z0-9]{0,60}\b(?<!Error)(?<!Exception)"
_ALERT = expression(
    rf"^\W{{0,4}}(?P<head>{_ALERT_NAME})(?=\s{{0,4}}(?:[:(|]|-\s|$))"
    rf"|(?i:\bfiring(?::\d{{1,6}})?\W{{1,4}})(?P<fired>{_ALERT_NAME})"
    rf"|(?i:\balert(?:_?name)?[\"']?\s{{0,4}}[:=]\s{{0,4}})[\"']?(?P<label>{_ALERT_NAME})"
)
_HUMP = expression(r"[A-Z]+[a-z0-9]*")

OnBlock = Callable[[Unfolded], None]
"""Called with each block of the text, readable."""


@dataclass(frozen=True, slots=True)
class EvidenceTemplate:
    """An evidence line, redacted, with its template and fingerprint (empty when it says nothing)."""

    line: EvidenceLine
    template: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class AskedCrash:
    """A crash of a kernel in the text: its name (`kb.text.crashes.blame`), and where its message stands, redacted."""

    name: str
    evidence: Evidence
    functions: frozenset[str]
    """The function to blame, and those of its stack."""


@dataclass(frozen=True)
class Question:
    """What is asked: the evidence of a text and where it was seen."""

    evidence: tuple[EvidenceTemplate, ...]
    names: tuple[str, ...] = ()
    """Identifiers in the evidence that may be the name of an alert."""
    tool: str = ""
    service: str = ""
    environment: str = ""
    redacted: int = 0
    """How many secrets were taken out of the evidence."""
    whole: bool = True
    """The evidence is all that was asked; of a longer text it is what tells most."""
    crashes: tuple[AskedCrash, ...] = ()
    """Of a kernel, in the order of the text."""
    unread: tuple[str, ...] = ()
    """What was left out, when the time to read was up or by who wrote the text, a sentence each."""
    written: str = ""
    """All that a short text says, as it was written but without what carries it; empty for a longer one."""
    of_a_log: bool = False
    """Whether it is one line of a log that is asked by itself."""
    alerts: tuple[str, ...] = ()
    """Names of alerts that who asks knows for such, in any form: `checkout-db-connections`, `Disk is almost full`."""

    @property
    def query(self) -> str:
        """The text to rank by: the most telling templates, without their placeholders, in order."""
        return "\n".join(e.template for e in self._telling).replace("<*>", " ")[:_QUERY_CHARACTERS]

    @property
    def as_written(self) -> str:
        """The same lines with all that they say: numbers, versions, names of variables."""
        return "\n".join(e.line.message for e in self._telling)[:_QUERY_CHARACTERS]

    @cached_property
    def _telling(self) -> list[EvidenceTemplate]:
        """The most telling lines, in the order of the text."""
        best = sorted(self.evidence, key=lambda e: (-e.line.score, e.line.line))[:_QUERY_LINES]
        return sorted(best, key=lambda e: e.line.line)

    @property
    def said(self) -> str:
        """The telling lines as they were written, without what carries them."""
        return "\n".join(e.line.message for e in self.evidence)

    @cached_property
    def seen(self) -> dict[str, str]:
        """What the carriers say of the most telling line (service, unit, pod, severity, time …), as they wrote it."""
        best = sorted(self.evidence, key=lambda e: (-e.line.score, e.line.line))[:_QUERY_LINES]
        return next(
            (found for e in best if (found := _said_by_carriers(e.line.said)).keys() - {"time", "host"}), {}
        )

    @cached_property
    def specificity(self) -> float:
        """How much the text tells at all, 0 to 1, by `kb.text.specificity`."""
        return text_specificity(self.query)

    @cached_property
    def is_prose(self) -> bool:
        """Whether people said it, and no program wrote it, by `kb.text.kinds`."""
        return is_prose(self.written or "\n".join(e.line.text for e in self.evidence))

    @property
    def named(self) -> tuple[str, ...]:
        """The names in it that can only be those of alerts, and are none of a program's own."""
        told = "\n".join(e.line.text for e in self.evidence if ALERTING.search(e.line.text))
        names = (name for name in self.names if self.is_prose or name in told)
        return tuple(name for name in names if is_surely_alert(name))

    @property
    def alert(self) -> str:
        """The name of the alert that the text is: as given, at the head of a line, where a label says so; or empty."""
        if self.alerts:
            return self.alerts[0]
        found = (_ALERT.search(e.line.text) for e in self.evidence)
        return next((match[match.lastgroup or 0] for match in found if match), "")

    @cached_property
    def kind(self) -> Kind:
        """What kind of text is asked, by which its confidence is calibrated."""
        return Kind.LINE if self.of_a_log else kind_of(self.said, whole=self.whole)

    @cached_property
    def best(self) -> EvidenceTemplate | None:
        """The line that tells most; None where no line says anything."""
        return max(
            self.evidence, key=lambda e: (bool(e.fingerprint), e.line.score, -e.line.line), default=None
        )

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the most telling line; empty when there is none."""
        return self.best.fingerprint if self.best else ""


def is_surely_alert(name: str) -> bool:
    """`PostgreSQL` is a product that many texts mention; `KubePodCrashLooping` can only be the alert."""
    return len(_HUMP.findall(name)) > 2


def _said_by_carriers(said: Mapping[str, str]) -> dict[str, str]:
    """What is said, in the order of `SAID`, redacted; what is said with an empty text is not said."""
    told = {name: redact(said[name]).text for name in SAID if said.get(name)}
    return {name: text for name, text in told.items() if text not in _STREAMS}


def ask(
    text: str | Iterable[str],
    *,
    tool: str = "",
    service: str = "",
    environment: str = "",
    each_block: OnBlock | None = None,
    seconds: float = math.inf,
) -> Question:
    """Read the text once and make the question of it.

    After `seconds` no more is read for telling lines, and no further block; one that was begun was shown whole.
    """
    reader, crashes, unread, silent = EvidenceReader(), dict[str, AskedCrash](), list[str](), 0
    until = time.monotonic() + seconds
    for block in _blocks(text):
        silent += left_out(block.text)
        if each_block is not None:
            each_block(block)
        for crash in _crashes(block) if len(crashes) < MOST else ():
            crashes.setdefault(crash.name, crash)
        if stopped := _read(reader, block, until):
            unread.append(
                f"reading took longer than {seconds:g} s: from line {stopped} on, only what is known word for"
                " word was looked for; ask about the lines around the error"
            )
            break
    unread += [LEFT_OUT.format(silent)] if silent else []
    secrets, evidence = 0, []
    for line in reader.best(EVIDENCE_LINES):
        clean = redact(line.text)
        message = line.message if line.message in clean.text else redact(line.message).text
        secrets += clean.count
        kept = replace(line, text=clean.text, message=message)
        evidence.append(EvidenceTemplate(kept, mask(message), fingerprint(message)))
    names = dict.fromkeys(name for e in evidence for name in _NAME.findall(e.line.text))
    return Question(
        tuple(evidence),
        tuple(names),
        tool.strip(),
        service.strip(),
        environment.strip(),
        secrets,
        whole=not unread and reader.is_short(EVIDENCE_LINES),
        unread=tuple(unread),
        crashes=tuple(crashes.values()),
        written=redact("\n".join(reader.said(EVIDENCE_LINES))).text,
    )


def _read(reader: EvidenceReader, block: Unfolded, until: float) -> int:
    """Read a block piece by piece until a moment; returns the line at which it was left, or 0."""
    tells_levels = block.tells_levels
    for start, end in pieces(block.text, _READ_AT_ONCE):
        if start and time.monotonic() > until:
            return block.place(start, start).line

        def place(begin: int, stop: int, start: int = start) -> LinePlace:
            return block.place(start + begin, start + stop)

        def said(begin: int, start: int = start) -> Mapping[str, str]:
            return block.said(start + begin)

        reader.read(block.text[start:end], place, said if block.changed else None, tells_levels=tells_levels)
    return 0


def _crashes(block: Unfolded) -> Iterator[AskedCrash]:
    for crash in crashes_in(block.text):
        place = block.place(crash.start, crash.end)
        text = redact(block.text[crash.start : min(crash.end, crash.start + _SHOWN)]).text
        evidence = Evidence(text=text, line=place.line, start=place.start, end=place.end)
        yield AskedCrash(crash.name, evidence, frozenset((crash.function, *crash.stack)))


def _blocks(text: str | Iterable[str]) -> Iterator[Unfolded]:
    """The text in blocks, cut at line ends where there are any, what carriers changed undone."""
    offset, first = 0, 1
    tail = ""
    for part in _cut(_parts([text] if isinstance(text, str) else text)):
        block = tail + part
        yield _readable(block, offset, first)
        # Inside a line that never ends, the next block begins a little before the end of this one.
        tail = "" if block.endswith("\n") else block[-_OVERLAP:]
        offset, first = offset + len(block) - len(tail), first + block.count("\n")


def _parts(text: Iterable[str]) -> Iterator[str]:
    """The same in parts of bounded size."""
    for part in text:
        if len(part) <= _PIECE:
            yield part
            continue
        for start in range(0, len(part), _PIECE):
            yield part[start : start + _PIECE]


def _cut(parts: Iterable[str]) -> Iterator[str]:
    """The text cut behind the first line end from `BLOCK` characters on, whatever its parts are.

    Where no line ends within another `_PIECE`, it is cut there.
    """
    held, size, most = list[str](), 0, BLOCK + _PIECE
    for part in parts:
        held.append(part)
        size += len(part)
        while size >= most or (size >= BLOCK and "\n" in part):
            text = "".join(held)
            end = text.find("\n", BLOCK - 1, most) + 1 or most
            if end > size:
                held = [text]
                break
            yield text[:end]
            part = text[end:]
            held, size = [part], len(part)
    if size:
        yield "".join(held)


def _readable(block: str, offset: int, first: int) -> Unfolded:
    """The block, carriers undone and secrets hidden.

    They are hidden first while their keys are there, and a key in a block is not yet lines, then once more as the
    text reads; only then is anything cut.
    """
    found = unfold(hidden(block), offset, first)
    return replace(found, text=hidden(found.text)) if found.changed else found


_LONE_CODE = expression(r"(?<![\w.:/-])\d{3,5}(?![\w:/-]|\.\d)")
_STATUS = expression(
    r"(?<![\w.:/#$€£-])(?:4(?:[0-2]\d|3[01]|51|99)|5(?:0\d|1[01]|2\d|30))(?![\w:/%]|[.,]\d|-\w|\s?(?:ms|µs|s|secs?|seconds?|min\w*|hours?|days?|weeks?|[kmgt]i?b|bytes"
    r"|rows?|items?|records?|entries|times|users?|customers?|people|orders?|pods?|nodes?|requests?|messages?|jobs?"
    r"|percent)\b)",
    re.IGNORECASE,
)
_BEFORE_OTHER_NUMBERS = expression(
    r"(?i)\b(?:line|port|pid|room|order|ticket|bug|issue|pr|build|job|than|about|of|every|over|under|below)\s$"
)

Frequencies = Callable[[Iterable[str]], Mapping[str, int]]
"""In how many entries each word occurs; words that occur in none are left out."""


def asked_words(template: str, written: str, known: Frequencies, *, prose: bool) -> list[str]:
    """The tokens of what is asked, in order: those of its `template`, and of what was `written` what entries have, too.

    What stands in the template alone (`loop` of a `loop2` that no entry has) comes last.

    `prose` says that people wrote it: then each number may be the one that an entry names.
    """
    masked, tokens = tokenize(template), tokenize(written)
    kept = set(masked)
    more = {token for token in tokens if token not in kept}
    if not more:
        return tokens or masked
    if not prose:
        codes = set(_LONE_CODE.findall(written))
        more = {token for token in more if not token.isdecimal() or token in codes}
    kept.update(known(more))
    heard = [token for token in tokens if token in kept]
    said, whole = set(tokens), tuple(set(heard))
    return [*heard, *(one for one in masked if one not in said and not _begins(one, whole))]


def _begins(token: str, words: Iterable[str]) -> bool:
    return any(word.startswith(token) for word in words)


def other_status(asked: str, named: str) -> tuple[str, str] | None:
    """The status of an HTTP answer that an entry is `named` after, and the other one that is `asked`.

    None where either has none, or both have one in common.
    """
    own, there = statuses(named), statuses(asked)
    return None if not own or not there or set(own) & set(there) else (own[0], there[0])


def statuses(text: str) -> list[str]:
    """The numbers in a text that may be the status of an HTTP answer that failed, in their order."""
    found = (
        one
        for one in _STATUS.finditer(text)
        if not _BEFORE_OTHER_NUMBERS.search(text, max(0, one.start() - 12), one.start())
    )
    return list(dict.fromkeys(match[0] for match in found))


MOST_LINES = 4
"""Lines of a log that are asked by themselves."""
_ALARMING = 3.0
"""The grade of a line (`kb.text.evidence.alarm`) from which something is wrong in it, and not only at an end."""
_FEWEST_TELLING = 0.5
"""Specificity of a line that can be asked by itself."""


def alone(question: Question) -> list[Question]:
    """The most telling lines of a long log, each a question by itself, the gravest first; none of any other text.

    A short text is compared by all that it says.
    """
    if question.whole or not question.kind.is_of_a_program or len(question.evidence) < 2:
        return []
    asked: dict[str, Question] = {}
    for one in sorted(question.evidence, key=lambda e: (-e.line.score, e.line.line)):
        line = replace(question, evidence=(one,), written=one.line.message, whole=True, of_a_log=True)
        if one.line.score >= _ALARMING and one.template not in asked and line.specificity >= _FEWEST_TELLING:
            asked[one.template] = line
    return list(asked.values())[:MOST_LINES]
