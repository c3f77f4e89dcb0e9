"""The forms of crashes of scripting languages, and of an exception by its name alone, whatever raised it."""

from __future__ import annotations

from kb.text.crashes.forms import DOTTED, EXCEPTION, Form, frame, generic, message

FORMS: tuple[Form, ...] = (
    generic("r", r"In addition: Warning messages?:", "In addition: Warning message:", "in addition: warning"),
    generic(
        "r", r"In [\w.:]{1,80}\(.{0,300}\) :\s*$", 'In file(file, "rt") :', follows=True, next_tells=True
    ),
    generic("bun", r"\s{0,6}\d{1,6} \|(?: |$)", "3 | function pay() {", " | "),
    generic("bun", r"Bun v\d", "Bun v1.2.4 (Linux x64)", "bun v"),
    message("bun", "error: ", r"error: (?P<message>.+)", "error: cannot charge order 48213"),
    generic("lua", r"stack traceback:$", "stack traceback:", "stack traceback:", previous_tells=True),
    message(
        "lua",
        ".lua:",
        r"(?:\S{0,80}lua[\w.]*|luajit): (?:\S{1,300}:\d+: )?(?P<message>.+)",
        "lua5.4: app.lua:3: attempt to index a nil value (local 'x')",
    ),
    frame("lua", r"\t(?:\[C\]|\S{1,300}:\d+): in ", "\tapp.lua:3: in function 'load'"),
    frame("lua", r"\t\[C\]: in \?", "\t[C]: in ?"),
    message(
        "r", "error in ", r"Error in .{1,300}? : (?P<message>\S.*)", "Error in f(x) : object 'y' not found"
    ),
    generic("r", r"Error in .{1,300}? :\s*$", "Error in f(x) : ", "error in ", next_tells=True),
    generic("r", r"Execution halted$", "Execution halted", "execution halted"),
    frame("r", r"Calls: \S+(?: ->|$)", "Calls: main -> load"),
    generic("julia", r"Stacktrace:$", "Stacktrace:", "stacktrace:", previous_tells=True),
    message(
        "julia",
        "error: loaderror",
        r"ERROR: (?:LoadError: )?(?P<message>.+)",
        "ERROR: LoadError: BoundsError: attempt to access 3-element Vector",
    ),
    frame("julia", r"\s+\[\d+\] ", " [1] getindex(A::Vector{Int64}, i1::Int64)"),
    frame("julia", r"\s+@ \S", "   @ Base ./essentials.jl:13"),
    frame("julia", r"in expression starting at ", "in expression starting at /srv/a.jl:3"),
    generic("tcl", r"\s+while executing$", "    while executing", "while executing", previous_tells=True),
    frame(
        "tcl",
        r"\s+(?:invoked from within|\((?:procedure|file) \".{1,200}\" line \d+\)|\(.{1,80} body line \d+\))",
        "    invoked from within",
        "invoked from within",
    ),
    frame("tcl", r"\"[^\"]{1,200}\"?$", '"load $id"'),
    frame("ansible", r"Origin: (?:<.{1,200}>$|\S.{0,300}:\d+:\d+$)", "Origin: /srv/site.yml:6:7", "origin: "),
    frame("ansible", r"\d{1,6} {3,}\S", "6     - name: Renew the lease"),
    generic("ansible", r"\s+\^ column \d+$", "        ^ column 7"),
    generic("ansible", r"<<< caused by >>>$", "<<< caused by >>>"),
    message(
        "bash",
        ": line ",
        r"\S{1,200}: line \d+: (?:\s*\d+ )?(?P<message>.+)",
        "./worker.sh: line 3: 8812 Segmentation fault      ./indexer --shard 4",
    ),
    message(
        "dart",
        "unhandled exception:",
        r"Unhandled exception: (?P<message>\S.*)",
        "Unhandled exception: Bad state: no element",
    ),
    frame("dart", r"#\d+ {2,}\S.*\((?:dart|package|file):", "#0      main (file:///srv/a.dart:3:5)"),
    message(
        "nim",
        "unhandled exception",
        r"Error: unhandled exception: (?P<message>.*?)(?: \[(?P<kind>\w{1,80})\])?$",
        "Error: unhandled exception: index 5 not in 0 .. 2 [IndexDefect]",
        leads=True,
    ),
    generic(
        "powershell",
        r"\s*\+ (?:CategoryInfo|FullyQualifiedErrorId)\s*: |At line:\d+ char:\d+|\s*\+ ~+|\s*\+ {2,}",
        "    + CategoryInfo          : ObjectNotFound",
        "categoryinfo",
    ),
    message(
        "any",
        "error",
        rf"(?P<message>(?:{EXCEPTION}|Error)(?: \[[A-Z0-9_]+\])?: .*?)(?: \{{)?$",
        "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:",
    ),
    message(
        "any",
        "exception",
        rf"(?P<message>{EXCEPTION}(?: \[[A-Z0-9_]+\])?(?:: .*?)?)(?: \{{)?$",
        "java.lang.IllegalStateException: closed",
    ),
    message(
        "any",
        "error",
        rf"(?P<message>{DOTTED}\.[A-Z]\w{{0,80}}Error)$",
        "concurrent.futures._base.CancelledError",
    ),
)
