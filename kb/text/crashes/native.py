"""The forms of crashes of compiled programs: Rust, Go, C and C++, Swift, Haskell, OCaml, Erlang, Lisp, core dumps."""

from __future__ import annotations

from kb.text.crashes.forms import Form, cause, frame, generic, message

RUST = (
    generic(
        "rust",
        r"(?:info=)?(?:thread '[^']{0,200}' (?:\(\d+\) )?)?panicked at (?!')[^\s:][^:]{0,300}:\d+:\d+:?\s*$",
        "thread 'main' (17877) panicked at src/main.rs:3:26:",
        "panicked at ",
        next_tells=True,
    ),
    message(
        "rust",
        "panicked at '",
        r"(?:thread '[^']{0,200}' (?:\(\d+\) )?)?panicked at '(?P<message>.*?)(?:', \S{1,300}:\d+:\d+)?$",
        "thread 'main' panicked at 'already borrowed: BorrowMutError', src/main.rs:3:96",
    ),
    message(
        "rust",
        "panicked at ",
        r"thread '[^']{0,200}' (?:\(\d+\) )?panicked at (?P<message>.*?)(?:, \S{1,300}:\d+:\d+)?$",
        "thread 'main' panicked at Box<dyn Any>",
    ),
    message(
        "rust",
        "overflowed its stack",
        r"thread '[^']{0,200}' (?:\(\d+\) )?(?P<message>has overflowed its stack)",
        "thread 'main' has overflowed its stack",
    ),
    generic("rust", r"Caused by:$", "Caused by:", "caused by:"),
    generic(
        "rust",
        r"note: (?:run with `RUST_BACKTRACE|Some details are omitted|you are using)",
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
        "note: ",
    ),
    generic("rust", r"stack backtrace:$", "stack backtrace:", "stack backtrace:"),
    frame("rust", r"\s+\d+: +(?:0x[0-9a-f]+ - )?[\w<>:{}&* ]{3,300}$", "   3: core::panicking::panic_fmt"),
    frame("rust", r"\s+at \S+\.rs:\d+", "             at /rustc/9fc6b43/library/core/src/panicking.rs:75:14"),
)
GO = (
    generic(
        "go",
        r"\s*panic: \((?:\*|\[\])*[\w./]{1,200}\) 0x[0-9a-f]+(?: \[recovered[^\]]*\])?$",
        "panic: (*logrus.Entry) 0xc00014c1c0",
        "panic: (",
    ),
    message(
        "go",
        "panic: ",
        r"(?:login: )?(?:\*?cpu\d+: )?panic: ?(?P<message>.+?)(?: \[recovered[^\]]*\])?$",
        "panic: runtime error: index out of range [5] with length 3",
    ),
    message(
        "go",
        "panic: ",
        r"\s+panic: (?P<message>.*?)(?: \[recovered[^\]]*\])?$",
        "\tpanic: cannot save the ledger",
        leads=True,
    ),
    message(
        "go",
        "fatal error: ",
        r"fatal error: (?P<message>(?!a\b).+)",
        "fatal error: all goroutines are asleep - deadlock!",
    ),
    generic(
        "go",
        r"goroutine \d+ (?:gp=\S+ m=\S+ )?(?:mp=\S+ )?\[.{1,80}\]:?$",
        "goroutine 1 [running]:",
        "goroutine ",
    ),
    generic(
        "go",
        r"\[signal SIG",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47b]",
        "[signal sig",
    ),
    generic("go", r"exit status \d+$", "exit status 2"),
    frame("go", r"\t\S{1,300}:\d+(?: \+0x[0-9a-f]+)?", "\t/srv/main.go:8 +0x1d"),
    frame("go", r"[\w.*()/\[\]{}-]{3,300}\(.*\)$|created by \S+", "main.(*Pool).take(0xc000012345)"),
    message("go", "data race", r"(?P<message>WARNING: DATA RACE)", "WARNING: DATA RACE"),
)
C = (
    generic(
        "c++",
        r"terminate called (?:after throwing an instance of '.{1,200}'|without an active exception|re"
        r"cursively)$",
        "terminate called after throwing an instance of 'std::runtime_error'",
        "terminate called",
    ),
    message(
        "c++", "what():", r"\s+what\(\): +(?P<message>.+)", "  what():  cannot open ledger 48213", leads=True
    ),
    message(
        "c++",
        "libc++abi",
        r"libc\+\+abi(?:\.dylib)?: (?P<message>.+)",
        "libc++abi: terminating due to uncaught exception of type std::out_of_range: vector",
        leads=True,
    ),
    message(
        "c",
        "assertion",
        r"\S{1,200}: (?:\S{1,300}:\d+: )(?:.{1,300}: )?(?P<message>Assertion [`'].*' failed\.?)",
        "ledgerd: ledger.c:31: load: Assertion `n > 0' failed.",
    ),
    message(
        "c",
        "***",
        r"\*\*\* (?P<message>(?!error\b)(?:.{2,190} detected|longjmp causes .{3,100})) \*\*\*",
        "*** stack smashing detected ***: terminated",
    ),
    message(
        "c",
        "(): ",
        r"(?P<message>(?:free|malloc|realloc|malloc_consolidate|munmap_chunk|corrupted size|double fr"
        r"ee)\S*: .+|double free or corruption .*)",
        "free(): invalid pointer",
    ),
    message(
        "c", "double free", r"(?P<message>double free or corruption .*)", "double free or corruption (!prev)"
    ),
    message(
        "sanitizer",
        "sanitizer: ",
        r"(?:==\d+==)?\s*(?:ERROR|WARNING): (?P<message>\w{1,20}Sanitizer:? .+)",
        "==4312==ERROR: AddressSanitizer: heap-use-after-free on address 0x602",
    ),
    generic(
        "sanitizer",
        r"SUMMARY: \w+Sanitizer",
        "SUMMARY: AddressSanitizer: heap-use-after-free a.c:3 in main",
        "summary: ",
    ),
    message(
        "sanitizer",
        "runtime error: ",
        r"\S{1,300}:\d+(?::\d+)?: (?P<message>runtime error: .+)",
        "a.c:3:5: runtime error: signed integer overflow: 2147483647 + 1",
    ),
    generic("sanitizer", r"={20,}$", "================================================================="),
    message(
        "valgrind",
        "== ",
        r"==\d+== (?P<message>(?:Invalid|Conditional jump|Use of uninitialised|Process terminating|Mi"
        r"smatched free|Syscall param|\d[\d,]* bytes in).*)",
        "==4312== Invalid read of size 4",
    ),
    frame("valgrind", r"==\d+==\s+(?:at|by) 0x", "==4312==    at 0x109156: main (a.c:3)"),
    generic("valgrind", r"==\d+==", "==4312== HEAP SUMMARY:"),
    frame("gdb", r"\s*#\d+\s+(?:0x[0-9a-f]+|n/a)", "#0  0x00007f1c2a4 abort (libc.so.6 + 0x22)", "#0 "),
    message(
        "coredump",
        "dumped core",
        r"(?P<message>Process \d+ \([^()]{1,60}\) of user \d+ dumped core\.?)",
        "Process 4312 (ledgerd) of user 998 dumped core.",
    ),
    generic(
        "coredump",
        r"\s*(?:Stack trace of thread \d+:|ELF object binary architecture|Module .{1,200} (?:from|wit"
        r"hout build-id)|Found module )",
        "Stack trace of thread 4312:",
        "stack trace of thread",
    ),
    message(
        "c",
        "segfault at",
        r"(?P<message>\S{1,80}\[\d+\]: segfault at .+)",
        "indexer[4312]: segfault at 0 ip 00005 sp 00007 error 4 in indexer[400000+1000]",
    ),
    message(
        "c",
        "segmentation fault",
        r"(?P<message>Segmentation fault)(?: \(core dumped\))?$",
        "Segmentation fault (core dumped)",
        follows=True,
    ),
    message(
        "c", "aborted", r"(?P<message>Aborted)(?: \(core dumped\))?$", "Aborted (core dumped)", follows=True
    ),
    message(
        "fortran",
        "fortran runtime error",
        r"(?P<message>Fortran runtime error: .+)",
        "Fortran runtime error: End of file",
    ),
    generic("fortran", r"At line \d+ of file \S+", "At line 3 of file a.f90"),
    generic(
        "fortran",
        r"Error termination\. Backtrace:|Backtrace for this error:",
        "Error termination. Backtrace:",
        "backtrace",
    ),
    message(
        "d",
        "error@",
        r"(?P<message>[\w.]{3,100}@\S{1,200}\(\d+\): .+)",
        "core.exception.RangeError@a.d(3): Range violation",
    ),
    message(
        "zig",
        " panic: ",
        r"thread \d+ panic: (?P<message>.+)",
        "thread 4312 panic: index out of bounds: index 5, len 3",
    ),
)
SWIFT = (
    message(
        "swift",
        "fatal error: ",
        r"(?:\S{1,300}:\d+: )?Fatal error: (?!exception |Uncaught |.{1,1000} in \S{1,300} on line \d+"
        r"$)(?P<message>.+?)(?:: file \S{1,300}, line \d+)?$",
        "shop/main.swift:3: Fatal error: Index out of range",
    ),
    generic(
        "swift",
        r"\S{0,3}\s*(?:Program crashed: |Thread \d+ (?:\S{1,40} )?crashed:|Crash dump|Registers:|Images \()",
        "Thread 0 crashed:",
        " crashed:",
    ),
    frame("swift", r"\s*\d{1,3}\s+(?:\[ra\] )?0x[0-9a-f]+ ", "0 0x00005571 main + 123 in shop"),
)
FUNCTIONAL = (
    generic(
        "haskell",
        r"CallStack \(from HasCallStack\):|HasCallStack backtrace:",
        "CallStack (from HasCallStack):",
        "callstack",
        previous_tells=True,
    ),
    generic(
        "haskell",
        r"\S{1,100}: Uncaught exception \S+:\s*$",
        "app: Uncaught exception ghc-internal:GHC.Internal.Exception.ErrorCall:",
        "uncaught exception",
        next_tells=True,
    ),
    message(
        "haskell",
        "uncaught exception",
        r"\S{1,100}: Uncaught exception \S+: (?P<message>\S.+)",
        "app: Uncaught exception base: no tenant",
    ),
    frame("haskell", r"\s+\w+, called at \S+", "  error, called at app.hs:3:5 in main:Main"),
    message(
        "ocaml",
        "fatal error: exception",
        r"Fatal error: exception (?P<message>.+)",
        'Fatal error: exception Failure("int_of_string")',
    ),
    frame(
        "ocaml",
        r"(?:Raised|Called|Re-raised)(?: by primitive operation)? (?:at|from) ",
        'Called from Dune__exe__App.load in file "app.ml", line 3, characters 4-9',
    ),
    generic(
        "erlang",
        r"=(?:ERROR|CRASH|SUPERVISOR|INFO|WARNING|PROGRESS) REPORT=",
        "=ERROR REPORT==== 29-Nov-2026::09:04:19.914321 ===",
        " report=",
    ),
    generic(
        "erlang",
        r"\*\* (?:Reason for termination|Last message in was|When (?:Server s|handler s|s)tate|Reason"
        r" for termination )",
        "** Reason for termination ==",
        "** ",
    ),
    message(
        "erlang",
        "terminating",
        r"\*\* (?P<message>(?:Generic server|State machine|gen_\w+|Task|Supervisor) .{1,200} terminating)",
        "** Generic server order_worker terminating",
        follows=True,
    ),
    message(
        "erlang",
        "exception ",
        r"\s*(?:\*\* )?(?P<message>exception (?:error|exit|throw): .+)",
        "    exception error: no match of right hand side value {error,enoent}",
        leads=True,
    ),
    frame("erlang", r"\s+in (?:function|call from) ", "      in function  app:boom/0 (app.erl, line 11)"),
    generic(
        "erlang",
        r"\s+(?:crasher:|initial call: |pid: <|ancestors: |message_queue_len: |messages: \[|links: |d"
        r"ictionary: \[|trap_exit: |status: |heap_size: |stack_size: |reductions: |neighbours:|regist"
        r"ered_name: )",
        "    reductions: 5852",
    ),
    message(
        "elixir",
        "** (",
        r"\s*\*\* \((?!EXIT\b)(?P<kind>[A-Z][\w.]{1,120})\) (?P<message>.+)",
        "** (RuntimeError) cannot charge order 48213",
        leads=True,
    ),
    message(
        "elixir",
        "** (",
        r"\*\* \((?P<message>(?:EXIT|stop|exit|throw)\b.*)",
        "** (stop) :quota_exhausted",
        leads=True,
    ),
    frame(
        "elixir",
        r"\s+\([\w.]+ [\w.-]+\) .{1,200}:\d+: |\s+\S{1,200}\.exs?:\d+: ",
        "    (shop 0.1.0) lib/shop.ex:31: Shop.charge/1",
    ),
    generic(
        "sbcl",
        r"(?:Unhandled|debugger invoked on an?) [A-Z][\w:.*+-]{1,120}(?: @[0-9A-F]+)? in thread .*:$|"
        r"Unhandled [A-Z][\w:.*+-]{1,120} in thread ",
        "Unhandled SIMPLE-ERROR in thread #<SB-THREAD:THREAD>: ",
        " in thread #<",
        next_tells=True,
    ),
    generic(
        "sbcl",
        r"Backtrace for: #<|unhandled condition in --disable-debugger mode",
        "unhandled condition in --disable-debugger mode, quitting",
        "disable-debugger",
    ),
    frame("sbcl", r"\d+: \(", "0: (SB-DEBUG::DEBUGGER-DISABLED-HOOK #<SIMPLE-ERROR>)"),
    message(
        "racket",
        ": contract violation",
        r"(?P<message>\S{1,80}: contract violation)",
        "car: contract violation",
    ),
    cause("elixir", "** (", r"\s+\*\* \((?P<message>(?:EXIT|stop|exit|throw)\b.*)", "    ** (EXIT) time out"),
    generic("sbcl", r"\s+\{[0-9A-F]{4,16}\}>:\s*$", "      {1001348003}>:", "}>:", next_tells=True),
    generic(
        "guile",
        r"(?:\S{1,200}:\d+:\d+: )?(?:ERROR: )?In procedure \S+:\s*$",
        "ERROR: In procedure quotient:",
        "in procedure",
        next_tells=True,
    ),
    generic(
        "compiler",
        r"\S{1,300}:\d+(?::\d+(?:-\d+)?)?: (?:fatal )?error:(?: \[.{1,80}?\])*\s*$",
        "orders.hs:9:15: error:",
        "error:",
        next_tells=True,
    ),
    generic("racket", r"\s+context\.\.\.:$", "  context...:"),
    generic("guile", r"Backtrace:$", "Backtrace:", "backtrace:"),
    message(
        "guile",
        "in procedure",
        r"(?:ERROR: )?(?P<message>In procedure \S+: .+)",
        "In procedure car: Wrong type argument in position 1",
    ),
    cause("any", "caused by: ", r"\s*caused by: (?P<message>.+)", "caused by: connection closed"),
)

FORMS: tuple[Form, ...] = (*RUST, *GO, *C, *SWIFT, *FUNCTIONAL)
