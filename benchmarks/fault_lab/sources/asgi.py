"""Uvicorn and Hypercorn with a plain ASGI application."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_APP = """import asyncio
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    if path == "/key":
        {}["orders"]
    if path == "/backend":
        await asyncio.open_connection("127.0.0.1", @dead@)
    if path == "/twice":
        await send({"type": "http.response.start", "status": 200, "headers": []})
    if path == "/nothing":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""
_GET = "curl -s -m 5 http://127.0.0.1:@port@"

_app = partial(edit, "orders.py")


def _server(name: str, packages: Packages, run: str) -> Server:
    return Server(
        name=name,
        packages=packages,
        version=f"PYTHONPATH=/opt/{name} python3 -c 'from importlib.metadata import version; print(version(\"{name}\"))'",
        files={"orders.py": _APP},
        start=f"env PYTHONPATH=/opt/{name}:@dir@ python3 -m {run}",
        ready=f"{_GET}/ready",
        workload=(f"{_GET}/orders/@id@",),
        faults=(
            Fault("key_error", r"^KeyError: 'orders'", do=(f"{_GET}/key",)),
            Fault("backend_refused", r"^ConnectionRefusedError", do=(f"{_GET}/backend",)),
            Fault(
                "started_twice",
                r"^RuntimeError: Expected|^\S+UnexpectedMessageError: ",
                do=(f"{_GET}/twice",),
            ),
            Fault(
                "no_response",
                r"ASGI callable returned without|GET /nothing 1\.1\" 500",
                do=(f"{_GET}/nothing", step("pause", 0.5)),
            ),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "startup_fails",
                r"ValueError: no price list|Lifespan error, continuing without",
                edits=_app(
                    '        await receive()\n        await send({"type": "lifespan.startup.complete"})',
                    "        await receive()\n        raise ValueError('no price list for @user@')",
                ),
                starts=False,
            ),
            Fault(
                "app_missing",
                r"Error loading ASGI app|^\S+NoAppError: ",
                edits=_app("async def app(", "async def application("),
                starts=False,
            ),
            Fault(
                "import_error",
                r"^ModuleNotFoundError",
                edits=_app("import asyncio", "import asyncio, billing"),
                starts=False,
            ),
            Fault(
                "syntax",
                r"^SyntaxError",
                edits=_app('    path = scope["path"]', '    path = scope["path"'),
                starts=False,
            ),
        ),
    )


SOURCES = (
    _server(
        "uvicorn",
        Packages(
            ("/opt/uvicorn/uvicorn", "curl"),
            apt=("curl",),
            pip=("uvicorn==0.54.0", "click==8.5.1", "h11==0.16.0"),
            folder="uvicorn",
        ),
        "uvicorn --lifespan on --host 127.0.0.1 --port @port@ orders:app",
    ),
    _server(
        "hypercorn",
        Packages(
            ("/opt/hypercorn/hypercorn", "curl"),
            apt=("curl",),
            pip=(
                "hypercorn==0.18.0",
                "h11==0.16.0",
                "h2==4.4.1",
                "hpack==4.2.0",
                "hyperframe==6.1.0",
                "priority==2.0.0",
                "wsproto==1.3.2",
            ),
            folder="hypercorn",
        ),
        "hypercorn --access-logfile - --error-logfile - --bind 127.0.0.1:@port@ orders:app",
    ),
)
