"""Dante's SOCKS server."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """logoutput: stderr
internal: 127.0.0.1 port = @port@
external: lo
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: root
timeout.connect: 2
client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 log: error }
socks block { from: 127.0.0.0/8 to: 127.0.0.5/32 log: connect error }
socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect error }
"""
_GET = "curl -s -m 6 --socks5 127.0.0.1:@port@"

_config = partial(edit, "danted.conf")

SOURCES = (
    Server(
        name="dante",
        packages=Packages(("danted", "curl"), apt=("dante-server", "curl")),
        version="danted -v",
        files={"danted.conf": _CONFIG},
        around=(step("backend", "port1", OK),),
        start="danted -f @dir@/danted.conf",
        ready=f"{_GET} http://127.0.0.1:@port1@/ready",
        workload=(f"{_GET} http://127.0.0.1:@port1@/orders/@id@",),
        faults=(
            Fault("backend_refused", r"(?i)connection refused", do=(f"{_GET} http://127.0.0.1:@dead@/",)),
            Fault("blocked", r"(?i)block\(\d\)", do=(f"{_GET} http://127.0.0.5:@port1@/",)),
            Fault(
                "not_socks",
                r"unknown SOCKS version",
                do=(step("send", b"GET / HTTP/1.0\r\n\r\n"), step("pause", 0.5)),
            ),
            Fault(
                "port_in_use",
                r"bind of address .* failed: Address already in use",
                before=(step("occupy"), step("backend", "port1", OK)),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"syntax error",
                edits=_config("timeout.connect", "timeout.conect"),
                starts=False,
            ),
            Fault(
                "unknown_interface",
                r"could not resolve hostname",
                edits=_config("external: lo", "external: billing0"),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"no such user",
                edits=_config("user.unprivileged: root", "user.unprivileged: dnsorders"),
                starts=False,
            ),
            Fault("config_missing", r"could not open config file", before=("rm danted.conf",), starts=False),
        ),
    ),
)
