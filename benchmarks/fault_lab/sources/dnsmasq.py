"""Dnsmasq as a forwarder, with names and a range of its own."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """port=@port@
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
user=root
log-queries
addn-hosts=@dir@/shop.hosts
server=127.0.0.1#@port1@
dhcp-leasefile=@dir@/leases
dhcp-range=127.0.0.50,127.0.0.90,1h
pid-file=@dir@/dnsmasq.pid
"""
_DIG = "dig +tries=1 +time=3 @127.0.0.1 -p @port@"

_config = partial(edit, "dnsmasq.conf")

SOURCES = (
    Server(
        name="dnsmasq",
        packages=Packages(("dnsmasq", "dig"), apt=("dnsmasq-base", "bind9-dnsutils")),
        version="dnsmasq --version | head -1",
        files={"dnsmasq.conf": _CONFIG, "shop.hosts": "127.0.0.2 orders.shop.example\n"},
        start="dnsmasq --no-daemon --log-facility=- --conf-file=@dir@/dnsmasq.conf",
        ready=f"{_DIG} orders.shop.example | grep -q NOERROR",
        workload=(f"{_DIG} orders.shop.example", f"{_DIG} orders.shop.example AAAA"),
        faults=(
            Fault("port_in_use", r"Address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad", r"bad option", edits=_config("bind-interfaces", "bind-interface"), starts=False
            ),
            Fault(
                "bad_range", r"bad dhcp-range", edits=_config("127.0.0.90,1h", "127.0.0.90,1x"), starts=False
            ),
            Fault(
                "unknown_interface",
                r"unknown interface",
                edits=_config("bind-interfaces", "interface=eth7\nbind-interfaces"),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"unknown user or group",
                edits=_config("user=root", "user=dnsorders"),
                starts=False,
            ),
            Fault(
                "hosts_missing",
                r"failed to load names",
                edits=_config("shop.hosts", "billing.hosts"),
                starts=False,
            ),
            Fault(
                "leases_missing",
                r"cannot open or create lease file",
                edits=_config("@dir@/leases", "@dir@/leases/shop/now"),
                starts=False,
            ),
            Fault(
                "folder_missing",
                r"cannot access directory",
                edits=_config("no-hosts", "no-hosts\nconf-dir=@dir@/more"),
                starts=False,
            ),
            Fault(
                "tftp_missing",
                r"TFTP directory .* inaccessible",
                edits=_config("no-hosts", "no-hosts\nenable-tftp\ntftp-root=@dir@/boot"),
                starts=False,
            ),
            Fault(
                "queries_full",
                r"Maximum number of concurrent DNS queries",
                edits=_config("no-hosts", "no-hosts\ndns-forward-max=2"),
                before=(
                    "python3 -c \"import socket,time;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(('127.0.0.1',@port1@));time.sleep(20)\" > /dev/null 2>&1 & sleep 0.7",
                ),
                do=(
                    "for n in 1 2 3 4 5; do dig +tries=1 +time=1 @127.0.0.1 -p @port@ b$n.example > /dev/null 2>&1 & done; wait",
                    step("pause", 1.0),
                ),
            ),
            Fault(
                "no_anchors",
                r"no root trust anchor",
                edits=_config("no-hosts", "no-hosts\ndnssec"),
                starts=False,
            ),
        ),
    ),
)
