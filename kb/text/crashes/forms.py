"""The row of a table that tells what a line of a crash is for, by its form; and which frames are the runtime's own.

A crash is told by the functions of the program itself: frames by which a runtime raises, reports, and starts what it
runs say nothing of where, and whoever reads a trace skips them (`is_runtime_frame`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kb.expression import expression


class Role(StrEnum):
    """What a line of a crash tells."""

    MESSAGE = "message"
    """What went wrong."""
    CAUSE = "cause"
    """A deeper cause, named as such."""
    FRAME = "frame"
    """Where."""
    GENERIC = "generic"
    """What any crash of this runtime prints, quoted source lines and carets among it."""
    OTHER = "other"


DOTTED = r"(?:[A-Za-z_$][\w$]*[.:\\/]{1,2}){0,12}[A-Za-z_$][\w$]*"
EXCEPTION = (
    r"(?:[A-Za-z_$][\w$]*(?:::|[./\\])){0,12}[A-Z_$][\w$]{0,80}(?:Error|Exception|Throwable|Failure|Rejec"
    r"tion|Interrupt|Exit|Fault|Timeout)"
)
"""The name of an exception, with its package."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of lines of one runtime.

    `pattern` is matched at the beginning of the line; in a message the groups `kind` and `message` are what
    remains of it without its wrapper.  `mark` is what each such line holds, in lower case; a form without one is
    only looked for within a trace that another line began.  `next_tells`: the message is the next line that is
    not empty.  `previous_tells`: it was the line before.  `leads`: of several messages of one crash this one is
    the one to take, whatever came before; `follows`: it is not, where another came before (with `next_tells`: the
    next line is a cause).
    """

    runtime: str
    role: Role
    pattern: str
    example: str
    mark: str = ""
    next_tells: bool = False
    previous_tells: bool = False
    leads: bool = False
    follows: bool = False


def message(runtime: str, mark: str, pattern: str, example: str, **more: bool) -> Form:
    """A form of lines that tell what went wrong."""
    return Form(runtime, Role.MESSAGE, pattern, example, mark, **more)


def cause(runtime: str, mark: str, pattern: str, example: str, **more: bool) -> Form:
    """A form of lines that name a deeper cause."""
    return Form(runtime, Role.CAUSE, pattern, example, mark, **more)


def frame(runtime: str, pattern: str, example: str, mark: str = "", **more: bool) -> Form:
    """A form of lines that say where."""
    return Form(runtime, Role.FRAME, pattern, example, mark, **more)


def generic(runtime: str, pattern: str, example: str, mark: str = "", **more: bool) -> Form:
    """A form of lines that any crash of the runtime prints."""
    return Form(runtime, Role.GENERIC, pattern, example, mark, **more)


_RUNTIME_FUNCTIONS = {
    "kernel": (
        r"\? |_?_?dump_(?:stack|trace)\w*|show_(?:stack|trace|regs)\w*|_?_?(?:kasan|asan|ubsan|kmsan|kcsan|kfence)_\w+"
        r"|_?_?warn\w*|report_(?:bug|ubsan)\w*|fixup_bug\w*|do_error_trap|(?:do_)?invalid_op|exc_\w+|asm_\w+|print_\w+"
        r"|check_memory_region\w*|panic\w*|v?printk\w*|end_report\w*|object_err\w*|check_preemption_disabled"
        r"|debug_smp_processor_id|_?_?die\w*|no_context|bad_area\w*|page_fault|do_page_fault|general_protection"
        r"|entry_\w+|(?:do|ret)_(?:syscall|from)_\w+|syscall_\w+|kthread\w*|worker_thread|process_one_work|start_secondary"
        r"|_?_?schedule\w*|lock_(?:acquire|release)|_?_?lock_acquire\w*|_?_?raw_\w+|_raw_\w+|mutex_lock\w*|__mutex_lock\w*"
        r"|preempt_\w+|rcu_\w+|might_\w+|ddb_?\w*|db_\w+|kdb_\w+|trap\w*|alltraps?|calltrap|vpanic|Xsyscall|syscall"
    ),
    "rust": r"(?:core|std|alloc|__rustc)::|rust_(?:begin_unwind|panic)|__rust_\w+|__libc_start\w*|_start$|main$",
    "jvm": r"(?:java\.base/)?(?:java|jdk|sun|javax)\.|jdk\.internal|scala\.|kotlin\.coroutines|reactor\.core",
    "node": (
        r"(?:node:)?internal/|node:|process\.|Module\.|Function\.executeUserEntryPoint|new Promise"
        r"|process(?:Ticks|Immediate)"
    ),
    "go": r"runtime\.|panic\(|created by|testing\.|net/http\.|main\.main\.func\d+$",
    "c": (
        r"__libc_start\w*|_start$|abort\b|raise\b|__assert\w*|gsignal|__pthread\w*|clone3?$|start_thread"
        r"|std::terminate|__cxa_\w+"
    ),
    "more": r"\.\.\. \d+ (?:more|common)",
    "dotnet": r"System\.|Microsoft\.",
    "beam": r"(?:gen_server|gen_statem|proc_lib|gen|erl_eval|shell|init|timer|lists|supervisor):",
}
_RUNTIME_FRAME = expression(
    r"^[\s|+]*(?:#?\d+[:.]?\s+|at\s+(?:async\s+|new\s+)?|in (?:call from |function )?|from\s+)?"
    r"(?:0x[0-9a-f]+\s+(?:in\s+)?)?"
    rf"(?:\[<[^>]*>\]\s*)?(?:{'|'.join(_RUNTIME_FUNCTIONS.values())})"
)


def is_runtime_frame(frame: str) -> bool:
    """Whether a frame of a trace is the runtime's own: how it raises, reports, and starts what it runs."""
    return _RUNTIME_FRAME.match(frame) is not None
