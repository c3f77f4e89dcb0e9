"""Which crash of a kernel a text tells of: its kind, and the function to blame."""

from __future__ import annotations

import time

import pytest

from kb.text.crashes.blame import crashes_in, first_crash, function_of
from kb.text.crashes.kernel_functions import named, says_where
from kb.text.crashes.kernel_kinds import kind_of

X86 = """\
[   12.100000] BUG: unable to handle page fault for address: ffffffffffffffd8
[   12.100001] CPU: 1 PID: 77 Comm: ledgerd Not tainted 6.1.0 #1
[   12.100002] RIP: 0010:ledger_fold+0x1a/0x90 [ledger]
[   12.100003] Call Trace:
[   12.100004]  <TASK>
[   12.100005]  ledger_sync+0x33/0x90
[   12.100006]  do_syscall_64+0x3d/0x70
"""
ARM64 = """\
[  901.554][ T31] Unable to handle kernel paging request at virtual address ffff0000deadbeef
[  901.554][ T31] pc : ledger_fold+0x44/0x120
[  901.554][ T31] lr : ledger_sync+0x80/0x90
[  901.554][ T31] Call trace:
[  901.554][ T31]  ledger_fold+0x44/0x120
"""
ARM = """\
Unable to handle kernel paging request at virtual address 00001044
PC is at __list_del_entry+0x18/0x60
Backtrace:
[<80de0078>] (__list_del_entry) from [<80de0574>] (ledger_fold+0x28/0x2c)
[<80de0078>] (ledger_fold) from [<80de0574>] (ledger_sync+0x28/0x2c)
"""
RISCV = """\
Unable to handle kernel access to user memory without uaccess routines at virtual address 0000000000000018
epc : ledger_fold+0x14/0x60
 ra : ledger_sync+0x1a/0x40
"""
POWERPC = """\
BUG: Unable to handle kernel data access at 0xc000000000001234
NIP [c0000000004f1a20] ledger_fold+0x40/0xf0
LR [c0000000004f1a00] ledger_sync+0x20/0xf0
Call Trace:
[c000000003a4f9b0] [c0000000004f1a00] ledger_sync+0x20/0xf0 (unreliable)
"""
OLD = """\
Nov 20 10:15:12 db7 kernel: [   12.100000] BUG: unable to handle kernel paging request at ffffffd8
Nov 20 10:15:12 db7 kernel: [   12.100001] IP: [<ffffffff8123aabb>] ledger_fold+0x1a/0x90 [ledger]
Nov 20 10:15:12 db7 kernel: [   12.100003] Call Trace:
Nov 20 10:15:12 db7 kernel: [   12.100004]  [<ffffffff8123ccdd>] ? ledger_guess+0x2/0x3
Nov 20 10:15:12 db7 kernel: [   12.100004]  [<ffffffff8123ccdd>] ledger_sync+0x33/0x90
"""
SYMBOLIZED = """\
BUG: unable to handle kernel paging request at ffffffd8
RIP: 0010:__rb_erase_color+0x1a/0x90 lib/rbtree.c:312
Call Trace:
 ledger_drop fs/ledger/fold.c:12 [inline]
 ledger_fold+0x1a/0x90 fs/ledger/fold.c:90
 ledger_sync+0x33/0x90 fs/ledger/sync.c:31
"""
OPENBSD = """\
uvm_fault(0xfffffa806d1a7a20, 0x70, 0, 1) -> e
kernel: page fault trap, code=0
Stopped at      ledger_fold+0x368:       movl    0x70(%rax),%r12d
ledger_fold(ffff80002a75a548,fffffa806c85fe58) at ledger_fold+0x368
ledger_sync(ffff80002a75a548) at ledger_sync+0xb3
"""
FREEBSD = """\
Fatal trap 12: page fault while in kernel mode
cpuid = 1; apic id = 01
KDB: stack backtrace:
#0 0xffffffff80c8 at kdb_backtrace+0x67
#1 0xffffffff80c1 at vpanic+0x17f
#2 0xffffffff80f1 at trap_fatal+0x386
#3 0xffffffff80f2 at calltrap+0x8
#4 0xffffffff80c9 at ledger_fold+0x42
"""


@pytest.mark.parametrize(
    "text",
    [X86, ARM64, ARM, RISCV, POWERPC, OLD, SYMBOLIZED, OPENBSD, FREEBSD],
    ids=["x86", "arm64", "arm", "riscv", "powerpc", "old", "symbolized", "openbsd", "freebsd"],
)
def test_a_crash_has_one_name_on_every_processor_and_in_every_version(text: str) -> None:
    assert [crash.name for crash in crashes_in(text)] == ["bad memory access in ledger_fold"]


def test_a_function_that_serves_others_is_passed_over() -> None:
    text = """\
BUG: KASAN: use-after-free in __list_del_entry+0x196/0x1d0
Read of size 8 at addr ffff8801ce6e8e10 by task ledgerd/23
Call Trace:
 dump_stack+0x1/0x2
 kasan_report+0x3/0x4
 __list_del_entry+0x196/0x1d0
 mutex_lock_nested+0x1/0x2
 ledger_drop.isra.7.part.2+0x12/0x30
Allocated by task 23:
 ledger_new+0x1/0x2
"""
    assert [crash.name for crash in crashes_in(text)] == ["KASAN: use-after-free Read in ledger_drop"]


def test_a_finding_of_kasan_keeps_its_name_over_its_renaming() -> None:
    said = "BUG: KASAN: {} in ledger_drop+0x1/0x2\nWrite of size 8 at addr ffff8801 by task a/1\n"
    old, new = said.format("use-after-free"), said.format("slab-use-after-free")

    assert crashes_in(old)[0].name == crashes_in(new)[0].name == "KASAN: use-after-free Write in ledger_drop"


def test_reading_and_writing_what_was_freed_are_two_crashes() -> None:
    said = "BUG: KASAN: use-after-free in ledger_drop+0x1/0x2\n{} of size 8 at addr ffff8801 by task a/1\n"

    assert crashes_in(said.format("Read"))[0].name != crashes_in(said.format("Write"))[0].name


def test_frames_in_doubt_count_only_where_there_are_no_others() -> None:
    head = "general protection fault: 0000 [#1] SMP\nCall Trace:\n ? ledger_guess+0x1/0x2\n"

    assert crashes_in(head + " ledger_fold+0x1/0x2\n")[0].function == "ledger_fold"
    assert crashes_in(head)[0].function == "ledger_guess"


def test_a_warning_of_what_checks_for_all_is_of_its_user() -> None:
    text = """\
refcount_t: underflow; use-after-free.
WARNING: CPU: 0 PID: 99 at lib/refcount.c:28 refcount_warn_saturate+0x1/0x2
Call Trace:
 dump_stack+0x1/0x2
 panic+0x1/0x2
 __warn.cold.8+0x1/0x2
 report_bug+0x1/0x2
RIP: 0010:refcount_warn_saturate+0x1/0x2
 ledger_put+0x9/0x30
 ledger_close+0x9/0x30
"""
    assert [crash.name for crash in crashes_in(text)] == ["refcount bug in ledger_put"]


def test_a_warning_may_name_its_place_first() -> None:
    text = "WARNING: fs/ledger/fold.c:31 at ledger_fold+0x1/0x2, CPU#1: ledgerd/99\n"

    assert crashes_in(text)[0].name == "WARNING in ledger_fold"


def test_a_deadlock_is_of_the_lock_that_was_to_be_taken() -> None:
    text = """\
WARNING: possible circular locking dependency detected
ledgerd/99 is trying to acquire lock:
00000000f7 (&ledger->lock){+.+.}, at: ledger_fold+0x17/0x20

but task is already holding lock:
00000000f8 (rtnl_mutex){+.+.}, at: rtnl_lock+0x17/0x20

-> #1 (rtnl_mutex){+.+.}:
       __mutex_lock+0x16f/0x1a80
       ledger_other+0x17/0x20
"""
    assert crashes_in(text)[0].name == "possible deadlock in ledger_fold"


def test_the_function_of_a_lock_may_stand_on_the_next_line() -> None:
    text = """\
[ BUG: bad unlock balance detected! ]
ledgerd/99 is trying to release lock (ledger_lock) at:
[<ffffffff812a>] ledger_stop+0x17/0x20
but there are no more locks to release!
"""
    assert crashes_in(text)[0].name == "bad unlock balance in ledger_stop"


def test_of_an_unsafe_order_the_function_is_where_the_lock_became_safe() -> None:
    text = """\
WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected
ledgerd/99 [HC0[0]:SC0[0]:HE0:SE1] is trying to acquire:
 (&a->lock){+.+.}, at: [<ffffffff8174eed4>] ledger_any+0x24/0x250
... which became HARDIRQ-irq-safe at:
  lock_acquire+0x170/0x3f0
  _raw_spin_lock_irqsave+0x8c/0xbf
  ledger_interrupt+0x199/0xc20
"""
    assert crashes_in(text)[0].name == "possible deadlock in ledger_interrupt"


def test_a_stack_that_overflowed_is_told_by_what_recurs_in_it() -> None:
    turn = " ledger_walk+0x1/0x2\n ledger_visit+0x3/0x4\n memcpy+0x1/0x2\n"
    head = "BUG: TASK stack guard page was hit at ffffc900 (stack is ffffc901..ffffc902)\n"
    one = f"{head}RIP: 0010:vsnprintf+0x8/0xb0\nCall Trace:\n{turn * 5} ledger_open+0x1/0x2\n"
    other = f"{head}RIP: 0010:kmalloc+0x8/0xb0\nCall Trace:\n ledger_leaf+0x1/0x2\n{turn * 7} ledger_stat+0x1/0x2\n"

    assert (
        crashes_in(one)[0].name == crashes_in(other)[0].name == "stack overflow in ledger_visit, ledger_walk"
    )


def test_a_stack_that_overflowed_without_recursion_is_of_its_outermost_function() -> None:
    text = """\
Kernel panic - not syncing: corrupted stack end detected inside scheduler
Call Trace:
 __schedule+0x1/0x2
 ledger_leaf+0x1/0x2
 ledger_work+0x1/0x2
 process_one_work+0x1/0x2
 worker_thread+0x1/0x2
"""
    assert crashes_in(text)[0].name == "stack overflow in ledger_work"


def test_the_two_sides_of_a_race_are_named_in_one_order() -> None:
    one = "BUG: KCSAN: data-race in ledger_put / ledger_get\n ledger_put+0x1/0x2\n"
    other = "BUG: KCSAN: data-race in ledger_get / ledger_put\n ledger_get+0x1/0x2\n"

    assert crashes_in(one)[0].name == crashes_in(other)[0].name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            'panic: kernel diagnostic assertion "lp->n == 3" failed: file "/usr/src/sys/kern/ledger.c", line 9\n',
            "assertion lp->n == # in ledger.c",
        ),
        (
            "DEBUG ASSERT FAILED at (kernel/vm/ledger.cpp:31): entry == nullptr\n",
            "assertion entry == nullptr in ledger.cpp",
        ),
        (
            'panic(cpu 1 caller 0xffffff80186da902): "ledger: wrong entry: 0xffffff8ae7"@/a/b/xnu/ledger.c:14\n',
            "panic: ledger: wrong entry: # in ledger.c",
        ),
    ],
)
def test_an_assertion_names_its_place_by_itself(text: str, name: str) -> None:
    assert [crash.name for crash in crashes_in(text)] == [name]


def test_a_log_that_begins_with_a_hang_is_about_no_crash() -> None:
    hang = "INFO: task ledgerd:99 blocked for more than 143 seconds.\nCall Trace:\n ledger_wait+0x1/0x2\n"

    assert crashes_in(hang) == []
    assert first_crash(hang + X86) is None
    assert first_crash(X86 + hang) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BUG: unable to handle page fault for address: ffffffffffffffd8\n",
        "general protection fault: 0000 [#1] SMP\nCall Trace:\n kthread+0x1/0x2\n ret_from_fork+0x1/0x2\n",
        "panic: runtime error: index out of range\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a/b.go:12 +0x1a\n",
        "WARNING: the disk is nearly full, see ledger_fold+0x1/0x2\n",
    ],
    ids=["empty", "no stack", "only what runs others", "go", "not a kernel's"],
)
def test_nothing_is_claimed_where_kind_or_function_is_missing(text: str) -> None:
    assert crashes_in(text) == []


def test_each_crash_of_a_log_is_told_once_with_its_place() -> None:
    text = f"all is well\n{X86}{X86}{ARM64.replace('ledger_fold', 'ledger_other')}"

    found = crashes_in(text)

    assert [crash.function for crash in found] == ["ledger_fold", "ledger_other"]
    assert "address: ffffffffffffffd8" in text[found[0].start : found[0].end]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("__x64_sys_ledger", "sys_ledger"),
        ("__do_sys_ledger", "sys_ledger"),
        ("SyS_ledger", "sys_ledger"),
        ("__arm64_sys_ledger", "sys_ledger"),
        ("ledger_fold.constprop.0.isra.9", "ledger_fold"),
        (".ledger_fold", "ledger_fold"),
        ("ledger_alloc_noprof", "ledger_alloc"),
    ],
)
def test_a_function_has_one_name_whatever_compiled_it(function: str, name: str) -> None:
    assert named(function) == name


def test_only_the_function_itself_is_passed_over_not_one_that_begins_like_it() -> None:
    assert not says_where("mutex_lock")
    assert says_where("my_mutex_lock_user")
    assert says_where("panicky_driver")


def test_a_crash_that_a_user_program_had_is_none_of_the_kernels() -> None:
    assert (
        kind_of("traps: ledgerd[99] general protection fault ip:7f01 sp:7ffc error:0 in libledger.so") is None
    )


def test_the_function_is_told_from_the_name() -> None:
    assert function_of("KASAN: use-after-free Read in ledger_fold") == "ledger_fold"


def test_a_log_full_of_words_of_a_kernel_costs_little() -> None:
    text = "WARNING: low on paper; BUG: none; INFO: task done; see f+0x1\n" * 50_000

    start = time.perf_counter()

    assert crashes_in(text) == []
    assert time.perf_counter() - start < 5
