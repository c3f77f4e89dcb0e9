"""The kinds of crashes of kernels: each row of the table has a line that is one."""

from __future__ import annotations

import pytest

from kb.text.crashes.kernel_kinds import KINDS, MARKS, kind_of, may_tell

LINES = {
    "BUG: KASAN: use-after-free in skb_release+0x1/0x2": "KASAN: {what}",
    "BUG: KFENCE: use-after-free read in skb_release+0x1/0x2": "KFENCE: {what}",
    "BUG: KMSAN: uninit-value in skb_release+0x1/0x2": "KMSAN: {what}",
    "BUG: KCSAN: data-race in skb_release / skb_queue": "KCSAN: {what}",
    "UBSAN: array-index-out-of-bounds in net/core/dev.c:31:9": "UBSAN: {what}",
    "BUG: kernel NULL pointer dereference, address: 0000000000000018": "NULL pointer dereference",
    "Unable to handle kernel NULL pointer dereference at virtual address 00000018": "NULL pointer dereference",
    "BUG: unable to handle page fault for address: ffffffffffffffd8": "bad memory access",
    "Unable to handle kernel paging request at virtual address ffff0000deadbeef": "bad memory access",
    "kernel: page fault trap, code=0": "bad memory access",
    "login: uvm_fault(0xfffffa806d1a7a20, 0x70, 0, 1) -> e": "bad memory access",
    "Fatal trap 12: page fault while in kernel mode": "bad memory access",
    "fatal page fault in supervisor mode": "bad memory access",
    "general protection fault, probably for non-canonical address 0xdffffc00: 0000 [#1]": "protection fault",
    "Fatal trap 9: general protection fault while in kernel mode": "protection fault",
    "kernel: protection fault trap, code=0": "protection fault",
    "divide error: 0000 [#1] SMP": "{what}",
    "Oops: int3: 0000 [#1] SMP KASAN NOPTI": "{what}",
    "Internal error: synchronous external abort: 96000410 [#1] PREEMPT SMP": "{what}",
    "Unhandled fault: page domain fault (0x81b) at 0x00001044": "unhandled fault",
    "kernel BUG at mm/slub.c:3901!": "kernel BUG",
    "WARNING: CPU: 2 PID: 11 at net/xfrm/xfrm_state.c:2381 xfrm_state_fini+0x440/0x5c0": "WARNING",
    "WARNING: net/ipv4/tcp.c:31 at tcp_close+0x1/0x2, CPU#1: curl/99": "WARNING",
    "refcount_t: underflow; use-after-free.": "refcount bug",
    "list_del corruption, ffff8881->next is LIST_POISON1": "list corruption",
    "usercopy: Kernel memory exposure attempt detected from SLUB object": "bad usercopy",
    "ODEBUG: free active (active state 0) object type: timer_list hint: f+0x0/0x1": "ODEBUG bug",
    "WARNING: possible circular locking dependency detected": "possible deadlock",
    "[ INFO: possible recursive locking detected ]": "possible deadlock",
    "WARNING: possible irq lock inversion dependency detected": "possible deadlock",
    "[ INFO: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected ]": "possible deadlock",
    "WARNING: inconsistent lock state": "inconsistent lock state",
    "[ BUG: bad unlock balance detected! ]": "bad unlock balance",
    "WARNING: held lock freed!": "held lock freed",
    "WARNING: lock held when returning to user space!": "lock held",
    "WARNING: ledgerd/17 still has locks held!": "lock held",
    "WARNING: suspicious RCU usage": "suspicious RCU usage",
    "[ BUG: Invalid wait context ]": "locking bug",
    "INFO: trying to register non-static key.": "lock without a key",
    "BUG: workqueue leaked lock or atomic: kworker/0:1/0x1/2": "leak of a lock",
    "BUG: sleeping function called from invalid context at mm/slab.h:421": "sleeping in atomic context",
    "BUG: scheduling while atomic: orders/2188/0x00000101": "scheduling while atomic",
    "BUG: using smp_processor_id() in preemptible [0000] code: a/1": "{what} in preemptible code",
    "BUG: spinlock bad magic on CPU#1, ledgerd/1": "{what}",
    "BUG: memory leak": "memory leak",
    "BUG: Dentry ffff88811{i=0,n=.index}  still in use (1) [unmount of ramfs ramfs]": "dentry still in use",
    "BUG: TASK stack guard page was hit at ffffc9000e4aff58": "stack overflow",
    "Kernel panic - not syncing: kernel stack overflow": "stack overflow",
    "Insufficient stack space to handle exception!": "stack overflow",
    "Kernel panic - not syncing: corrupted stack end detected inside scheduler": "stack overflow",
    "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: f+0x1/0x2": "stack corrupted",
    "watchdog: BUG: soft lockup - CPU#1 stuck for 134s! [kworker/1:2:431]": "hang",
    "Watchdog detected hard LOCKUP on cpu 3": "hang",
    "INFO: task kworker/1:0:17 blocked for more than 143 seconds.": "hang",
    "rcu: INFO: rcu_preempt self-detected stall on CPU": "hang",
    'panic: kernel diagnostic assertion "a != NULL" failed: file "/usr/src/sys/kern/a.c", line 3': "assertion {what}",
    "ASSERT FAILED at (kernel/vm/vm_page_list.cpp:31): p == nullptr": "assertion {what}",
    'panic(cpu 1 caller 0xffffff801d080ed5): "pf_send_tcp: not AF_INET"@/a/xnu/bsd/net/pf.c:2578': "panic: {what}",
    "panic: vop_generic_badop": "panic: {what}",
}


@pytest.mark.parametrize(("line", "name"), LINES.items())
def test_a_line_tells_of_its_kind(line: str, name: str) -> None:
    found = kind_of(line)

    assert found is not None
    assert found[0].name == name
    assert may_tell(found[0].mark, line)


def test_every_row_has_a_line_that_is_one() -> None:
    told = [found[0] for line in LINES if (found := kind_of(line))]

    assert [kind for kind in KINDS if kind not in told] == []


def test_the_mark_of_each_row_is_looked_for() -> None:
    assert {kind.mark for kind in KINDS} == set(MARKS)


@pytest.mark.parametrize(
    "line",
    [
        "WARNING: low on paper",
        "BUG: no syscalls can create resource",
        "Kernel panic - not syncing: Fatal exception in interrupt",
        "Kernel panic - not syncing: panic_on_warn set ...",
        "Internal error: Oops: 96000004 [#1] PREEMPT SMP",
        "traps: ledgerd[99] general protection fault ip:7f01 sp:7ffc error:0 in libledger.so",
        "INFO: task done",
    ],
)
def test_what_only_follows_and_what_is_no_kernels_is_of_no_kind(line: str) -> None:
    assert kind_of(line) is None
