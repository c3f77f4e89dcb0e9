"""Privoxy with a parent proxy."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """confdir @dir@
logdir @dir@
templdir /etc/privoxy/templates
logfile privoxy.log
filterfile default.filter
actionsfile orders.action
listen-address 127.0.0.1:@port@
debug 1
debug 1024
debug 4096
debug 8192
max-client-connections 3
socket-timeout 2
toggle 1
"""
_GET = "curl -s -m 8 -x http://127.0.0.1:@port@"

_config = partial(edit, "privoxy.conf")

SOURCES = (
    Server(
        name="privoxy",
        packages=Packages(("privoxy", "curl"), apt=("privoxy", "curl")),
        version="privoxy --version",
        files={
            "privoxy.conf": _CONFIG,
            "default.filter": "FILTER: orders A filter\ns/shop/Shop/g\n",
            "orders.action": "{+filter{orders}}\n/\n{+block{not ours}}\nbilling.example\n",
        },
        around=(step("backend", "port1", OK),),
        start="privoxy --no-daemon @dir@/privoxy.conf",
        ready=f"{_GET} http://127.0.0.1:@port1@/ready",
        workload=(f"{_GET} http://127.0.0.1:@port1@/orders/@id@",),
        log="privoxy.log",
        faults=(
            Fault(
                "backend_refused", r"Crunch: Connection failure", do=(f"{_GET} http://127.0.0.1:@dead@/x",)
            ),
            Fault("name_unknown", r"Can not resolve", do=(f"{_GET} http://orders-host.example/",)),
            Fault(
                "backend_silent",
                r"Crunch: Connection timeout|timed out",
                before=(step("backend", "port1", OK), step("backend", "port2", OK, 6.0)),
                do=(f"{_GET} http://127.0.0.1:@port2@/x",),
            ),
            Fault(
                "backend_closes",
                r"No server or forwarder response",
                before=(step("backend", "port1", OK), step("backend", "port2", None)),
                do=(f"{_GET} http://127.0.0.1:@port2@/x",),
            ),
            Fault("blocked", r"Crunch: Blocked", do=(f"{_GET} http://billing.example/",)),
            Fault("port_in_use", r"can't bind to", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_directive",
                r"unrecognized directive",
                edits=_config("toggle 1", "togle 1"),
                starts=False,
            ),
            Fault("filter_missing", r"can't load re_filterfile", before=("rm default.filter",), starts=False),
            Fault(
                "action_syntax",
                r"Unknown action or alias",
                edits=edit("orders.action", "{+filter{orders}}", "{+filtre{orders}}"),
                starts=False,
            ),
        ),
    ),
)
