"""The forms of crashes of kernels: Linux with its sanitizers and lockdep, the BSDs, Zircon, macOS, sandboxes.

The first of a kernel's complaints is the telling one; what it says next (that it panics, that it is hung) follows.
Lines are matched after the clock and the mark of the task or CPU that the kernel writes before them.
"""

from __future__ import annotations

from kb.text.crashes.forms import Form, frame, generic, message

_TELLING = (
    (
        "bug: kasan",
        r"BUG: (?:KASAN|KFENCE|KMSAN|KCSAN): .+",
        "BUG: KASAN: use-after-free in skb_release+0x1/0x2",
    ),
    (
        "bug: unable",
        r"BUG: unable to handle .+",
        "BUG: unable to handle page fault for address: ffffffffffffffd8",
    ),
    (
        "unable to handle kernel",
        r"Unable to handle kernel .+",
        "Unable to handle kernel NULL pointer dereference at virtual address 00000018",
    ),
    (
        "soft lockup",
        r"(?:watchdog: )?BUG: soft lockup - .+",
        "watchdog: BUG: soft lockup - CPU#1 stuck for 134s! [kworker/1:2:431]",
    ),
    (
        "hard lockup",
        r"(?:NMI watchdog: )?Watchdog detected hard LOCKUP .+",
        "Watchdog detected hard LOCKUP on cpu 3",
    ),
    ("bug: ", r"(?:\w+: )?BUG:? (?!kasan)\S.+", "BUG: scheduling while atomic: orders/2188/0x00000101"),
    ("[ bug: ", r"\[ BUG: .+ \]", "[ BUG: Invalid wait context ]"),
    ("bug ", r"BUG \S+ \(.+\): .+", "BUG kmalloc-64 (Tainted: G    B   ): Poison overwritten"),
    ("kernel bug at", r"kernel BUG at .+", "kernel BUG at mm/slub.c:3901!"),
    (
        "general protection fault",
        r"(?:\S{1,30} )?general protection fault\b.+",
        "general protection fault: 0000 [#1] SMP KASAN",
    ),
    ("double fault", r"(?:PANIC: |traps: PANIC: )?double fault\b.+", "PANIC: double fault, error_code: 0x0"),
    ("unhandled fault", r"Unhandled fault: .+", "Unhandled fault: page domain fault (0x81b) at 0x00001044"),
    ("internal error: oops", r"Internal error: Oops.+", "Internal error: Oops: 96000004 [#1] PREEMPT SMP"),
    (
        "warning: cpu: ",
        r"WARNING: CPU: \d+ PID: \d+ at .+",
        "WARNING: CPU: 2 PID: 1194 at net/xfrm/xfrm_state.c:2381 xfrm_state_fini+0x440/0x5c0",
    ),
    (
        "warning: ",
        r"WARNING: (?:at .+|possible (?:circular|recursive|irq) .+|inconsistent lock state|suspicious"
        r" RCU usage.*|bad unlock balance.*|held lock freed.*|lock held when returning.*|\S+-safe -> "
        r"\S+-unsafe .+|Nested lock.*|kernel stack .+|can't dereference .+|stack recursion.*)",
        "WARNING: possible circular locking dependency detected",
    ),
    ("[ info: ", r"\[ INFO: .+ \]", "[ INFO: possible recursive locking detected ]"),
    (
        "info: possible",
        r"INFO: (?:possible|inconsistent|suspicious) .+",
        "INFO: possible circular locking dependency detected",
    ),
    ("info: task ", r"INFO: task .+", "INFO: task kworker/1:0:17 blocked for more than 143 seconds."),
    (
        "info: rcu",
        r"(?:rcu: )?INFO: rcu\w* .*(?:stall|starved).*",
        "rcu: INFO: rcu_preempt self-detected stall on CPU",
    ),
    (
        "info: trying to register",
        r"INFO: trying to register non-static key.*",
        "INFO: trying to register non-static key.",
    ),
    (
        "unregister_netdevice: waiting",
        r"unregister_netdevice: waiting for .+",
        "unregister_netdevice: waiting for lo to become free. Usage count = 2",
    ),
    (
        "out of memory: ",
        r"(?:Memory cgroup )?[Oo]ut of memory: .+",
        "Out of memory: Killed process 4312 (ledgerd) total-vm:81920kB",
    ),
    (
        "invoked oom-killer",
        r"\S{1,60} invoked oom-killer: .+",
        "ledgerd invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0",
    ),
    ("ubsan", r"(?:UBSAN|UBSan): .+", "UBSAN: array-index-out-of-bounds in net/core/dev.c:31:9"),
    (
        "stack-protector",
        r"Kernel panic - not syncing: stack-protector: .+",
        "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: f+0x1/0x2",
    ),
    (
        "kernel memory",
        r"usercopy: Kernel memory .+",
        "usercopy: Kernel memory exposure attempt detected from SLUB object",
    ),
    ("refcount_t: ", r"refcount_t: .+", "refcount_t: underflow; use-after-free."),
    ("fatal trap", r"Fatal trap \d+: .+", "Fatal trap 12: page fault while in kernel mode"),
    (
        "uvm_fault(",
        r"(?:login: )?\*?(?:cpu\d+: )?uvm_fault\(.+",
        "uvm_fault(0xfffffa806d1a7a20, 0x70, 0, 1) -> e",
    ),
    (
        "fatal page fault",
        r"(?:fatal )?(?:page|protection) fault in supervisor mode.*",
        "fatal page fault in supervisor mode",
    ),
    (
        "panic(",
        r"panic ?\((?:cpu|caller).+",
        "panic(cpu 1 caller 0xffffff8002928989): Kernel trap at 0xffffff80021020ba, type 14=page fault",
    ),
    (
        "panic (",
        r"(?:trusty: )?panic \(caller .+",
        "panic (caller 0xffffffff00108eac): ASSERT FAILED at (kernel/object/exception.cpp:182): 0",
    ),
    (
        "assert failed",
        r"(?:DEBUG )?ASSERT FAILED.*",
        "ASSERT FAILED at (kernel/vm/vm_page_list.cpp:31): p == nullptr",
    ),
    ("recursion in interrupt", r"recursion in interrupt handler.*", "recursion in interrupt handler"),
    (
        "machine check",
        r"(?:mce: )?\[Hardware Error\]: .*[Mm]achine [Cc]heck.*",
        "mce: [Hardware Error]: CPU 3: Machine Check: 0 Bank 5: be00",
    ),
    (
        "i/o error, dev",
        r"(?:\S{1,40}: )?I/O error, dev .+",
        "blk_update_request: I/O error, dev sda, sector 2048",
    ),
    (
        "page allocation failure",
        r".{1,80}: page allocation failure[:.] ?.*",
        "ledgerd: page allocation failure: order:4, mode:0x40dc0",
    ),
)
_GLUED = (
    ("kvm internal error", r".{0,200}?(?P<message>KVM internal error.*)", "KVM internal error. Suberror: 1"),
)
"""What another writes on the same console, at whatever place of a line the kernel had come to."""
_FOLLOWING = (
    (
        "kernel panic",
        r"Kernel panic - not syncing: .+",
        "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b",
    ),
    ("oops: ", r"Oops: .+", "Oops: 0002 [#1] SMP KASAN"),
    ("kernel panic", r"(?:ZIRCON|STARNIX|KERNEL) (?:KERNEL )?PANIC.*", "ZIRCON KERNEL PANIC"),
    ("fatal exception", r"Fatal exception.*", "Fatal exception in interrupt"),
    (
        "info: freed in",
        r"INFO: (?:Freed|Allocated) in .+",
        "INFO: Freed in fasync_free_rcu+0x14/0x20 age=624 cpu=0 pid=3",
    ),
)
_GENERIC = (
    (
        "cut here",
        r"-{3,}\[ (?:cut here|end trace.*|end Kernel panic.*) \]-{0,3}",
        "------------[ cut here ]------------",
    ),
    ("call trace:", r"Call [Tt]race:", "Call Trace:"),
    (
        "",
        r"(?:</?(?:TASK|IRQ|NMI|EOI|SOFTIRQ)>|Modules linked in:|CPU: \d+ (?:UID: \d+ )?PID: \d+|Hard"
        r"ware name:|Workqueue: |Tainted: |Code: |RSP: |EFLAGS: |[RE]?(?:AX|BX|CX|DX|SI|DI|BP|SP)[=:]"
        r" ?|RIP=|R\d{1,2} ?[=:]|[CDEFGS]S ?[=:]|CR\d[=:]|DR\d[=:]|FS: |PKRU: |Kernel Offset: |Reboot"
        r"ing in |Dumping ftrace|\(ftrace buffer|Stack:$|stack backtrace:|irq event stamp|hardirqs la"
        r"st|softirqs last|lock_classes|PGD |task: f|pstate: |pc : |lr : |sp : |x\d{1,2} ?: |Sending "
        r"NMI|NMI backtrace for|Showing all locks|\d+ locks? held by|ddb|db>|Stopped at|UPTIME|BUILDI"
        r"D|Starting stack trace|End of stack trace|end of kernel|end trace frame)",
        "Hardware name: QEMU Standard PC (i440FX + PIIX, 1996)",
    ),
    ("config_kasan_inline", r"kasan: CONFIG_KASAN_INLINE enabled", "kasan: CONFIG_KASAN_INLINE enabled"),
    (
        "kasan: gpf could",
        r"kasan: GPF could be caused by ",
        "kasan: GPF could be caused by NULL-ptr deref or user memory access",
    ),
    (
        "hung_task_timeout_secs",
        r"\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\"",
        '"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.',
    ),
    (
        "",
        r"(?:Not tainted|[-=]{20,}$|\(detected by |\(t=\d+ jiffies|other info that might help|but tas"
        r"k is already holding lock|which lock already depends|the existing dependency chain|Possible"
        r" unsafe locking scenario|(?:is )?trying to acquire lock|DEBUG_LOCKS_WARN|\*\*\* DEADLOCK \*"
        r"\*\*|no locks? held by)",
        "other info that might help us debug this:",
    ),
)
_FRAMES = (
    (
        "",
        r"(?:\[<[0-9a-f]+>\] ?)?(?:\(?\??\)? ?)?(?:\[<[0-9a-f]+>\] )?[\w.$]{2,120}\+0x[0-9a-f]+/0x[0-9a-f]+",
        "? process_one_work+0x7f6/0x15a0",
    ),
    ("", r"(?:RIP|EIP|PC is at|LR is at|pc|lr) ?:? .*\+0x", "RIP: 0010:drm_legacy_newctx+0x190/0x290"),
    ("", r"[\w.$:~]{2,120}\(.{0,200}\) at \S+\+0x", "sys_futimens(ffff80002a221a20) at sys_futimens+0xb3"),
    ("", r"#\d+:? +(?:\(|0x|f{4})", "#0:  (rcu_read_lock_bh){......}, at: hashlimit_mt_common+0x190/0x22a0"),
)

FORMS: tuple[Form, ...] = (
    *(message("kernel", mark, p, example) for mark, p, example in _GLUED),
    *(generic("kernel", rf"\s*(?:{p})", example, mark) for mark, p, example in _GENERIC),
    *(message("kernel", mark, f"(?P<message>{p})", example) for mark, p, example in _TELLING),
    *(message("kernel", mark, f"(?P<message>{p})", example, follows=True) for mark, p, example in _FOLLOWING),
    *(frame("kernel", rf"\s*(?:{p})", example, mark) for mark, p, example in _FRAMES),
)
