"""Tinyproxy that asks for a password and refuses a site."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """User root
Group root
Port @port@
Listen 127.0.0.1
Timeout 2
LogLevel Info
MaxClients 2
Allow 127.0.0.1
BasicAuth orders kept
Filter "@dir@/refused"
ConnectPort 443
"""
_GET = "curl -s -m 5 -x http://orders:kept@127.0.0.1:@port@"

_config = partial(edit, "tinyproxy.conf")

SOURCES = (
    Server(
        name="tinyproxy",
        packages=Packages(("tinyproxy", "curl"), apt=("tinyproxy-bin", "curl")),
        version="tinyproxy -v",
        files={"tinyproxy.conf": _CONFIG, "refused": "billing\n"},
        around=(step("backend", "port1", OK),),
        start="tinyproxy -d -c @dir@/tinyproxy.conf",
        ready=f"{_GET} http://127.0.0.1:@port1@/ready",
        workload=(f"{_GET} http://127.0.0.1:@port1@/orders/@id@",),
        faults=(
            Fault(
                "backend_refused",
                r"(?i)(could not establish|connection refused)",
                do=(f"{_GET} http://127.0.0.1:@dead@/",),
            ),
            Fault(
                "name_unknown",
                r"(?i)(could not retrieve|resolution|name)",
                do=(f"{_GET} http://orders-host/",),
            ),
            Fault("refused_site", r"(?i)(filtered|refused)", do=(f"{_GET} http://billing.example/",)),
            Fault(
                "port_in_use",
                r"(?i)could not create listening socket|bind",
                before=(step("backend", "port1", OK), step("occupy")),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"(?i)(syntax error|unknown|line \d+)",
                edits=_config("MaxClients", "MaxClient"),
                starts=False,
            ),
            Fault(
                "filter_missing",
                r"(?i)filter",
                edits=_config("@dir@/refused", "@dir@/lost/refused"),
                starts=False,
            ),
            Fault("unknown_user", r"(?i)user", edits=_config("User root", "User dnsorders"), starts=False),
        ),
    ),
)
