"""Unbound as a forwarder."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """server:
  interface: 127.0.0.1
  port: @port@
  use-syslog: no
  logfile: ""
  log-servfail: yes
  log-queries: yes
  verbosity: 1
  username: ""
  chroot: ""
  directory: "@dir@"
  pidfile: "@dir@/unbound.pid"
  do-not-query-localhost: no
  module-config: "iterator"
  local-zone: "shop.example." static
  local-data: "orders.shop.example. A 127.0.0.2"
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@@port1@
remote-control:
  control-enable: no
"""
_DIG = "dig +tries=1 +time=3 @127.0.0.1 -p @port@"

_config = partial(edit, "unbound.conf")

SOURCES = (
    Server(
        name="unbound",
        packages=Packages(("unbound", "dig"), apt=("unbound", "bind9-dnsutils")),
        version="unbound -V | head -1",
        files={"unbound.conf": _CONFIG},
        start="unbound -d -c @dir@/unbound.conf",
        ready=f"{_DIG} orders.shop.example | grep -q NOERROR",
        workload=(f"{_DIG} orders.shop.example", f"{_DIG} orders.shop.example AAAA"),
        faults=(
            Fault(
                "port_in_use",
                r"error: .*(bind|address already in use|can't bind)",
                before=(
                    "python3 -c \"import socket,time;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(('127.0.0.1',@port@));time.sleep(20)\" > /dev/null 2>&1 & sleep 0.7",
                ),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"error: .*(syntax error|unknown keyword)",
                edits=_config("log-queries:", "log-querys:"),
                starts=False,
            ),
            Fault(
                "zone_missing",
                r"(?i)error: .*(unable to open|No such file)",
                edits=_config(
                    "forward-zone:",
                    "auth-zone:\n  name: billing.example\n  zonefile: billing.zone\nforward-zone:",
                ),
                starts=False,
            ),
            Fault(
                "bad_address",
                r"(?i)error: .*(cannot parse|could not parse)",
                edits=_config("127.0.0.1@@port1@", "127.0.0@@port1@"),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)(fatal )?error: .*(user|no such)",
                edits=_config('username: ""', 'username: "dnsorders"'),
                starts=False,
            ),
            Fault(
                "control_key_missing",
                r"(?i)error: .*(No such file|key|cert|remote)",
                edits=_config(
                    "control-enable: no",
                    "control-enable: yes\n  control-port: @port2@\n  server-key-file: @dir@/server.key\n  server-cert-file: @dir@/server.pem\n  control-key-file: @dir@/control.key\n  control-cert-file: @dir@/control.pem",
                ),
                starts=False,
            ),
            Fault(
                "bad_local_data",
                r"(?i)error: .*(local-data|syntax|parse)",
                edits=_config("A 127.0.0.2", "A orders"),
                starts=False,
            ),
            Fault(
                "bad_module",
                r"(?i)(fatal )?error: .*(module|validat)",
                edits=_config('"iterator"', '"iterater"'),
                starts=False,
            ),
        ),
    ),
)
