"""Hitch before one backend."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """frontend = "[127.0.0.1]:@port@"
backend = "[127.0.0.1]:@port1@"
pem-file = "@dir@/shop.pem"
workers = 1
user = "root"
group = "root"
log-level = 1
"""
_CERT = "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=orders.example -keyout key.pem -out cert.pem 2> /dev/null && cat key.pem cert.pem > shop.pem"
_GET = "curl -s -k -m 5 https://127.0.0.1:@port@"

_config = partial(edit, "hitch.conf")

SOURCES = (
    Server(
        name="hitch",
        packages=Packages(("hitch", "openssl", "curl"), apt=("hitch", "openssl", "curl")),
        version="hitch -V",
        files={"hitch.conf": _CONFIG},
        prepare=(_CERT,),
        around=(step("backend", "port1", OK),),
        start="hitch --config=@dir@/hitch.conf",
        ready=f"{_GET}/ready",
        workload=(f"{_GET}/orders/@id@",),
        faults=(
            Fault(
                "backend_refused",
                r"(?i)(connection refused|backend)",
                before=(step("backend", "port1", OK),),
                edits=_config("@port1@", "@dead@"),
                do=(_GET,),
                starts=False,
            ),
            Fault(
                "not_encrypted",
                r"(?i)(http request|ssl|handshake|wrong version)",
                do=(step("send", b"GET / HTTP/1.0\r\n\r\n"), step("pause", 0.5)),
            ),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)(unknown|syntax|line \d+|parsing)",
                edits=_config("workers = 1", "wokers = 1"),
                starts=False,
            ),
            Fault("cert_missing", r"(?i)(No such file|unable|stat)", before=("rm shop.pem",), starts=False),
            Fault(
                "key_mismatch",
                r"(?i)(mismatch|key values|private key|does not match)",
                before=("openssl genrsa -out key.pem 2048 2> /dev/null; cat key.pem cert.pem > shop.pem",),
                starts=False,
            ),
            Fault(
                "bad_ciphers",
                r"(?i)cipher",
                edits=_config("workers = 1", 'workers = 1\nciphers = "ORDERS"'),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)user",
                edits=_config('user = "root"', 'user = "dnsorders"'),
                starts=False,
            ),
        ),
    ),
)
