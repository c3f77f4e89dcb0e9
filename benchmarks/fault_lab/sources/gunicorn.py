"""Gunicorn with a plain WSGI application."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_APP = """import os, time
def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/sleep":
        time.sleep(30)
    if path == "/key":
        {}["orders"]
    if path == "/die":
        os._exit(3)
    if path == "/headers":
        start_response("200 OK", [("X-Orders", 7)])
    start_response("200 OK", [("Content-Length", "3")])
    return [b"ok\\n"]
"""
_CONFIG = """bind = "127.0.0.1:@port@"
workers = 1
timeout = 2
graceful_timeout = 1
accesslog = "-"
proc_name = "orders"
"""
_RUN = "python3 -m gunicorn -c conf.py orders:app"
_GET = "curl -s -m 8 http://127.0.0.1:@port@"

_config = partial(edit, "conf.py")

SOURCES = (
    Server(
        name="gunicorn",
        packages=Packages(
            ("/opt/gunicorn/gunicorn", "curl"),
            apt=("curl",),
            pip=("gunicorn==27.0.1", "packaging==26.4"),
            folder="gunicorn",
        ),
        version="PYTHONPATH=/opt/gunicorn python3 -m gunicorn --version",
        files={"orders.py": _APP, "conf.py": _CONFIG},
        start=f"env PYTHONPATH=/opt/gunicorn {_RUN}",
        ready=f"{_GET}/ready",
        workload=(f"{_GET}/orders/@id@",),
        faults=(
            Fault("worker_timeout", r"WORKER TIMEOUT", do=(f"{_GET}/sleep", step("pause", 1.0))),
            Fault("key_error", r"^KeyError: 'orders'", do=(f"{_GET}/key",)),
            Fault("bad_header", r"^TypeError: ", do=(f"{_GET}/headers",)),
            Fault(
                "worker_dies",
                r"Worker \(pid:\d+\) exited with code 3",
                do=(f"{_GET}/die", step("pause", 1.0)),
            ),
            Fault(
                "port_in_use",
                r"(?i)(connection in use|address already in use)",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "app_missing",
                r"Failed to find attribute",
                edits=edit("orders.py", "def app(", "def application("),
                starts=False,
            ),
            Fault(
                "import_error",
                r"^ModuleNotFoundError",
                edits=edit("orders.py", "import os, time", "import os, time, billing"),
                starts=False,
            ),
            Fault(
                "unknown_class",
                r"class uri 'billing' invalid",
                edits=_config("workers = 1", "workers = 1\nworker_class = 'billing'"),
                starts=False,
            ),
            Fault(
                "bad_value",
                r"Invalid value for timeout",
                edits=_config("timeout = 2", "timeout = 'two'"),
                starts=False,
            ),
            Fault("bad_request", r"Invalid request from", do=(step("send", b"GET /x y z HTTP/9.1\r\n\r\n"),)),
        ),
    ),
)
