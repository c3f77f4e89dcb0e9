"""The forms of crashes of languages with a runtime of their own: Python, Java, .NET, JavaScript, PHP, Ruby, Perl …"""

from __future__ import annotations

from kb.text.crashes.forms import DOTTED, EXCEPTION, Form, cause, frame, generic, message

PYTHON = (
    generic(
        "python",
        r"[\s|+]*(?:Exception Group )?Traceback \(most recent call last\):?",
        "Traceback (most recent call last):",
        "traceback (most recent",
    ),
    generic(
        "python",
        r"(?:The above exception was the direct cause|During handling of the above exception)",
        "During handling of the above exception, another exception occurred:",
        "above exception",
    ),
    generic(
        "dagster",
        r"dagster\._core\.errors\.Dagster\w{1,80}Error: Error occurred while .{1,200}::$",
        'dagster._core.errors.DagsterExecutionStepExecutionError: Error occurred while executing op "orders"::',
        "error occurred while",
        next_tells=True,
    ),
    generic(
        "dagster",
        r"dagster\._core\.errors\.Dagster\w{1,80}Error: Error occurred while .{1,200}[^:]:$",
        'dagster._core.errors.DagsterExecutionStepExecutionError: Error occurred while executing op "orders":',
        "error occurred while",
    ),
    generic(
        "dagster",
        r"The above exception (?:was caused by|occurred during handling of) the following exception:$",
        "The above exception was caused by the following exception:",
        "above exception",
        follows=True,
        next_tells=True,
    ),
    generic("dagster", r"Stack Trace:$", "Stack Trace:"),
    generic(
        "python",
        r"Task exception was never retrieved$",
        "Task exception was never retrieved",
        "exception was never retrieved",
    ),
    generic(
        "python",
        r"\w{0,60}Warning: Enable tracemalloc to get the object allocation traceback$",
        "RuntimeWarning: Enable tracemalloc to get the object allocation traceback",
        "enable tracemalloc to get the object",
    ),
    generic(
        "python",
        r"Object allocated at \(most recent call last\):$",
        "Object allocated at (most recent call last):",
        "object allocated at (",
    ),
    generic(
        "python",
        r"\"\"\"$",
        '"""',
    ),
    generic(
        "python",
        r"future: <(?:Task|Future) ",
        "future: <Task finished name='Task-2' coro=<job()>",
        "future: <",
    ),
    generic(
        "python",
        r"Exception (?:in thread [^\"]{1,200}:$|ignored in[ :]|in callback )",
        "Exception in thread Thread-3 (job):",
        "exception i",
    ),
    generic(
        "python",
        r"Fatal Python error: (?:Aborted|Segmentation fault)$|Current thread 0x[0-9a-f]+ \(most recen"
        r"t call first\):|Thread 0x[0-9a-f]+ \(most recent call first\):",
        "Current thread 0x00007f1 (most recent call first):",
        "most recent call first",
    ),
    message(
        "python",
        "fatal python error",
        r"Fatal Python error: (?P<message>.+)",
        "Fatal Python error: init_fs_encoding: failed to get the Python codec",
    ),
    frame(
        "python",
        r"[\s|]*(?:> )?File \"[^\"]{1,400}\", line(?:no)? \d+",
        '> File "/srv/a.py", line 3, in main',
    ),
    generic(
        "python",
        r"[\s|]*\[Previous line repeated \d+ more times?\]",
        "  [Previous line repeated 996 more times]",
    ),
    generic(
        "python",
        r"[\s|]*\+-[-+]{0,4}-{8,40} (?:\d+|\.\.\.) -{8,40}|[\s|]*\+-{20,60}$",
        "    +---------------- 2 ----------------",
    ),
)
JAVA = (
    message(
        "java",
        "exception in thread",
        r"Exception in thread \"[^\"]{0,200}\" (?P<message>[\w$.]{1,300}(?::.*)?)",
        'Exception in thread "main" java.lang.IllegalStateException: closed',
        leads=True,
    ),
    generic("java", r"FATAL EXCEPTION: ", "FATAL EXCEPTION: main", "fatal exception: "),
    generic("java", r"Process: [\w.]+, PID: \d+$", "Process: com.acme.shop, PID: 4312"),
    cause(
        "java",
        "caused by: ",
        r"\s*(?:Caused by|Wrapped by): (?P<message>.+)",
        "Caused by: java.net.ConnectException: Connection refused",
    ),
    frame("java", r"\s*Suppressed: ", "\tSuppressed: java.io.IOException: close"),
    frame(
        "java",
        r"\s+at (?:[\w.@/-]{1,120}//?)?[\w$.<>/]{2,300}\((?:[^()]{1,120}|)\)",
        "\tat com.acme.Pool.take(Pool.java:31)",
        "\tat ",
    ),
    frame("java", r"\s+\.\.\. \d+ (?:more|common frames omitted|filtered)", "\t... 23 more"),
    message(
        "jvm",
        "(0x",
        r"#\s+(?P<message>SIG[A-Z]{3,5} \(0x[0-9a-f]+\)|EXCEPTION_[A-Z_]+ \(0x[0-9a-f]+\))",
        "#  SIGSEGV (0xb) at pc=0x00007f1, pid=4312, tid=4313",
    ),
    message(
        "jvm",
        "internal error (",
        r"#\s+(?P<message>Internal Error \(.+)",
        "#  Internal Error (sharedRuntime.cpp:553), pid=4312, tid=4313",
    ),
    message(
        "jvm",
        "insufficient memory for the java",
        r"#\s+(?P<message>There is insufficient memory for the Java Runtime Environment.*)",
        "# There is insufficient memory for the Java Runtime Environment to continue.",
    ),
    cause(
        "jvm",
        "native memory allocation",
        r"#\s+(?P<message>Native memory allocation .*)",
        "# Native memory allocation (mmap) failed to map 65536 bytes",
    ),
    frame("jvm", r"#\s+[CJVjv]\s+\[?\S+\+0x|#\s+[CJVjv] {2}", "# C  [libzip.so+0x4d1]  newEntry+0x51"),
    generic("jvm", r"#(?:\s|$)", "# A fatal error has been detected by the Java Runtime Environment:"),
    message(
        "java",
        "outofmemoryerror",
        r"(?:Terminating due to )?(?P<message>java\.lang\.OutOfMemoryError: .*)",
        "Terminating due to java.lang.OutOfMemoryError: Java heap space",
    ),
)
DOTNET = (
    message(
        "dotnet",
        "unhandled exception",
        r"(?:Process terminated\. |fail: .*|\s*)?Unhandled [Ee]xception[.:] (?P<message>[\w.`+]{3,200}.*)",
        "Unhandled exception. System.InvalidOperationException: no tenant",
        leads=True,
    ),
    generic(
        "dotnet",
        r"Unhandled [Ee]xception[.:]?\s*$",
        "Unhandled Exception:",
        "unhandled exception",
        next_tells=True,
    ),
    cause(
        "dotnet",
        " ---> ",
        r"\s*---> (?:\(Inner Exception #\d+\) )?(?P<message>.+?)(?:<---)?\s*$",
        " ---> System.Net.Sockets.SocketException (111): Connection refused",
    ),
    generic(
        "dotnet",
        r"\s*--- End of (?:inner exception )?stack trace",
        "   --- End of inner exception stack trace ---",
    ),
    frame(
        "dotnet",
        r"\s+at [\w.<>`+\[\],|$ ]{2,300}\(.*?\)(?: in .{1,300}:line \d+)?",
        "   at Shop.Orders.Load(Int32 id) in /src/Orders.cs:line 31",
        "   at ",
    ),
)
JAVASCRIPT = (
    generic(
        "node",
        r"(?:node:[\w/]+|(?:file://)?/\S+\.[cm]?[jt]sx?|internal/\S+\.js):\d+(?::\d+)?$",
        "node:events:502",
    ),
    generic(
        "node",
        r"\s*throw er; // Unhandled|\s*triggerUncaughtException\(",
        "      throw er; // Unhandled 'error' event",
        "throw er; //",
    ),
    generic(
        "node",
        r"\s*triggerUncaughtException\(|\s*throw err?;$",
        "    triggerUncaughtException(err, true /* fromPromise */);",
        "triggeruncaughtexception",
    ),
    generic(
        "node",
        r"Emitted 'error' event (?:on|at)",
        "Emitted 'error' event on Server instance at:",
        "emitted 'error' event",
    ),
    generic("node", r"Node\.js v\d+", "Node.js v20.20.2", "node.js v"),
    generic(
        "node",
        r"\(Use `node --trace|\(node:\d+\) \[DEP\d+\]|<--- (?:Last few GCs|JS stacktrace) --->|-{3,} "
        r"Native stack trace|Thrown at:|Require stack:",
        "<--- JS stacktrace --->",
        "<--- js",
    ),
    generic("node", r"<--- Last few GCs --->", "<--- Last few GCs --->", "last few gcs"),
    frame(
        "node", r"\[\d+:0x[0-9a-f]+\] +\d+ ms: ", "[8996:0x21be2d10]      139 ms: Mark-Compact 16.8 (49.5)"
    ),
    frame("node", r" ?\d{1,3}: 0x[0-9a-f]+ ", " 1: 0xb78db3 node::OOMErrorHandler(char const*) [node]"),
    message(
        "node",
        "javascript heap",
        r"(?:FATAL ERROR: )(?P<message>.*JavaScript heap out of memory.*)",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    ),
    cause(
        "node",
        "[cause]: ",
        r"\s+\[cause\]: (?P<message>.+?)(?: \{)?$",
        "  [cause]: Error: connect ECONNREFUSED 127.0.0.1:5432",
    ),
    message(
        "node",
        "error: ",
        rf"\[(?P<message>{EXCEPTION}(?: \[[A-Z_]+\])?(?:: [^\]]*)?)\]\s?\{{?$",
        "[AggregateError: All promises were rejected] {",
    ),
    message(
        "node",
        "uncaught",
        rf"(?:error: )?Uncaught (?:\(in promise\) )?(?P<message>(?:{EXCEPTION}|Error)\b.*?)(?: \{{)?$",
        "error: Uncaught (in promise) TypeError: x is not a function",
    ),
    frame(
        "node",
        r"\s+at (?:async )?(?:.{1,200} \()?(?:node:|file:|ext:|evalmachine|<anonymous>|native|webpack"
        r"|https?:|[A-Za-z]:\\|/|\.)\S*?(?::\d+)*\)?",
        "    at Object.<anonymous> (/srv/a.js:3:19)",
        "    at ",
    ),
    frame(
        "node",
        r"\s+\.\.\. \d+ lines? matching cause stack trace",
        "    ... 5 lines matching cause stack trace ...",
    ),
)
PHP = (
    message(
        "php",
        "uncaught",
        r"(?:PHP )?Fatal error:\s+Uncaught (?P<message>.+)",
        "PHP Fatal error:  Uncaught TypeError: total(): no int in /srv/a.php:4",
        leads=True,
    ),
    message(
        "php",
        "error: ",
        r"(?:PHP )?(?:Fatal|Parse|Recoverable fatal|Catchable fatal|Compile) error:\s+(?P<message>.+)",
        "PHP Fatal error:  Allowed memory size of 4194304 bytes exhausted in /srv/a.php on line 4",
        leads=True,
    ),
    message(
        "php",
        " on line ",
        r"(?:PHP )?(?:Warning|Notice|Deprecated|Strict Standards):\s+(?P<message>.+ in \S{1,400} on l"
        r"ine \d+)$",
        'PHP Warning:  Undefined array key "rate" in /srv/a.php on line 4',
        follows=True,
    ),
    message(
        "php",
        "",
        rf"Next (?P<message>{DOTTED}: .+)",
        "Next RuntimeException: cannot charge order 48213 in /srv/a.php:4",
        leads=True,
    ),
    frame("php", r"#\d+ (?:\{main\}|\S{1,300}\(\d+\): |\[internal function\]: )", "#0 /srv/a.php(5): pay()"),
    generic("php", r"(?:PHP )?Stack trace:$", "Stack trace:", "stack trace:"),
    frame("php", r"\s+thrown in \S+ on line \d+", "  thrown in /srv/a.php on line 4"),
    frame("php", r"PHP +\d+\. \S", "PHP   1. {main}() /srv/a.php:0"),
)
RUBY = (
    message(
        "ruby",
        "': ",
        r"\S{1,300}:\d+:in ['`][^']{0,120}': (?P<message>.*?) \((?P<kind>[A-Z][\w:]{1,120})\)$",
        "app.rb:3:in 'Integer#/': divided by 0 (ZeroDivisionError)",
    ),
    message(
        "ruby",
        "error)",
        r"\S{1,300}:\d+: (?P<message>.*?) \((?P<kind>[A-Z][\w:]{1,120})\)$",
        "app.rb:3: no tenant (KeyError)",
    ),
    message(
        "ruby",
        "': ",
        r"\S{1,300}\.rb:\d+:in ['`][^']{0,120}': (?P<message>.+)",
        "app.rb:3:in `load': cannot load order 12",
    ),
    frame("ruby", r"\s+(?:\d+: )?from \S{1,300}:\d+(?::in .*)?$", "\tfrom app.rb:9:in '<main>'", "\tfrom "),
    frame("ruby", r"\S{1,300}\.rb:\d+:in ['`][^']{0,120}'$", "app/models/order.rb:31:in 'load'"),
    message(
        "crystal",
        "unhandled exception",
        r"Unhandled exception: (?P<message>.*?) \((?P<kind>[A-Z][\w:]{1,120})\)$",
        "Unhandled exception: Index out of bounds (IndexError)",
    ),
)
PERL = (
    generic(
        "perl",
        r"(?:BEGIN failed--c|C)ompilation (?:failed in require|aborted) at |Execution of \S{1,400} ab"
        r"orted due to compilation errors\.",
        "Execution of app.pl aborted due to compilation errors.",
        "abort",
    ),
    message(
        "perl",
        " line ",
        r"(?P<message>(?:Use of uninitialized|Useless use|Argument \".{0,200}\" isn't numeric|Odd num"
        r"ber of|Deep recursion|"
        r"Subroutine \S{1,100} redefined|Name \".{1,100}\" used only once|Use of implicit|Possible )."
        r"{0,1000}?) at \S{1,400} line \d+",
        'Use of uninitialized value $h{"sku"} in string at app.pl line 5.',
        follows=True,
    ),
    message(
        "perl",
        "syntax error at ",
        r"(?P<message>syntax error) at \S{1,400} line \d+, (?:near|at) ",
        'syntax error at app.pl line 3, near "+ ;"',
    ),
    message(
        "perl",
        " line ",
        r"(?P<message>.{1,1500}?),? at \S{1,400} line \d+(?:, <[^<>]{1,60}> (?:line|chunk) \d+)?\.$",
        'Can\'t call method "email" on an undefined value at /srv/a.pl line 58.',
    ),
    frame(
        "perl", r"\s+\S.{0,300} called at \S{1,300} line \d+$", '\tmain::load("x") called at app.pl line 31'
    ),
)
FORMS: tuple[Form, ...] = (*PYTHON, *JAVA, *DOTNET, *JAVASCRIPT, *PHP, *RUBY, *PERL)
