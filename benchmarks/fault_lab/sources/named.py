"""BIND's named: a zone of its own, a forwarder that is away, updates that are not allowed."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """options {
  directory "@dir@/zones";
  listen-on port @port@ { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file "@dir@/named.pid";
  session-keyfile "@dir@/session.key";
  managed-keys-directory "@dir@/zones";
  recursion yes;
  allow-query { 127.0.0.1; };
  allow-transfer { none; };
  dnssec-validation no;
  forward only;
  forwarders { 127.0.0.1 port @port1@; };
};
controls { };
logging { category query-errors { default_stderr; }; category lame-servers { default_stderr; }; };
zone "shop.example" { type master; file "shop.example.zone"; };
"""
_ZONE = """$TTL 300
@ IN SOA ns1.shop.example. ops.shop.example. ( 7 3600 600 86400 300 )
@ IN NS ns1
ns1 IN A 127.0.0.1
orders IN A 127.0.0.2
"""
_DIG = "dig +tries=1 +time=2 @127.0.0.1 -p @port@"


SOURCES = (
    Server(
        name="named",
        packages=Packages(("named", "dig"), apt=("bind9", "bind9-dnsutils")),
        version="named -v",
        files={"named.conf": _CONFIG, "zones/shop.example.zone": _ZONE},
        prepare=("chown -R bind: .",),
        start="named -g -u bind -n 1 -c @dir@/named.conf",
        ready=f"{_DIG} orders.shop.example | grep -q NOERROR",
        workload=(f"{_DIG} orders.shop.example",),
        faults=(
            Fault(
                "port_in_use",
                r"(could not listen on|creating IPv4 interface|binding TCP socket|address in use)",
                before=(
                    step("occupy"),
                    "python3 -c \"import socket,time;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(('127.0.0.1',@port@));time.sleep(30)\" > /dev/null 2>&1 & sleep 0.5",
                ),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"unknown option 'recursoin'",
                edits=edit("named.conf", "recursion yes", "recursoin yes"),
                starts=False,
            ),
            Fault(
                "zone_missing",
                r"zone shop\.example/IN: loading from master file .* failed: file not found",
                before=("rm zones/shop.example.zone",),
                starts=False,
            ),
            Fault(
                "zone_syntax",
                r"shop\.example\.zone:\d+: .*",
                edits=edit("zones/shop.example.zone", "orders IN A 127.0.0.2", "orders IN A 127.0.0"),
                starts=False,
            ),
            Fault(
                "zone_no_ns",
                r"zone shop\.example/IN: has no NS records|has no NS",
                edits=edit("zones/shop.example.zone", "@ IN NS ns1\n", ""),
                starts=False,
            ),
            Fault(
                "query_refused",
                r"query \(cache\) .* denied|denied",
                edits=edit(
                    "named.conf",
                    "allow-query { 127.0.0.1; };",
                    "allow-query { 127.0.0.1; };\n  allow-recursion { 127.0.0.77; };",
                ),
                do=(f"{_DIG} billing.example",),
            ),
            Fault("transfer_denied", r"zone transfer .* denied", do=(f"{_DIG} shop.example AXFR",)),
            Fault(
                "update_denied",
                r"update .* denied",
                do=(
                    "printf 'server 127.0.0.1 @port@\\nzone shop.example\\nupdate add new.shop.example 60 A 127.0.0.9\\nsend\\n' | nsupdate",
                ),
            ),
            Fault(
                "forwarder_refused",
                r"connection refused resolving|SERVFAIL|timed out resolving",
                do=(f"{_DIG} @user@.billing.example", step("pause", 2.0)),
            ),
            Fault(
                "not_readable",
                r"loading from master file .* failed: permission denied|permission denied",
                before=("chown root: zones/shop.example.zone && chmod 600 zones/shop.example.zone",),
                starts=False,
            ),
            Fault(
                "secondary_refused",
                r"refresh: failure trying master|failed to connect|connection refused",
                edits=edit(
                    "named.conf",
                    'zone "shop.example"',
                    'zone "billing.example" { type slave; file "billing.zone"; masters { 127.0.0.1 port @port2@; }; };\nzone "shop.example"',
                ),
                do=(step("pause", 5.0),),
            ),
        ),
    ),
)
