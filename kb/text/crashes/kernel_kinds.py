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
class Kind:
    """A row of the table.

    `mark` is what every such line holds, as it is written.  `pattern` is matched at the beginning of the line without
    its carriers; its groups: `what` completes `name`, `function` is to blame, `file` may have a kind of its own; `source`
is the file of an assertion: that names the place by itself, whatever the stack says.
    """

    name: str
    mark: str
    pattern: str
    example: str
    blames: Blames = Blames.STACK


_AT = rf"(?P<function>{FUNCTION})(?:\+0x|$|\s|:)"
_PLACE = r"(?P<file>[\w./-]+\.[chS]):\d+"
_SOURCE = r"\"?(?:[\w.-]*/)*(?P<source>[\w.-]+\.(?:[chmS]|cc|cpp|rs))\"?"
_LOCK, _BECAME, _OVERFLOW, _NOTHING = Blames.LOCK, Blames.BECAME, Blames.OVERFLOW, Blames.NOTHING

KINDS: tuple[Kind, ...] = (
    Kind("KASAN: {what}", "BUG: KASAN: ", rf"BUG: KASAN: (?P<what>[a-z-]+(?: or [a-z-]+)?)(?: in {_AT})?",
         "BUG: KASAN: use-after-free in skb_release+0x1/0x2"),
    Kind("KFENCE: {what}", "BUG: KFENCE: ", rf"BUG: KFENCE: (?P<what>[a-z -]+?) in {_AT}",
         "BUG: KFENCE: use-after-free read in skb_release+0x1/0x2"),
    Kind("KMSAN: {what}", "BUG: KMSAN: ", rf"BUG: KMSAN: (?P<what>[a-z-]+) in {_AT}",
         "BUG: KMSAN: uninit-value in skb_release+0x1/0x2"),
    Kind("KCSAN: {what}", "BUG: KCSAN: ", rf"BUG: KCSAN: (?P<what>[a-z: -]+) in (?P<function>{FUNCTION}(?: / {FUNCTION})?)",
         "BUG: KCSAN: data-race in skb_release / skb_queue"),
    Kind("NULL pointer dereference", "NULL pointer dereference",
         r"(?:BUG: )?(?:unable to handle )?kernel NULL pointer dereference",
         "BUG: kernel NULL pointer dereference, address: 0000000000000018"),
    Kind("bad memory access", "nable to handle ",
         r"(?:BUG: )?unable to handle (?:page fault|kernel (?:paging|access to|data access|pointer deref|unaligned|execution))",
         "BUG: unable to handle page fault for address: ffffffffffffffd8"),
    Kind("bad memory access", "kernel: page fault trap", r"kernel: page fault trap", "kernel: page fault trap, code=0"),
    Kind("bad memory access", "uvm_fault(", r"\*?(?:cpu\d+: )?uvm_fault\(", "uvm_fault(0xfffffa806d1a7a20, 0x70, 0, 1) -> e"),
    Kind("bad memory access", "page fault", r"(?:Fatal trap \d+: )?(?:fatal )?page fault (?:while )?in (?:kernel|supervisor) mode",
         "Fatal trap 12: page fault while in kernel mode"),
    Kind("protection fault", "protection fault", r"(?:.{1,80}(?:access|\s))?general protection fault\b(?!.{0,60} error:\d+ in )",
         "general protection fault: 0000 [#1] SMP KASAN"),
    Kind("protection fault", "protection fault", r"(?:Fatal trap \d+: |kernel: |fatal )?(?:general )?protection fault"
         r"(?: trap| (?:while )?in (?:kernel|supervisor) mode)", "Fatal trap 9: general protection fault while in kernel mode"),
    Kind("{what}", "0000 [#", r"(?:Oops: )?(?P<what>divide error|invalid opcode|stack segment|double fault|int3): 0000 \[#",
         "divide error: 0000 [#1] SMP"),
    Kind("kernel BUG", "kernel BUG at ", rf"kernel BUG at {_PLACE}!", "kernel BUG at mm/slub.c:3901!"),
    Kind("WARNING", "WARNING: ", rf"WARNING: (?:CPU: \d+ PID: \d+ )?at {_PLACE},? ?(?:{_AT})?",
         "WARNING: CPU: 2 PID: 1194 at net/xfrm/xfrm_state.c:2381 xfrm_state_fini+0x440/0x5c0"),
    Kind("WARNING", "WARNING: ", rf"WARNING: {_PLACE} at (?:0x\d+|{_AT})", "WARNING: net/ipv4/tcp.c:31 at tcp_close+0x1/0x2, CPU#1: curl/99"),
    Kind("refcount bug", "refcount_t: ", r"refcount_t: ", "refcount_t: underflow; use-after-free."),
    Kind("list corruption", " corruption", r"list_(?:add|del) corruption", "list_del corruption, ffff8881->next is LIST_POISON1"),
    Kind("bad usercopy", "usercopy: ", r"usercopy: Kernel memory ", "usercopy: Kernel memory exposure attempt detected from SLUB object"),
    Kind("ODEBUG bug", "ODEBUG: ", r"ODEBUG: \w+ \w+ \(", "ODEBUG: free active (active state 0) object type: timer_list hint: f+0x0/0x1"),
    Kind("UBSAN: {what}", "UBSAN: ", rf"UBSAN: (?P<what>[\w -]+) in {_PLACE}", "UBSAN: array-index-out-of-bounds in net/core/dev.c:31:9"),
    Kind("possible deadlock", "possible circular locking", r"(?:WARNING|\[ INFO|INFO): possible circular locking dependency",
         "WARNING: possible circular locking dependency detected", _LOCK),
    Kind("possible deadlock", "lock inversion", r"(?:WARNING|\[ INFO|INFO): possible irq lock inversion",
         "WARNING: possible irq lock inversion dependency detected", _LOCK),
    Kind("possible deadlock", "unsafe lock order", r"(?:WARNING|\[ INFO|INFO): \S+-safe -> \S+-unsafe lock order",
         "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", _BECAME),
    Kind("possible deadlock", "recursive locking", r"(?:WARNING|\[ INFO|INFO): possible recursive locking",
         "WARNING: possible recursive locking detected", _LOCK),
    Kind("inconsistent lock state", "inconsistent lock state", r"(?:WARNING|\[ INFO|INFO): inconsistent lock state",
         "WARNING: inconsistent lock state", _LOCK),
    Kind("bad unlock balance", "bad unlock balance", r"(?:WARNING|\[? ?BUG): bad unlock balance", "WARNING: bad unlock balance detected!", _LOCK),
    Kind("held lock freed", "held lock freed", r"(?:WARNING|\[? ?BUG): held lock freed", "WARNING: held lock freed!", _LOCK),
    Kind("lock held", "held when returning", r"(?:WARNING|\[? ?BUG): lock held when returning", "WARNING: lock held when returning to user space!", _LOCK),
    Kind("suspicious RCU usage", "suspicious RCU usage", r"(?:WARNING|\[ INFO|INFO): suspicious RCU usage", "WARNING: suspicious RCU usage"),
    Kind("invalid wait context", "nvalid wait context", r"\[? ?BUG: Invalid wait context", "[ BUG: Invalid wait context ]"),
    Kind("lock without a key", "register non-static key", r"INFO: trying to register non-static key", "INFO: trying to register non-static key."),
    Kind("sleeping in atomic context", "sleeping function called", r"BUG: sleeping function called from invalid context",
         "BUG: sleeping function called from invalid context at mm/slab.h:421"),
    Kind("scheduling while atomic", "scheduling while atomic", r"BUG: scheduling while atomic", "BUG: scheduling while atomic: orders/2188/0x00000101"),
    Kind("per-cpu data in preemptible code", "in preemptible", r"BUG: using \w+(?:\(\))? in preemptible", "BUG: using smp_processor_id() in preemptible [00000000] code: a/1"),
    Kind("{what}", "BUG: ", r"BUG: (?P<what>(?:spinlock|rwlock) (?:bad magic|already unlocked|recursion|wrong owner|wrong CPU|cpu recursion))",
         "BUG: spinlock bad magic on CPU#1, a/1"),
    Kind("memory leak", "BUG: memory leak", r"BUG: memory leak", "BUG: memory leak"),
    Kind("dentry still in use", " still in use ", r"BUG: Dentry \S+ +still in use", "BUG: Dentry ffff88811{i=0,n=.index}  still in use (1) [unmount of ramfs ramfs]"),
    Kind("stack overflow", "stack guard page was hit", r"BUG: (?:\w+ )?stack guard page was hit", "BUG: TASK stack guard page was hit at ffffc9000e4aff58", _OVERFLOW),
    Kind("stack overflow", "stack overflow", r"(?:Kernel panic - not syncing: |BUG: |Insufficient )?(?:kernel )?stack (?:overflow|space to handle)",
         "Kernel panic - not syncing: kernel stack overflow", _OVERFLOW),
    Kind("stack overflow", "corrupted stack end", r"Kernel panic - not syncing: corrupted stack end", "Kernel panic - not syncing: corrupted stack end detected inside scheduler", _OVERFLOW),
    Kind("stack corrupted", "stack is corrupted in: ", rf"Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: (?:{_AT})?",
         "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: f+0x1/0x2"),
    Kind("lock held", "still has locks held", r"(?:WARNING|\[? ?BUG): .{1,60} still has locks held", "WARNING: a/17 still has locks held!", _LOCK),
    Kind("{what}", "Internal error: ", r"Internal error: (?!Oops)(?P<what>[A-Za-z][\w -]+?): [0-9a-f]+",
         "Internal error: synchronous external abort: 96000410 [#1] PREEMPT SMP"),
    Kind("unhandled fault", "Unhandled fault: ", r"Unhandled fault: ", "Unhandled fault: page domain fault (0x81b) at 0x00001044"),
    Kind("leak of a lock", "workqueue leaked", r"BUG: workqueue leaked ", "BUG: workqueue leaked lock or atomic: a/0x1/2"),
    Kind("hang", "soft lockup", r"(?:watchdog: )?BUG: soft lockup", "watchdog: BUG: soft lockup - CPU#1 stuck for 134s!", _NOTHING),
    Kind("hang", "LOCKUP", r"(?:NMI watchdog: )?(?:Watchdog detected|Kernel panic - not syncing:)? ?hard LOCKUP",
         "Watchdog detected hard LOCKUP on cpu 3", _NOTHING),
    Kind("hang", "INFO: task ", r"INFO: task .{1,60} blocked", "INFO: task kworker/1:0:17 blocked for more than 143 seconds.", _NOTHING),
    Kind("hang", "INFO: rcu", r"(?:rcu: )?INFO: rcu\w* .*(?:stall|starved)", "rcu: INFO: rcu_preempt self-detected stall on CPU", _NOTHING),
    Kind("assertion {what}", "assertion ", rf"panic: (?:kernel (?:diagnostic |debugging )?)?assertion \"?(?P<what>.{{1,200}}?)\"? failed:? (?:file|at) {_SOURCE}",
         'panic: kernel diagnostic assertion "a != NULL" failed: file "/usr/src/sys/kern/a.c", line 31'),
    Kind("assertion {what}", "ASSERT FAILED at ", rf"(?:.{{0,80}}?: )?(?:DEBUG )?ASSERT FAILED at \({_SOURCE}:\d+\): (?P<what>.{{1,200}})",
         "ASSERT FAILED at (kernel/vm/vm_page_list.cpp:31): p == nullptr"),
    Kind("panic: {what}", "panic(cpu ", rf"panic\(cpu \d+ caller 0x[0-9a-f]+\): \"?(?P<what>.{{1,200}}?)\"? ?@{_SOURCE}:\d+",
         'panic(cpu 1 caller 0xffffff801d080ed5): "pf_send_tcp: not AF_INET"@/Users/a/xnu/bsd/net/pf.c:2578'),
    Kind("panic: {what}", "panic: ", r"panic: (?P<what>\S.{0,200}?)(?:$|,? at /)", "panic: vop_generic_badop"),
)  # fmt: skip

CHECKERS = {
    "lib/refcount.c": "refcount bug",
    "lib/debugobjects.c": "ODEBUG bug",
    "lib/list_debug.c": "list corruption",
    "mm/usercopy.c": "bad usercopy",
    "kernel/locking/lockdep.c": "locking bug",
    "kernel/lockdep.c": "locking bug",
    "lib/kobject.c": "kobject bug",
    "kernel/dma/debug.c": "DMA-API bug",
    "lib/dma-debug.c": "DMA-API bug",
}
"""Files of Linux in which a `WARNING` or `BUG` is raised for all that use what they check: the kind of what they find."""

RENAMED = {
    "slab-use-after-free": "use-after-free",
    "double-free or invalid-free": "invalid-free",
    "double-free": "invalid-free",
    "invalid free": "invalid-free",
}
"""What KASAN calls the same finding since another version of Linux (mm/kasan/report.c)."""

_LOGIN = re.compile(r"[\w -]{0,40}login: ")
"""What stands on a console before the message."""
_BY_MARK: dict[str, list[tuple[Kind, re.Pattern[str]]]] = {}
for _kind in KINDS:
    _BY_MARK.setdefault(_kind.mark, []).append((_kind, re.compile(_kind.pattern, re.IGNORECASE)))

COMPLETE: tuple[str, ...] = tuple(mark for mark in _BY_MARK if mark.lower().startswith(("assert", "panic(")))
"""The marks of messages that name the place by themselves."""
MARKS: tuple[str, ...] = tuple(_BY_MARK)
"""What a line that tells of any of the kinds holds, each as it is written."""


def may_tell(mark: str, line: str) -> bool:
    """Whether a line that holds the mark tells of one of its kinds, once its carriers are off."""
    return any(pattern.search(line) for _, pattern in _BY_MARK[mark])


def kind_of(line: str) -> tuple[Kind, re.Match[str]] | None:
    """The kind that a line without carriers tells of, with its match."""
    login = _LOGIN.match(line)
    begin = login.end() if login else 0
    for mark, rows in _BY_MARK.items():
        if mark in line:
            for kind, pattern in rows:
                if found := pattern.match(line, begin):
                    return kind, found
    return None
