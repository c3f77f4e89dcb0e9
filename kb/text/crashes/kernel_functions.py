"""Functions of kernels that every crash of a kind passes through: they never say where the fault is.

Whoever files a crash under one function takes the first of the stack that is none of these: the one that did it, not
the one that noticed, copied, locked or allocated for it, nor the one that called whatever was to be run.  syzkaller
(`pkg/report`), ClusterFuzz and abrt's kernel signatures each keep such a list; this one is made by what the functions
are for, after the kernels' own sources (named above each row).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kb.expression import expression

_REPORTING = r"""
# panic.c
_*dump_(?:stack|backtrace|trace)\w* _*show_(?:stack|trace|regs)\w* print_\w+ _*warn(?:_\w+)? v?panic(?:_\w+)?
# printk
_*v?printk\w* vprintk_\w+ _*(?:v?s[cn]*printf|k?v?asprintf) va_format
_?dev_(?:v?printk\w*|info|notice|warn|err|crit|alert|emerg) _*netdev_(?:printk|info|warn|err)
# lib/bug.c
report_bug\w* fixup_bug handle_bug end_report _*die\w* oops_\w+ _*schedule_bug assfail object_err\w*
# mm/kasan
_*(?:kasan|asan|hwasan|kmsan|msan|kcsan|tsan|kfence|ubsan|sanitizer)_\w+ kasan val_to_string
# lib/ubsan.c
check_memory_region\w* read_word_at_a_time memory_is_\w+ handle_overflow ubsan\w*
# sched/core.c
_*might_(?:sleep|fault|resched)\w* _*cant_\w+ check_preemption_disabled debug_smp_processor_id
# stacktrace.c
(?:arch_|_*save_)?stack_(?:walk|trace)\w* unwind_\w+ _*unwind_start walk_stackframe save_stack\w*
# lib/string_helpers.c
_*stack_chk_fail fortify_\w+ _*fortify_\w+ usercopy_\w+ _*check_(?:object_size|heap_object)
# lib/debugobjects.c and others that check for all
debug_(?:print_)?object\w* _*debug_(?:object|check)_\w+ dma_debug_\w+ check_unmap should_fail\w* fail_dump
spin_(?:dump|bug) rwlock_bug skb_(?:over_|under_)?panic _*panic check_panic_on_warn get_taint bad_page\w*
_*this_cpu_preempt_check kmemleak_\w+ _*create_object virt_to_phys_or_\w+ _*virt_to_phys rust_helper_\w+
_*warn_thunk\w* _R\w*(?:panicking|rust_begin_unwind)\w* rust_panic\w* hex_(?:string|dump\w*) bin2hex
"""
"""What notices, prints and reports."""
_TRAPS = r"""
# arch/x86/mm/fault.c
(?:asm_)?(?:exc|sysvec)_\w+ asm_\w+
do_(?:trap|error_trap|invalid_op|general_protection|page_fault|divide\w*|int3)
(?:invalid_op|page_fault|general_protection|divide_error|double_fault|nmi|async_page_fault|error_(?:code|exit))
no_context _*bad_area\w* page_fault_oops kernelmode_fixup\w* fixup_exception pgtable_bad
# powerpc
do_(?:kernel|translation|DataAbort|PrefetchAbort|bad|sea|mem_abort|alignment)(?:_?fault|_abort)?
_*do_kernel_fault do_(?:undefinstr|undef\w*|mem_abort|debug_exception|tag_check\w*) _*el[01]\w*
_*(?:dabt|pabt|und|irq|fiq)_(?:svc|usr|inv\w*) call_undef_hook bug_handler brk_handler do_bad_area
program_check_\w+ handle_page_fault data_access_\w+
# riscv, s390
do_trap_\w+ ret_from_exception handle_exception pgm_check_\w+ _*do_pgm_check tlb_do_page_fault\w*
# BSD
k?trap(?:_\w+)? kerntrap alltraps\w* calltrap db_\w+ ddb_\w+ kdb_\w+ kern_reboot vpanic kern_assert
_*assert\w*
(?:netbsd_)?(?:breakpoint|cpu_(?:Debugger|reboot)) trap0\w* lockdebug_\w+ witness_\w+ _*mtx_assert
"""
"""How the processor got to the reporting function."""
_LOCKS = r"""
# lockdep.c
_*lock(?:dep)?_(?:acquire|release|is_held|class|downgrade|pin|unpin|set)\w* lockdep_\w+ _*lockdep_\w+
mark_lock\w* (?:mark|reacquire|find)_held_locks? (?:register|look_up|alloc)_lock_class validate_chain
check_\w*(?:prev|wait)\w* check_(?:noncircular|deadlock|lock_\w+|usage\w*|irq_usage|flags) _*bfs valid_state
add_lock_to_list
(?:do_|_)*(?:raw_)*(?:spin|read|write|rwlock)_(?:try)?(?:un)?lock\w* (?:native_|pv_)?queued_\w+
osq_\w*lock\w* _*(?:rt_|ww_)?mutex_\w*lock\w* _*mutex_\w+
(?:_*down|_*up)(?:_(?:read|write|trylock|interruptible|killable)\w*)? _*percpu_(?:down|up)_\w+ rwsem_\w+
_*(?:lock|release|unlock)_sock\w* _*bh_lock_sock\w* _*rcu_(?:read_\w+|lock_\w+) _*local_bh_\w+
_*local_irq_\w+ trace_(?:hard|soft)irqs_\w+ preempt_\w+ _*seqprop_\w+ mtx_\w+ _*mtx_\w+
rw_(?:enter|exit|vector)\w* _*rw_[rw]\w*lock\w* _*sx_\w+ sleepq_\w+ turnstile_\w+ lockmgr\w*
"""
"""What takes, tests and gives back locks, and lockdep, which watches."""
_MEMORY = r"""
# lib/string.c
_*mem(?:cpy|move|set|cmp|chr|scan|dup)\w* _*k?v?str\w*(?:cpy|cmp|len|chr|str|cat|dup|sep|spn|nlen)\w*
_*crc\w+ _*(?:raw_)?copy_(?:to|from|in)\w* _*copy(?:in|out)(?:str)? _*(?:get|put|clear)_user\w*
_*copy_(?:page|folio)_\w+iter bcmp bcopy bzero kcopy strlcpy string(?:_nocheck)? pointer number
format_decode vsn?printf rep_\w+
# mm/
_*k?v?[mzc]alloc\w* _*krealloc\w* _*k?v?m?free(?:_\w+)? _*kmem_cache_\w+ _*slab_\w+ _+slab_alloc\w*
allocate_slab _*cache_(?:alloc|free)\w* _*v(?:malloc|free|unmap|map)\w* _*(?:alloc|free)_pages?\w*
_*folio_alloc\w* new_slab\w* _*free_(?:object|to_\w+) do_slab_free get_page_from_freelist qlist_\w+
quarantine_\w+ kzfree uma_\w+ pool_\w+ discard_slab deactivate_slab check_(?:object|slab|bytes\w*)
free_debug_processing _*phys_addr\w* malloc free _*(?:alloc|free)_(?:frozen|unref)\w*
_*(?:skb_(?:put|push|pull)|pskb_expand_head|skb_put_data) _*folio_(?:un)?lock\w* (?:un)?lock_page\w*
find_lock_entries _*page_cache_\w+ pagecache_get_page _*filemap_(?:get|alloc)_folio kasan\w*
_*list_lru_init\w* pcpu_(?:alloc|mem_zalloc|create)\w* _*alloc_percpu\w* new_inode\w* alloc_inode kcalloc\w*
# crypto/
(?:crypto|cipher|drbg|rng)_\w+
(?:aes|des|blowfish|twofish|serpent|cast[56]|camellia|sm4|arc4|chacha)\w*_(?:en|de)crypt\w*
"""
"""What copies, compares, encrypts, allocates and frees memory."""
_STRUCTURES = r"""
# lib/, include/
_*list_(?:add|del|move|splice|replace)\w* _*hlist_\w+ _*rb_\w+ refcount_\w+ _*refcount_\w+ kref_\w+
ref_tracker\w* (?:arch_|raw_|_)*atomic\w* _*(?:test|set|clear|change)_(?:and_\w+_)?bit\w*
_*find_(?:next|first|last)_\w*bit\w* xas_\w+ _*xa_\w+ radix_tree_\w+ idr_\w+ ida_\w+ klist_\w+ kobject_\w+
_*percpu_(?:ref|counter)_\w+ _*rhashtable_\w+ read[bwlq] write[bwlq] _*(?:read|write)_once\w*
_*x86_indirect_thunk\w* _*bitmap_\w+ _*(?:READ|WRITE)_ONCE\w*
# kernel/
_*(?:add|mod|del|try_to_del)_timer(?:_sync|_base|_key)? (?:init|lock|detach)_timer\w*
timer_(?:delete|shutdown|is_static)\w* _*timer_delete\w* work_is_static_object insert_work _*hlock_class
cleanup_srcu_struct
# drivers/base
device_(?:add|del|register|unregister|create|destroy|release|remove_file|for_each_child)\w* devres_\w+
sysfs_remove\w* add_uevent_var kobject_\w+ cdev_\w*(?:add|del|put) get_device(?:_parent)? put_device
hwrng_unregister
# usb/core
usb_(?:submit|kill|unlink|free|anchor)_\w*urbs? usb_(?:start_wait_urb|bulk_msg|interrupt_msg|control_msg\w*)
usb_hcd_\w+
# net/core/dev.c
rollback_registered\w* unregister_netdev\w*
# fs/inode.c
iput(?:_final)? fast_dput dput ihold drop_nlink
"""
"""What keeps lists, trees, counts and bits for others."""
_DISPATCH = r"""
# sched
_*schedule\w* _*switch_to\w* context_switch io_schedule\w* _*wait_\w+ do_wait_\w+ wait_for_completion\w*
msleep\w* _*wake_up\w* try_to_wake_up finish_wait complete(?:_all)? _*flush_work\w* _*cancel_work\w*
_*queue_\w*work\w*
# kernel/, init/
entry_\w+ _*do_\w*syscall\w* (?:sys)?ret_(?:from|to|fast)_\w+ (?:x64|ia32)_sys_call syscall\w*
_*invoke_syscall\w* system_call\w* sysenter_\w+ tracesys\w* do_fast_\w+ handle_sys\w* Xsyscall\w*
amd64_syscall\w* fast_syscall_\w+ _*exit_to_user\w* irqentry_\w+ _*irq_exit\w* _*irq_enter\w*
(?:entering|exiting)_irq _*do_softirq\w* run_ksoftirqd _*handle_irq\w* _*do_irq generic_handle_\w+
_*handle_domain_irq gic_handle_irq handle_(?:edge|level|fasteoi)_irq smp_(?:apic|call)_\w+ _*sysvec_\w+
apic_timer_interrupt call_on_\w*stack\w* (?:call|expire|run|_*run)_timer\w* _*hrtimer_(?:run|interrupt)\w*
rcu_(?:core|do_batch|process_callbacks|cpu_kthread)\w* tasklet_\w+ kthread\w* worker_thread
process_(?:one|scheduled)_works? smpboot_thread_fn start_secondary start_kernel x86_64_start_\w+
secondary_startup_\w+ cpu_startup_entry do_idle cpuidle_\w+ rest_init kernel_init\w*
do_(?:one_)?initcalls?\w* do_init_module load_module
# fs/
task_work_run _*fput\w* do_(?:group_)?exit get_signal do_signal\w* arch_do_signal\w* do_notify_resume\w*
(?:vfs|ksys|new_sync|do_iter|_*vfs)_(?:read|write|iter\w*|ioctl|readv\w*) do_vfs_ioctl
call_(?:read|write)_iter
# net/socket.c
sys_(?:p?(?:read|write)(?:v2?|64)?|ioctl|(?:send|recv)(?:msg|mmsg|to|from)?)
sys_(?:socketcall|[gs]etsockopt|connect|bind|accept4?|listen)
ret_from_fork\w* do_(?:writev|readv|preadv|pwritev) sock_(?:send|recv|sendmsg|recvmsg)\w* _*sock_ioctl
sock_do_ioctl (?:sock_)?common_[gs]etsockopt sock_common_\w+
# kernel/notifier.c
notifier_call_chain _*(?:raw|blocking|atomic|srcu)_notifier_\w+ call_\w*notifiers?\w* _stext _etext
# BSD
userret ast syscallret fork_(?:exit|trampoline) proc_trampoline
softclock\w* ithread_\w+ intr_\w+ taskqueue_\w+ mi_syscall
netbsd_syscall
"""
"""What runs whatever is to be run."""

_MADE = expression(
    r"(?:\.(?:isra|part|constprop|cold|llvm|lto_priv|localalias|cfi_jt)(?:\.\d+)*|\.\d+|_noprof)+$"
)
"""What a compiler adds to the name of a function that it cut or copied."""
_CALL = expression(
    r"^(?:_*(?:x64|ia32|x32|arm64|arm|s390x?|riscv|se|do|compat)_)*_*(?:compat_)?(?:sys_|SyS_|SYSC_|ksys_)"
)
"""The wrappers of a system call, which differ from one version and processor to the next."""


def named(function: str) -> str:
    """The name in the source: without what the compiler added, a system call as `sys_NAME`."""
    return _CALL.sub("sys_", _MADE.sub("", function.lstrip(".")))


@cache
def _nowhere() -> re.Pattern[str]:
    """All rows as one; made by the first crash of a kernel, since it takes a tenth of what a short question does."""
    rows = (_REPORTING, _TRAPS, _LOCKS, _MEMORY, _STRUCTURES, _DISPATCH)
    names = [one for row in rows for line in row.splitlines() if line[:1] != "#" for one in line.split()]
    return re.compile("|".join((r"[0-9a-f]{8,16}", *names)))


@lru_cache(maxsize=4096)
def says_where(function: str) -> bool:
    """Whether a function, as `named` gives it, can be the one to blame."""
    return _nowhere().fullmatch(function) is None
