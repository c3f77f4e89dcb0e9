"""Nghttpx before one backend."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """frontend=127.0.0.1,@port@;no-tls
backend=127.0.0.1,@port1@
workers=1
single-process=yes
accesslog-file=/dev/stderr
errorlog-file=/dev/stderr
backend-read-timeout=2s
backend-connect-timeout=2s
frontend-http2-read-timeout=5s
log-level=INFO
"""
_GET = "curl -s -m 6 http://127.0.0.1:@port@"

_config = partial(edit, "nghttpx.conf")

SOURCES = (
    Server(
        name="nghttpx",
        packages=Packages(("nghttpx", "curl"), apt=("nghttp2-proxy", "curl")),
        version="nghttpx --version",
        files={"nghttpx.conf": _CONFIG},
        around=(step("backend", "port1", OK),),
        start="nghttpx --conf=@dir@/nghttpx.conf",
        ready=f"{_GET}/ready",
        workload=(f"{_GET}/orders/@id@",),
        faults=(
            Fault("backend_refused", r"Backend connect failed", before=(), do=(_GET,)),
            Fault(
                "backend_silent",
                r"INFO .*Time out",
                before=(step("backend", "port1", OK, 6.0),),
                do=(f"{_GET}/slow", step("pause", 0.5)),
            ),
            Fault("backend_closes", r"\] EOF", before=(step("backend", "port1", None),), do=(f"{_GET}/x",)),
            Fault(
                "backend_garbage",
                r"HTTP parser failure",
                before=(step("backend", "port1", b"orders are not http\r\n\r\n"),),
                do=(f"{_GET}/x",),
            ),
            Fault("port_in_use", r"Address already in use", before=(step("occupy"),), starts=False),
            Fault("unknown_option", r"Unknown option", edits=_config("workers=1", "wokers=1"), starts=False),
            Fault(
                "cert_missing",
                r"TLS private key and certificate files are required",
                edits=_config(";no-tls", ""),
                starts=False,
            ),
            Fault(
                "bad_duration",
                r"bad value",
                edits=_config("backend-connect-timeout=2s", "backend-connect-timeout=soon"),
                starts=False,
            ),
        ),
    ),
)
