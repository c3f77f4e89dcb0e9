"""The kinds of crashes of kernels that one can tell apart by what the kernel says, and what is to blame for each.

The same trouble has other words from version to version and from one processor to the next (`BUG: unable to handle page
fault` on x86 is `Unable to handle kernel paging request` on arm64): both are one kind.  Hangs are none, since their
trace shows where a task stood, not why (they stand in the table to be told from what may come behind them); nor is a
panic that only follows from what was said before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from kb.expression import expression

FUNCTION = r"[A-Za-z_.][\w.$]{1,120}"
"""The name of a function, with what a compiler adds to it."""


class Blames(Enum):
    """Where the function to blame is named, if the message itself names none, or one that says nothing."""

    STACK = auto()
    """In the registers (`RIP:`, `pc :`) or the stack: the first function that says where."""
    LOCK = auto()
    """Beside the first lock (`at: FUNCTION`), then in the stack."""
    BECAME = auto()
    """In the stack; where that tells nothing, beside the first lock."""
    OVERFLOW = auto()
    """A stack that overflowed: the functions that come again and again, or where none does the outermost.  The last
    one that still fitted is chance."""
    NOTHING = auto()
    """A hang."""


@dataclass(frozen=True, slots=True)
class CrashKind:
    """A row of the table.

    `mark` is what every such line holds, as it is written.  `pattern` is matched at the beginning of the line without
    its carriers; its groups: `what` completes `name`, `function` is to blame, `file` may have a kind of its own;
    `source` is the file of an assertion: that names the place by itself, whatever the stack says.
    """

    name: str
    mark: str
    pattern: str
    blames: Blames = Blames.STACK


def _lockdep(name: str, words: str, blames: Blames = Blames.LOCK) -> CrashKind:
    """What lockdep says, in all its versions."""
    return CrashKind(name, words, rf"(?:WARNING|\[? ?BUG|(?:\[ )?INFO): (?:.{{1,60}}?[ -])?{words}", blames)


def _sanitizer(tool: str, pattern: str) -> CrashKind:
    """`BUG: KASAN: use-after-free in skb_release+0x1/0x2` and its kin."""
    return CrashKind(f"{tool}: {{what}}", f"BUG: {tool}: ", f"BUG: {tool}: {pattern}")


def _hang(mark: str, pattern: str) -> CrashKind:
    return CrashKind("hang", mark, pattern, Blames.NOTHING)


_AT = rf"(?P<function>{FUNCTION})(?:\+0x|$|\s|:)"
_PLACE = r"(?P<file>[\w./-]+\.[chS]):\d+"
_SOURCE = r"\"?(?:[\w.-]*/)*(?P<source>[\w.-]+\.(?:[chmS]|cc|cpp|rs))\"?"
_MODE = r"(?:while )?in (?:kernel|supervisor) mode"
_BAD, _PROTECTION, _OVERFLOW = "bad memory access", "protection fault", "stack overflow"
_DEADLOCK, _LOCKING = "possible deadlock", "locking bug"
"""What lockdep foresees, in whatever order the locks are taken; and what it finds wrong with the use of one lock."""

KINDS: tuple[CrashKind, ...] = (
    _sanitizer("KASAN", rf"(?P<what>[a-z-]+(?: or [a-z-]+)?)(?: in {_AT})?"),
    _sanitizer("KFENCE", rf"(?P<what>[a-z -]+?) in {_AT}"),
    _sanitizer("KMSAN", rf"(?P<what>[a-z-]+) in {_AT}"),
    _sanitizer("KCSAN", rf"(?P<what>[a-z: -]+) in (?P<function>{FUNCTION}(?: / {FUNCTION})?)"),
    CrashKind("UBSAN: {what}", "UBSAN: ", rf"UBSAN: (?P<what>[\w -]+) in {_PLACE}"),
    CrashKind(
        "NULL pointer dereference",
        "NULL pointer dereference",
        r"(?:BUG: )?(?:unable to handle )?kernel NULL pointer dereference",
    ),
    CrashKind(
        _BAD,
        "nable to handle ",
        r"(?:BUG: )?unable to handle (?:page fault|kernel (?:paging|access to|data access|pointer deref|unaligned"
        r"|execution))",
    ),
    CrashKind(_BAD, "kernel: page fault trap", r"kernel: page fault trap"),
    CrashKind(_BAD, "uvm_fault(", r"\*?(?:cpu\d+: )?uvm_fault\("),
    CrashKind(_BAD, "page fault", rf"(?:Fatal trap \d+: )?(?:fatal )?page fault {_MODE}"),
    CrashKind(
        _PROTECTION,
        "protection fault",
        r"(?:.{1,80}(?:access|\s))?general protection fault\b(?!.{0,60} error:\d+ in )",
    ),
    CrashKind(
        _PROTECTION,
        "protection fault",
        rf"(?:Fatal trap \d+: |kernel: |fatal )?(?:general )?protection fault(?: trap| {_MODE})",
    ),
    CrashKind(
        "{what}",
        "0000 [#",
        r"(?:Oops: )?(?P<what>divide error|invalid opcode|stack segment|double fault|int3): 0000 \[#",
    ),
    CrashKind("{what}", "Internal error: ", r"Internal error: (?!Oops)(?P<what>[A-Za-z][\w -]+?): [0-9a-f]+"),
    CrashKind("unhandled fault", "Unhandled fault: ", r"Unhandled fault: "),
    CrashKind("kernel BUG", "kernel BUG at ", rf"kernel BUG at {_PLACE}!"),
    CrashKind("WARNING", "WARNING: ", rf"WARNING: (?:CPU: \d+ PID: \d+ )?at {_PLACE},? ?(?:{_AT})?"),
    CrashKind("WARNING", "WARNING: ", rf"WARNING: {_PLACE} at (?:0x\d+|{_AT})"),
    CrashKind("refcount bug", "refcount_t: ", r"refcount_t: "),
    CrashKind("list corruption", " corruption", r"list_(?:add|del) corruption"),
    CrashKind("bad usercopy", "usercopy: ", r"usercopy: Kernel memory "),
    CrashKind("ODEBUG bug", "ODEBUG: ", r"ODEBUG: \w+ \w+ \("),
    _lockdep(_DEADLOCK, "possible circular locking"),
    _lockdep(_DEADLOCK, "possible recursive locking"),
    _lockdep(_DEADLOCK, "possible irq lock inversion"),
    _lockdep(_DEADLOCK, "unsafe lock order", Blames.BECAME),
    _lockdep("inconsistent lock state", "inconsistent lock state"),
    _lockdep("bad unlock balance", "bad unlock balance"),
    _lockdep("held lock freed", "held lock freed"),
    _lockdep("lock held", "lock held when returning"),
    _lockdep("lock held", "still has locks held"),
    _lockdep("suspicious RCU usage", "suspicious RCU usage", Blames.STACK),
    _lockdep(_LOCKING, "Invalid wait context", Blames.STACK),
    _lockdep("lock without a key", "trying to register non-static key", Blames.STACK),
    CrashKind("leak of a lock", "workqueue leaked", r"BUG: workqueue leaked "),
    CrashKind(
        "sleeping in atomic context", "sleeping function called", r"BUG: sleeping function called from inv"
    ),
    CrashKind("scheduling while atomic", "scheduling while atomic", r"BUG: scheduling while atomic"),
    CrashKind(
        "{what} in preemptible code", "in preemptible", r"BUG: using (?P<what>\w+)(?:\(\))? in preemptible"
    ),
    CrashKind(
        "{what}",
        "lock ",
        r"BUG: (?P<what>(?:spinlock|rwlock) (?:bad magic|already unlocked|recursion|wrong owner|wrong CPU"
        r"|cpu recursion))",
    ),
    CrashKind("memory leak", "BUG: memory leak", r"BUG: memory leak"),
    CrashKind("dentry still in use", " still in use ", r"BUG: Dentry \S+ +still in use"),
    CrashKind(_OVERFLOW, "stack guard page", r"BUG: (?:\w+ )?stack guard page was hit", Blames.OVERFLOW),
    CrashKind(
        _OVERFLOW,
        "stack overflow",
        r"(?:Kernel panic - not syncing: |BUG: )?(?:kernel )?stack overflow",
        Blames.OVERFLOW,
    ),
    CrashKind(_OVERFLOW, "to handle exception", r"Insufficient stack space to handle", Blames.OVERFLOW),
    CrashKind(
        _OVERFLOW,
        "corrupted stack end",
        r"Kernel panic - not syncing: corrupted stack end",
        Blames.OVERFLOW,
    ),
    CrashKind(
        "stack corrupted",
        "stack is corrupted in: ",
        rf"Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: (?:{_AT})?",
    ),
    _hang("soft lockup", r"(?:watchdog: )?BUG: soft lockup"),
    _hang("LOCKUP", r"(?:NMI watchdog: )?(?:Watchdog detected|Kernel panic - not syncing:)? ?hard LOCKUP"),
    _hang("INFO: task ", r"INFO: task .{1,60} blocked"),
    _hang("INFO: rcu", r"(?:rcu: )?INFO: rcu\w* .*(?:stall|starved)"),
    CrashKind(
        "assertion {what}",
        "assertion ",
        rf"panic: (?:kernel (?:diagnostic |debugging )?)?assertion "
        rf"\"?(?P<what>.{{1,200}}?)\"? failed:? (?:file|at) {_SOURCE}",
    ),
    CrashKind(
        "assertion {what}",
        "ASSERT FAILED at ",
        rf"(?:.{{0,80}}?: )?(?:DEBUG )?ASSERT FAILED at \({_SOURCE}:\d+\): (?P<what>.{{1,200}})",
    ),
    CrashKind(
        "panic: {what}",
        "panic(cpu ",
        rf"panic\(cpu \d+ caller 0x[0-9a-f]+\): \"?(?P<what>.{{1,200}}?)\"? ?@{_SOURCE}:\d+",
    ),
    CrashKind("panic: {what}", "panic: ", r"panic: (?P<what>\S.{0,200}?)(?:$|,? at /)"),
)
"""In the order in which those of one mark are tried."""

CHECKERS = {
    "lib/refcount.c": "refcount bug",
    "lib/debugobjects.c": "ODEBUG bug",
    "lib/list_debug.c": "list corruption",
    "mm/usercopy.c": "bad usercopy",
    "kernel/locking/lockdep.c": _LOCKING,
    "kernel/lockdep.c": _LOCKING,
    "lib/kobject.c": "kobject bug",
    "kernel/dma/debug.c": "DMA-API bug",
    "lib/dma-debug.c": "DMA-API bug",
}
"""Files of Linux in which a `WARNING` or `BUG` is raised for all that use what they check, with the kind of that."""

RENAMED = {
    "slab-use-after-free": "use-after-free",
    "double-free or invalid-free": "invalid-free",
    "double-free": "invalid-free",
    "invalid free": "invalid-free",
}
"""What KASAN calls the same finding since another version of Linux (mm/kasan/report.c)."""

_LOGIN = expression(r"[\w -]{0,40}login: ")
"""What stands on a console before the message."""
_BY_MARK: dict[str, list[tuple[CrashKind, re.Pattern[str]]]] = {}
for _kind in KINDS:
    _BY_MARK.setdefault(_kind.mark, []).append((_kind, expression(_kind.pattern, re.IGNORECASE)))

COMPLETE: tuple[str, ...] = tuple(dict.fromkeys(kind.mark for kind in KINDS if "?P<source>" in kind.pattern))
"""The marks of messages that name the place by themselves."""
MARKS: tuple[str, ...] = tuple(_BY_MARK)
"""What a line that tells of any of the kinds holds, each as it is written."""


def may_tell(mark: str, line: str) -> bool:
    """Whether a line that holds the mark tells of one of its kinds, once its carriers are off."""
    return any(pattern.search(line) for _, pattern in _BY_MARK[mark])


def kind_of(line: str) -> tuple[CrashKind, re.Match[str]] | None:
    """The kind that a line without carriers tells of, with its match."""
    login = _LOGIN.match(line)
    begin = login.end() if login else 0
    for mark, rows in _BY_MARK.items():
        if mark in line:
            for kind, pattern in rows:
                if found := pattern.match(line, begin):
                    return kind, found
    return None
