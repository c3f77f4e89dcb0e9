"""A crash read line by line: what each line is for, and which of its messages leads.

One line of what follows is enough to read ahead, so a stream can be read in constant memory (`read_crashes`).  Of the
messages of one crash one leads: the last of a chain of exceptions, the deepest cause that is named, the first that a
kernel says; `Told.rank` tells which.  A single cause leads only where what it caused says nothing, or names no reason
of the system while it does; a second one always does.

The lines are read without their carrier.  `kb.text.carriers.bare` takes off all that it knows, `Caused by:` and blanks
among it, and in a crash these tell; so a `Margin` takes off only what begins every line alike, numbers apart: what a
container runtime or a daemon wrote before it.  Each line keeps its own indentation.

`message_of` is the message of a line without its wrapper, equal for two versions or settings of a runtime.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kb.expression import expression
from kb.text.carriers import bare
from kb.text.crashes.forms import Form, Role
from kb.text.crashes.table import LONGEST, form_of, parts, without_clock
from kb.text.evidence.alarm import names_reason
from kb.text.specificity import GENERIC
from kb.text.tokens import stem

_CARET = expression(r"\s*(?:\|\s*)*(?:[~^][~^\s]*\^[~^\s]*|\^[~^\s]*)$")
_PREVIOUS = expression(
    r"\s+while executing$|stack traceback:$|Stacktrace:$|CallStack \(from HasCallStack\):|HasCallStac"
    r"k backtrace:"
)
_FRAME_BELOW = expression(
    r"\s+at (?:async )?[\w$.<>/@]{2,300} ?\(|\s+at (?:node:|file:|/)\S+:\d+|\tfrom \S+:\d+|\s+at [\w."
    r"<>`]{3,200}\(.*\)|(?:[\w.~-]{1,80}/){0,12}[\w.%~-]{1,120}\.\S{1,200}\(\.\.\.\)$"
)
_CAUGHT = expression(r"\s*> File \"")
_HEADING = expression(r"[ |+]*(?:Exception Group )?Traceback \(most recent call last\)")
"""The first line of Python's tracebacks."""
_GROUP = expression(
    r"Group: (?:unhandled errors in a TaskGroup|Exceptions from Trio nursery) \(\d{1,6} sub-exceptions?\)$"
)
"""What asyncio, anyio and trio say of any group of tasks that failed: what failed tells more."""
_ONE_OF_GROUP = expression(r"[ |]*\+(?:-\+)?-{4,} \d{1,6} -{4,}$")
"""The heading of an exception in a group; one that was never raised has no traceback below."""
_WRAPS = expression(r"(?:[\w.]{1,200}\.)?\w{0,60}Traceback:$|SystemExit(?:: -?\d{1,3})?$|PYTHONPATH:$")
"""What a traceback ends with that says nothing: the wrapper of another one, that the program left by itself, where
Robot Framework looked for a library."""
_LISTED = expression(r"\s{2,}(?:\d+: )?(\S.*)")
"""A cause in the list below `Caused by:`."""
_ERRORS = expression(r"( *)\[errors\]: \[$")
_ONE_OF_THEM = expression(r" *\[?([A-Z$][\w$]{0,120}(?: \[\w{1,80}\])?: .+?)\]?(?: \{|,)?$")
"""What Node prints of an AggregateError: its errors, each indented by two more than the heading."""
_INDENT = expression(r"(?:\s*[|+])*\s*")
_NAMES = expression(r"[\"'`][^\"'`]{1,200}[\"'`]|\S*[\d/\\_=]\S*")
"""What is quoted, and paths, numbers and identifiers."""
_WORDS = expression(r"[^\W\d_]{2,}")
_PATIENCE, _KERNEL_PATIENCE = 2, 400
"""Lines that belong to nothing after which a crash is over."""
_STRANGE = 40
"""Of a kernel's patience, what a line costs that has no clock of the kernel."""
_BLANKS = 8
"""Empty lines that are read ahead at most."""
_SAYS_NOTHING = 3
"""Words, with the name of the exception, of a message that is no better than its cause."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a line is for.  `rank`: 2 leads its crash from here on, 1 tells less than another, 0 does not tell."""

    role: Role
    rank: int = 0
    crash: int = 0
    """The number of the crash in the text; 0 outside of one."""


_OTHER = Told(Role.OTHER)


class CrashReader:
    """Reads line after line; `within` while a crash is being read."""

    def __init__(self) -> None:
        self._crash = 0
        self._left = 0
        self._leader: str | None = None
        self._indent: int | None = None
        self._awaits = self._awaits_cause = False
        self._chained = False
        self._causes = 0
        self._listed = False
        self._errors: list[int] = []
        """The indents of the errors that are listed below, of the innermost list last."""
        self._first = self._grouped = False

    @property
    def within(self) -> bool:
        """Whether the next line may belong to a crash that began before."""
        return self._left > 0

    def read(self, line: str, following: str = "") -> Told:
        """What `line` is for; `following` is the next line that is not empty."""
        text = without_clock(line.rstrip())
        if not text or text.isspace():
            return _OTHER
        if self._indent is not None and (told := self._python(text)) is not None:
            return told
        if self._grouped and "Traceback (most recent" not in text:
            self._grouped = False
            return self._message(text.strip(" |+"), Role.CAUSE, leads=self._leads_in_group())
        self._grouped = self.within and _ONE_OF_GROUP.match(text) is not None
        if self._listed and (cause := _LISTED.match(text)):
            return self._message(cause[1], Role.CAUSE, leads=self._is_deeper(cause[1]))
        self._listed = text == "Caused by:"
        if (self._errors or "[errors]: [" in text) and (told := self._aggregated(text)) is not None:
            return told
        found = form_of(text, self.within)
        if self._awaits and not (found and found[1].role is Role.GENERIC):
            return self._awaited(text)
        if _CARET.match(text) or _CARET.match(following.rstrip()):
            return self._in(Role.GENERIC)
        if (
            _PREVIOUS.match(following)
            and self._leader is None
            and not (found and found[1].role in (Role.GENERIC, Role.FRAME))
        ):
            return self._message(text, leads=True)
        if found is not None and found[1].role is Role.MESSAGE and _HEADING.match(following):
            return Told(Role.OTHER)  # what a log writes above a traceback announces it
        if found is not None:
            return self._form(text, *found)
        if (
            (not self.within or self._leader is None)
            and _FRAME_BELOW.match(following)
            and not text[0].isspace()
        ):
            return self._message(text)
        if self._left > 0 and not text[0].isspace() and text[0] not in "}])":
            # (What a kernel says has its clock: a line without it is another's, and between others it ends soon.)
            self._left = max(
                0, self._left - (_STRANGE if self._left > _STRANGE and text == line.rstrip() else 1)
            )
        return Told(Role.OTHER, 0, self._crash if self._left else 0)

    def _form(self, text: str, number: int, form: Form) -> Told:
        if form.role is Role.GENERIC:
            return self._generic(text, form)
        if form.role is Role.FRAME:
            return self._in(Role.FRAME)
        kind, message = parts(number, text)
        told = f"{kind}: {message}" if kind else message
        if form.role is Role.CAUSE:
            return self._message(told, Role.CAUSE, leads=form.leads or self._is_deeper(told))
        patience = _KERNEL_PATIENCE if form.runtime == "kernel" else _PATIENCE
        return self._message(told, leads=form.leads, follows=form.follows, patience=patience)

    def _is_deeper(self, cause: str) -> bool:
        """Whether a cause tells more than what it is the cause of."""
        leader = self._leader
        if leader is None or len(leader.split()) <= _SAYS_NOTHING or _is_generic(leader):
            return True
        self._causes += 1
        return self._causes > 1 or (names_reason(cause) and not names_reason(leader))

    def _generic(self, text: str, form: Form) -> Told:
        chained, self._chained = self._chained, "above exception" in text
        opens = "Traceback (most recent" in text
        anew = form.next_tells and not form.follows and not self._awaits
        if anew or (opens and not chained and not text.startswith((" ", "|", "+"))):
            self._end()
        told = self._in(Role.GENERIC)
        if opens:
            self._indent, self._chained = _indent_of(text), chained
        self._awaits = form.next_tells
        self._awaits_cause = form.next_tells and form.follows
        return told

    def _awaited(self, text: str) -> Told:
        """The line that the one before announced."""
        self._awaits = False
        if self._awaits_cause:
            return self._message(text, Role.CAUSE, leads=self._is_deeper(text))
        return self._message(text, leads=True)

    def _python(self, text: str) -> Told | None:
        """A line of a traceback; what stands no deeper than its heading is the exception."""
        assert self._indent is not None
        indent = _indent_of(text)
        # (loguru marks the frame that caught the exception, and where it sets it out, others have no indent.)
        if indent > self._indent or _CAUGHT.match(text):
            found = form_of(text, within=True)
            return self._in(Role.FRAME if found and found[1].role is Role.FRAME else Role.GENERIC)
        if "Traceback (most recent" in text:
            return None
        self._indent = None
        if _WRAPS.match(text):
            return self._in(Role.GENERIC)
        chained, self._chained = self._chained, False
        leads = chained or self._leads_in_group()
        return self._message(text.strip(" |+"), leads=leads, patience=_PATIENCE + 1)

    def _leads_in_group(self) -> bool:
        """Whether an exception leads by itself: nothing else was said, or only that tasks of a group failed."""
        return self._leader is None or _GROUP.search(self._leader) is not None

    def _aggregated(self, text: str) -> Told | None:
        """A line by which errors that happened together are listed; of them the first may lead."""
        if heading := _ERRORS.match(text):
            self._errors.append(heading.end(1) + 2)
            self._first = True
            return self._in(Role.GENERIC)
        indent = len(text) - len(text.lstrip(" "))
        if indent < self._errors[-1]:
            self._errors.pop()
        elif indent == self._errors[-1] and (one := _ONE_OF_THEM.match(text)):
            first, self._first = self._first, False
            return self._message(one[1], Role.CAUSE, leads=first and self._is_deeper(one[1]))
        return None

    def _message(
        self,
        text: str,
        role: Role = Role.MESSAGE,
        *,
        leads: bool = False,
        follows: bool = False,
        patience: int = _PATIENCE,
    ) -> Told:
        if not self.within:
            self._end()
        first = self._leader is None
        if first and not self.within:
            self._crash += 1
        self._left = max(self._left, patience)
        if leads or (first and not follows):
            self._leader = text
        return Told(role, 2 if leads or first else 1, self._crash)

    def _in(self, role: Role) -> Told:
        if not self.within:
            self._end()
            self._crash += 1
        self._left = max(self._left, _PATIENCE)
        return Told(role, 0, self._crash)

    def _end(self) -> None:
        self._left, self._leader, self._indent, self._awaits, self._causes = 0, None, None, False, 0
        self._errors.clear()


def _is_generic(message: str) -> bool:
    """Whether a message, but for what it names, is made of words that any program says."""
    said = _NAMES.sub(" ", message.partition(": ")[2] or message)
    return all(word in GENERIC or stem(word) in GENERIC for word in _WORDS.findall(said.lower()))


def _indent_of(text: str) -> int:
    """Where what stands in a line begins; the blanks before the heading of a group may have been cut with the text."""
    match = _INDENT.match("  " + text if text.startswith("+ Exception Group ") else text)
    return match.end() if match else 0


def read_crashes(lines: Iterable[str]) -> Iterator[Told]:
    """What each line is for, of a stream of any length."""
    reader = CrashReader()
    held: list[str] = []
    for line in lines:
        if held and not line.isspace() and line:
            yield from _read(reader, held, line)
            held = []
        held.append(line)
        if len(held) > _BLANKS:
            yield from _read(reader, held[:1], "")
            held = held[1:]
    yield from _read(reader, held, "")


def _read(reader: CrashReader, held: Sequence[str], following: str) -> Iterator[Told]:
    for line in held:
        yield reader.read(line[:LONGEST], following[:LONGEST])


def roles(lines: Sequence[str]) -> list[Role]:
    """The role of each of the lines, carriers already taken off."""
    return [told.role for told in read_crashes(lines)]


_PLACE = expression(
    r"(?:,? called in \S{1,400} on line \d+)?(?: and defined)? in (?:/|[A-Za-z]:\\|php shell|\S{1,200"
    r"}\.php)\S{0,400}?(?::\d+| on line \d+)$"
)
_DEPTH = expression(r"^[\s|+]+(?:\d{1,2}: )?")
_TAIL = expression(r"(?: \{|\s+\[recovered\]|', \S{1,300}:\d+:\d+)$")


def message_of(line: str, role: Role = Role.MESSAGE) -> str:
    """What the line says went wrong, without the words that the runtime puts around it."""
    text = _DEPTH.sub("", without_clock(line.rstrip()))
    if role not in (Role.MESSAGE, Role.CAUSE):
        return text.strip()
    for tried in (line.rstrip(), text):
        if (found := form_of(without_clock(tried), within=True)) is not None:
            kind, message = parts(found[0], without_clock(tried))
            if message:
                text = f"{kind}: {message}" if kind else message
                break
    return _TAIL.sub("", _PLACE.sub("", text)).strip()


WINDOW = 12
"""Lines that are looked at to learn what begins them."""
_FEWEST_LINES = 3
_LONGEST_PREFIX = 400
_CARRIER_SAYS = expression(r"[A-Za-z>|]|\d[^=\d]{0,4}\d")
"""What a carrier has at least; `#` and `==4312==` belong to what the JVM and others print."""
_PREFIX_PIECE = expression(
    r"(?P<blank>\s+)|(?P<varies>[.:+,/TZ-]{0,3}\d[\d.:+,/TZ-]*)|(?P<stream>\bstd(?:out|err)\b)|(?P<plain>.)"
)


class Margin:
    """What begins the lines of one source; learned from some of them, empty where nothing does."""

    def __init__(self, lines: Sequence[str] = ()) -> None:
        self._begin: re.Pattern[str] | None = None
        self.learn(lines)

    def learn(self, lines: Sequence[str]) -> None:
        """Learn it anew from lines that follow each other."""
        seen = [line for line in lines if line and not line.isspace()][:WINDOW]
        self._begin = None
        if len(seen) < _FEWEST_LINES:
            return
        for prefix in sorted(
            {line[: min(bare(line).start, _LONGEST_PREFIX)] for line in seen}, key=len, reverse=True
        ):
            if not _CARRIER_SAYS.search(prefix):
                return
            begin = _prefix_pattern(prefix)
            if all(begin.match(line) for line in seen):
                self._begin = begin
                return

    def fits(self, line: str) -> bool:
        """Whether the line begins as the others did."""
        return self._begin is None or self._begin.match(line) is not None

    def take_off(self, line: str) -> str:
        """The line without it."""
        match = self._begin.match(line) if self._begin is not None else None
        return line[match.end() :] if match else line


def uncarried(lines: Sequence[str]) -> list[str]:
    """The lines without what begins all of them alike; what `roles` should be given of a text as it came."""
    margin = Margin(lines)
    return [margin.take_off(line) for line in lines]


def without_carrier(line: str) -> str:
    """One line without its carriers, but with the level that it begins with: `BUG: ` is how a kernel's crash begins."""
    if (console := without_clock(line)) != line:
        return console
    carried = bare(line)
    return carried.text if carried.said.keys() - {"severity"} else line


def _prefix_pattern(prefix: str) -> re.Pattern[str]:
    """The prefix with its numbers and times left open; of the blanks behind it one belongs to it."""
    made = []
    for piece in _PREFIX_PIECE.finditer(prefix.rstrip()):
        if piece["blank"]:
            made.append(r"[ \t]{1,40}")
        elif piece["varies"]:
            made.append(r"[\d.:+,/TZ-]{1,120}")
        elif piece["stream"]:
            made.append(r"std(?:out|err)")
        else:
            made.append(re.escape(piece["plain"]))
    return re.compile("".join(made) + " ?")
