"""Which crash of a kernel a text tells of: its kind, and the function to blame.

Two logs are of one crash where both agree, whatever the version, the processor, the addresses and the depth of the
stack: that is how syzkaller (the title of a bug), ClusterFuzz (type and top of the stack) and abrt (signatures of
kernel oopses) decide it.  Neither is enough alone: a kind is of many faults, and a function has many.  Where a text
does not say both, there is no crash here, and nothing is claimed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.expression import expression
from kb.text.crashes.kernel_functions import named, says_where
from kb.text.crashes.kernel_kinds import (
    CHECKERS,
    COMPLETE,
    FUNCTION,
    MARKS,
    RENAMED,
    Blames,
    CrashKind,
    kind_of,
    may_tell,
)
from kb.text.crashes.reading import without_carrier

MOST = 8
"""Crashes of one text that are told apart."""
_READ = 100
"""Messages of one text that are looked at, however often they repeat."""
_LINES = 300
"""Lines behind a message that are read for the function."""
_LONGEST = 600
_DEEP = 12
_ADDRESS = r"\[?[<{]?(?:0x)?[0-9a-f]{6,16}[>}]?\]?:?"
_FRAME = expression(
    rf"(?:\[\d+\] )?(?:{_ADDRESS} +){{0,2}}(?P<doubt>\(?\? ?\)?)?(?:{_ADDRESS} +)?"
    rf"(?::\w+:)?(?P<f>{FUNCTION})(?:\+0x[0-9a-f]+(?!\S* from )|\+\d+\}})"
)
"""`[<ffffffff8123>] ? func+0x1/0x2`, of Linux; the mark of doubt: it stood on the stack, and nobody knows why."""
_FROM = expression(
    rf"(?:{_ADDRESS} )?\(?(?P<f>{FUNCTION})(?: \[\w+\])?\)? from (?:{_ADDRESS} )?\(?(?P<g>{FUNCTION})\+0x"
)
"""`[<80de0078>] (dump_backtrace) from [<80de0574>] (show_stack+0x28/0x2c)`, of 32-bit ARM: two at once."""
_CALLED = expression(rf"(?:#\d+ +)?[\w.:$]+(?:\([^\n]{{0,300}}\))? at (?:\w+:)?(?P<f>{FUNCTION})\+0x")
"""`sys_futimens(ffff80002a221a20) at sys_futimens+0xb3`, of the BSDs."""
_REGISTER = expression(
    r"(?:[RE]?IP|NIP|PC is at|EIP is at|pc|epc|era|Krnl PSW|TPC|Stopped at)\b ?:?\s*[^+\n]{0,90}?"
    rf"(?P<f>(?<![\w.]){FUNCTION})\+0x"
)
"""`RIP: 0010:func+0x1/0x2`, `pc : func+0x1/0x2`, `PC is at func+0x1/0x2`: where the processor stood."""
_STACK = expression(
    r"(?:.{0,20}\b)?(?:call trace|(?:stack )?backtrace(?: \(crc [0-9a-f]+\))?|(?:starting )?stack trace(?:back)?)\b ?"
    r"(?::|\.{3})|(?:\.{3} )?which became \S+ at:",
    re.IGNORECASE,
)
_END = expression(
    r"-+\[ ?end trace|</(?:IRQ|SOFTIRQ)>|<EOI>|(?:Allocated|Freed)(?: by task \d+)?:|Uninit was|Local variable"
    r"|The buggy address|Memory state|Last potentially|Showing all locks|end (?:of kernel|trace frame)"
    r"|page last (?:allocated|free)"
)
"""What stands behind the stack of the crash: other stacks, of who allocated, freed, or was interrupted, among it."""
_LOCK_AT = expression(rf"[^\n]{{0,200}}\bat:? (?:{_ADDRESS} +){{0,2}}(?P<f>{FUNCTION})\+0x")
_LOCK_LINES = 12
_LAST_FUNCTION = expression(rf"\blast function: (?P<f>{FUNCTION})")
_LAST_LINES = 3
_ACCESS = expression(r"(Read|Write) (?:of size|at addr)")
_ACCESS_LINES = 12
_VARIES = expression(r"0x[0-9a-f]+|\b[0-9a-f]{6,}\b|\d+")
_TWICE = 3
"""How often a function stands in a stack that overflowed at least, to be part of what recurs."""


@dataclass(frozen=True, slots=True)
class Crash:
    """A crash of a kernel; `start` and `end` are where its message stands in the text."""

    kind: str
    function: str
    start: int
    end: int
    stack: tuple[str, ...] = ()
    """The functions of its stack that say where, at most `_DEEP`: with another compiler one of them may be to blame."""

    @property
    def name(self) -> str:
        """Such as `KASAN: use-after-free Read in skb_release`."""
        return f"{self.kind} in {self.function}"


@dataclass(frozen=True, slots=True)
class _Frame:
    function: str
    sure: bool


def crashes_in(text: str, most: int = MOST) -> list[Crash]:
    """The crashes of a text in its order, each once, `most` of them; only those whose kind and function are told."""
    found: dict[str, Crash] = {}
    for start in _noticed(text)[:_READ]:
        if (crash := _crash(text, start)) is not None:
            found.setdefault(crash.name, crash)
            if len(found) >= most:
                break
    return list(found.values())


def first_crash(text: str) -> Crash | None:
    """The crash that a text is about: the first of it.  None where it begins with a hang."""
    for start in _noticed(text)[:_READ]:
        said = kind_of(_plain(_line(text, start)))
        if said and said[0].blames is Blames.NOTHING:
            return None
        if crash := _crash(text, start):
            return crash
    return None


def tells_kind(text: str) -> bool:
    """Whether a text tells of a kind of crash of a kernel, be it without a function to blame."""
    return any(kind_of(_plain(_line(text, start))) for start in _noticed(text)[:_READ])


def function_of(name: str) -> str:
    """The function to blame of the `name` of a crash."""
    return name.rpartition(" in ")[2]


def _names_place(text: str) -> bool:
    """Whether a place in a kernel is named in a text; this is what it costs to know that there is no crash."""
    at = text.find("+0x")
    while at >= 0:
        if at and (text[at - 1].isalnum() or text[at - 1] == "_"):
            return True
        at = text.find("+0x", at + 3)
    return any(mark in text for mark in ("last function: ", *COMPLETE))


def _noticed(text: str) -> list[int]:
    """Where the lines begin that may tell of a crash."""
    starts = set[int]()
    for mark in MARKS if _names_place(text) else ():
        at = text.find(mark)
        while at >= 0:
            start = text.rfind("\n", 0, at) + 1
            line = _line(text, start)
            if may_tell(mark, line[:_LONGEST]):
                starts.add(start)
            at = text.find(mark, start + len(line))
    return sorted(starts)


def _crash(text: str, start: int) -> Crash | None:
    line = _line(text, start)
    found = kind_of(_plain(line))
    if found is None or found[0].blames is Blames.NOTHING:
        return None
    kind, match = found
    below = [_plain(one) for one in _lines(text, start + len(line) + 1)]
    frames = list(_frames(below))
    function = _function(kind, match, below, frames)
    if not function:
        return None
    stack = dict.fromkeys(one.function for one in frames if one.sure and says_where(one.function))
    return Crash(_kind(kind, match, below), function, start, start + len(line), (*stack,)[:_DEEP])


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]


def _lines(text: str, start: int) -> Iterator[str]:
    for _ in range(_LINES):
        if start > len(text):
            return
        line = _line(text, start)
        yield line
        start += len(line) + 1


def _plain(line: str) -> str:
    return without_carrier(line[:_LONGEST].rstrip()).strip()


def _kind(kind: CrashKind, match: re.Match[str], below: Sequence[str]) -> str:
    said = match.groupdict()
    what = (said.get("what") or "").lower()
    name = kind.name.format(what=_VARIES.sub("#", RENAMED.get(what, what)))
    if checker := CHECKERS.get(said.get("file") or ""):
        return checker
    if kind.mark.startswith("BUG: KASAN"):
        access = next((found[1] for line in below[:_ACCESS_LINES] if (found := _ACCESS.match(line))), "")
        return f"{name} {access}".rstrip()
    return name


def _function(kind: CrashKind, match: re.Match[str], below: Sequence[str], frames: Sequence[_Frame]) -> str:
    if source := match.groupdict().get("source"):
        return source
    last = (found["f"] for line in below[:_LAST_LINES] if (found := _LAST_FUNCTION.search(line)))
    told = match.groupdict().get("function") or next(last, "")
    said = [named(one) for one in told.split(" / ") if one]
    if said and all(map(says_where, said)):
        return " / ".join(sorted(said))
    if kind.blames is Blames.LOCK and (function := _beside_lock(below)):
        return function
    if kind.blames is Blames.OVERFLOW:
        return _recurring(frames) or _first(frames[::-1])
    if kind.blames is Blames.BECAME:
        return _first(frames) or _beside_lock(below)
    return _first(frames)


def _beside_lock(below: Sequence[str]) -> str:
    """The function beside the first lock that is named; empty where that is one of the locks themselves."""
    near = below[:_LOCK_LINES]
    joined = (f"{line} {after}" if line.endswith(" at:") else line for line, after in pairwise([*near, ""]))
    found = map(_LOCK_AT.match, joined)
    function = next((named(one["f"]) for one in found if one), "")
    return function if function and says_where(function) else ""


def _first(frames: Sequence[_Frame]) -> str:
    """The first function that says where; doubtful ones only where nothing else stands there."""
    sure = [one for one in frames if one.sure]
    return next((one.function for one in sure or frames if says_where(one.function)), "")


def _recurring(frames: Iterable[_Frame]) -> str:
    times = Counter(one.function for one in frames if one.sure and says_where(one.function))
    most = max(times.values(), default=0)
    again = sorted(function for function, count in times.items() if count >= max(_TWICE, most / 2))
    return ", ".join(again)


def _frames(below: Sequence[str]) -> Iterator[_Frame]:
    """Where the processor stood, and the functions of the first stack, from the innermost on."""
    headed = any(_STACK.match(line) for line in below)
    within = not headed
    seen = False
    for line in below:
        if _STACK.match(line):
            within = True
        elif found := _REGISTER.match(line):
            yield _Frame(named(found["f"]), sure=True)
        elif seen and (_END.match(line) or kind_of(line)):
            return
        elif said := kind_of(line):
            if function := said[1].groupdict().get("function"):
                yield _Frame(named(function), sure=True)
        elif within:
            for frame in _frame(line):
                seen = True
                yield frame


def _frame(line: str) -> Iterator[_Frame]:
    if found := _FROM.match(line):
        yield from (_Frame(named(found[group]), sure=True) for group in ("f", "g"))
    elif found := _FRAME.match(line):
        yield _Frame(named(found["f"]), sure=not found["doubt"])
    elif found := _CALLED.match(line):
        yield _Frame(named(found["f"]), sure=True)
