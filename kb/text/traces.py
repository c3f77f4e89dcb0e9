"""Texts of many lines, such as a stack trace or a crash: which lines of one are looked for, and what each is for.

Two occurrences of one crash differ in addresses, line numbers and paths, and in how deep the stack was; they agree in
what was said and in the functions next to it.  So the lines are kept as templates, in their order, each with a letter
that says what it is for; what any crash of the runtime prints is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb.expression import expression
from kb.model import Signature
from kb.text.crashes import Role, Told, read_crashes
from kb.text.crashes.forms import is_runtime_frame
from kb.text.crashes.reading import without_carrier
from kb.text.crashes.table import form_of, is_boilerplate, parts
from kb.text.evidence.alarm import alarm
from kb.text.signatures.templates import LONGEST, template_of
from kb.text.specificity import text_specificity

NAMED, LEADS, CAUSE, SAYS, NEAR, REST, ALARM, PLAIN = "NLCSFRAP"
"""What a line is for: the message that leads, where it names something of the program's own; a leading message that
does not (`general protection fault`); a cause, or another exception of the same crash; another message; a frame
next to the one that leads; any other line of a crash; an alarming line, and any other, of a text in which nothing
crashed."""
MESSAGES = NAMED + LEADS + CAUSE + SAYS
_SAY_WHY = NAMED + LEADS + CAUSE + ALARM
"""What is looked for however little it tells by itself: `i/o timeout` below `failed to load order` is the fault."""
MOST_LINES = 24
"""Lines of a trace that are looked for."""
_READ = 400
"""Lines of a trace that are read at the most."""
_LEAST = 0.2
"""What a line must tell to be looked for."""
_GRAVE = 3.0
"""The grade of a line from which it is alarming."""
_NEXT = 4
"""Frames on each side of the leading message that are next to it."""
_ORDER = {NAMED: 4, LEADS: 4, CAUSE: 3, SAYS: 3, NEAR: 2, ALARM: 2, PLAIN: 1, REST: 0}
_NAME = expression(r"\b[a-z0-9]+_\w|\b[a-z]+[A-Z]\w|[\w>]/[\w<]|\w\.(?!\s)[a-z_]\w*\b(?!:)|['\"`]\w")
_SYMBOL = expression(r"\w\+0x|\w\.c:\d")
_PACKAGE = expression(
    r"(?:[a-z_][\w$-]{0,80}\.){1,12}(?=[A-Z][\w$]{2,120}(?:Error|Exception|Failure|Throwable)\b)"
)
"""The package before the name of an exception: loggers abbreviate it (`c.s.LeaseException`), or leave it out."""
EXCEPTION = expression(r"[\w.$:\\]{1,200}(?:Error|Exception|Failure|Throwable|Exit|Fault)\b:?")
_STANDARD = expression(
    r"(?:^|[.:\\])_*(?:(?:Type|Range|Reference|Syntax|URI|Eval|Aggregate|Internal|Runtime|Value|Key|Index|Lookup|Attribute"
    r"|Name|Import|ModuleNotFound|Assertion|OS|IO|EOF|Timeout|System|Zero|Division|Overflow|Arithmetic|FloatingPoint"
    r"|Recursion|StackOverflow|Memory|OutOfMemory|NotImplemented|Unicode|Connection|BrokenPipe|Permission|File|Null|No"
    r"|Illegal|Unsupported|Array|ClassCast|ClassNotFound|Concurrent|Number|Argument|Invalid|Standard|Frozen|Load|Local"
    r"|CalledProcess|ChildProcess|ProcessLookup|Logic|Domain|Length|OutOf|Unexpected|Unhandled|Uncaught|Json|Parse"
    r"|Exit|Interrupted|Execution|Socket|SQL)"
    r"[A-Za-z]{0,30})?(?:Error|Exception|Failure|Throwable|Exit|Fault)\b:?$"
)
"""The exceptions that a language or its library brings: another program has them, too."""
_HANG = expression(
    r"(?i)\bblocked for (?:more|over)\b|\bhung\b|\b(?:soft|hard) lockup\b|\bdetected stalls?\b|self-detected stall"
    r"|\bthread starvation\b|\bthread dump\b"
)
_WARNS = expression(r"\S{1,300}:\d+: (?=\w{0,60}Warning: )")
"""Where Python noticed what it warns of, by chance; the line below quotes the source there."""
_LEADS_UP = expression(r"[:,(\[]\s*$|(?i:\b\d+ (?:\w+ )?(?:errors?|problems?|violations?|failures?)\b)")
"""What a message ends with, or counts, whose next line says what."""
_GOES_ON = expression(r":\s*$")
_BEHIND = 8
"""Lines from a leading message on in which it may go on."""
_BETWEEN = 8
"""Characters between two lines that stand on one, at the most: what `template_of` leaves out at their ends."""
_WORD = expression(r"[a-z]{2,}")
_OWN_WORDS = 5
"""Words from which a message is a sentence of the program's own."""


def trace_signature(text: str) -> Signature | None:
    """What is looked for of a readable text of several lines; None where it is one line, or says nothing.

    A record that says in its own line what its exception says is looked for by the exception.
    """
    lines = [line for line in text.splitlines() if line.strip()][:_READ]
    if len(lines) < 2:
        return None
    plain = [without_carrier(line[:LONGEST]) for line in lines]
    letters = _letters(plain, list(read_crashes(plain)), [alarm(line) for line in lines])
    found: dict[str, str] = {}
    for line, bare, letter in zip(lines, plain, letters, strict=True):
        template = template_of(_unglued(line, bare)) if letter else ""
        if template and (letter in _SAY_WHY or text_specificity(template) >= _LEAST):
            package = _PACKAGE.match(template)
            template = template[package.end() :] if package else template
            found[template] = max(letter, found.get(template, letter), key=_ORDER.__getitem__)
    pairs = [*pairwise(found)]
    found = {one: letter for one, letter in found.items() if not _is_joined(one, pairs)}
    said = [one for one, letter in found.items() if letter in MESSAGES]
    again = {one for one, letter in found.items() if letter == REST and any(m.endswith(one) for m in said)}
    found = {one: letter for one, letter in found.items() if one not in again}
    kept = sorted(found, key=lambda one: (-_ORDER[found[one]], -text_specificity(one)))[:MOST_LINES]
    needles = tuple(template for template in found if template in set(kept))
    if not needles:
        return None
    return Signature(needles=needles, template=True, trace="".join(found[needle] for needle in needles))


def _is_joined(line: str, pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether it is a line and the next one, once more, as one: what a reader of folded lines adds."""
    return any(
        line.startswith(one) and line.endswith(after) and len(line) <= len(one) + len(after) + _BETWEEN
        for one, after in pairs
        if line not in (one, after)
    )


def told_first(signature: Signature) -> list[str]:
    """The lines of a trace that are looked for, those that count most first."""
    numbers = sorted(range(len(signature.trace)), key=lambda number: -_ORDER[signature.trace[number]])
    return [signature.needles[number] for number in numbers]


def names_something(message: str) -> bool:
    """Whether a message names something of the program's own, or says it in a sentence of its own.

    `KeyError: 'tax_rate'` does, `general protection fault` does not: that says what kind of crash it is.
    """
    if is_kernels(message):  # (its words are the kernel's own, and the task is any)
        return bool(_SYMBOL.search(message))
    if (kind := EXCEPTION.search(message)) and not _STANDARD.search(kind[0]):
        return True
    said = EXCEPTION.sub(" ", message)
    return bool(_NAME.search(said)) or len(_WORD.findall(said)) >= _OWN_WORDS


def own_words(line: str) -> str:
    """The line without the exceptions that another program has, too."""
    return EXCEPTION.sub(lambda kind: " " if _STANDARD.search(kind[0]) else kind[0], line)


def is_hang(text: str) -> bool:
    """Whether something is said to hang: then a trace shows where a task stood, not why."""
    return _HANG.search(text) is not None


def _unglued(line: str, bare: str) -> str:
    """What is looked for of a line: of a message that another wrote behind what a kernel had begun, the message.

    Of a warning of Python's, what it warns of.
    """
    if place := _WARNS.match(bare):
        return bare[place.end() :]
    found = form_of(bare, within=False)
    if found is None or found[1].runtime != "kernel" or found[1].role is not Role.MESSAGE:
        return line
    message = parts(found[0], bare)[1]
    return line if bare.startswith(message) else message


def is_kernels(line: str) -> bool:
    """Whether a line is a message of a kernel's crash."""
    found = form_of(line, within=False)
    return found is not None and found[1].runtime == "kernel"


def _is_fixed(line: str, told: Told) -> bool:
    """Whether any crash prints this line; the code between frames grades as low, and is the program's own."""
    return told.role is Role.GENERIC and is_boilerplate(line)


def _is_quoted(line: str, before: str) -> bool:
    """Whether it is the line of source that Python quotes below a warning."""
    return line[:1].isspace() and _WARNS.match(before) is not None


def _reasons_behind(
    lines: Sequence[str], told: Sequence[Told], grades: Sequence[float], leader: int
) -> Iterator[int]:
    """The lines in which the leading message goes on and says why: alarming ones, and one that it leads up to.

    One that only leads on to the next (`shop:`, `unable to load '/lib/sf.so':`) need not be the same.
    """
    said = lines[leader].strip()
    leads_up = _LEADS_UP.search(said) is not None
    for number in range(leader + 1, min(len(lines), leader + _BEHIND)):
        said_again = said in lines[number]  # all of it, once more, on one line
        if told[number].role is not Role.OTHER or said_again:
            return
        goes_on = _GOES_ON.search(lines[number]) is not None and _is_other(told, number + 1)
        if (leads_up or grades[number] >= _GRAVE) and not goes_on:
            yield number
        leads_up = goes_on or (leads_up and _LEADS_UP.search(lines[number]) is not None)


def _is_other(told: Sequence[Told], number: int) -> bool:
    return number < len(told) and told[number].role is Role.OTHER


def _letters(lines: Sequence[str], told: Sequence[Told], grades: Sequence[float]) -> list[str]:
    """What each line is for; empty for what any crash prints.  The last of several crashes leads.

    Where none does, as the text breaks off before the exception, the code between the frames is what tells.
    """
    leaders = [number for number, one in enumerate(told) if one.rank == 2]
    leaders = leaders or [number for number, line in enumerate(lines) if _WARNS.match(line)]
    if not leaders:
        return [
            "" if _is_fixed(line, one) else ALARM if grade >= _GRAVE else PLAIN
            for line, one, grade in zip(lines, told, grades, strict=True)
        ]
    leader = leaders[-1]
    leads = NAMED if names_something(lines[leader]) else LEADS
    own = [one.role is Role.FRAME and not is_runtime_frame(lines[number]) for number, one in enumerate(told)]
    frames = [number for number, is_own in enumerate(own) if is_own]
    before, after = [n for n in frames if n < leader], [n for n in frames if n > leader]
    near = {*before[-_NEXT:], *after[:_NEXT]}
    by_role = {Role.MESSAGE: SAYS, Role.CAUSE: SAYS, Role.FRAME: "", Role.GENERIC: "", Role.OTHER: REST}
    letters = [by_role[one.role] for one in told]
    for number, letter in enumerate(letters):
        if letter == SAYS and not is_kernels(lines[number]):
            letters[number] = CAUSE
    for number in frames:
        letters[number] = NEAR if number in near else REST
    letters[leader] = leads
    for number in _reasons_behind(lines, told, grades, leader):
        letters[number] = CAUSE
    quoted = (number for number, line in enumerate(lines) if number and _is_quoted(line, lines[number - 1]))
    for number in quoted:
        letters[number] = ""
    return letters
