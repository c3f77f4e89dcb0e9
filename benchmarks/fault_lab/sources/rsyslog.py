"""Rsyslog taking in messages, writing files and handing on."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """global(workDirectory="@dir@/spool")
module(load="imudp")
module(load="imtcp" maxSessions="3")
input(type="imudp" address="127.0.0.1" port="@port@")
input(type="imtcp" address="127.0.0.1" port="@port@")
template(name="plain" type="string" string="%timestamp:::date-rfc3339% %hostname% %syslogtag%%msg%\\n")
if $syslogtag startswith "orders" then {
  action(type="omfile" file="@dir@/out/orders.log" template="plain")
  stop
}
action(type="omfile" file="@dir@/internal.log" template="plain")
"""
_SAY = "logger -n 127.0.0.1 -P @port@ -d -t orders 'order @id@ taken'"
_FORWARD = 'action(type="omfwd" target="127.0.0.1" port="@port1@" protocol="tcp")\n  stop'

_config = partial(edit, "rsyslog.conf")

SOURCES = (
    Server(
        name="rsyslog",
        packages=Packages(("rsyslogd", "logger"), apt=("rsyslog", "bsdutils")),
        version="rsyslogd -v | head -1",
        files={"rsyslog.conf": _CONFIG, "spool/.keep": "", "out/.keep": ""},
        start="rsyslogd -n -f @dir@/rsyslog.conf -i @dir@/rsyslog.pid",
        ready=f"{_SAY}; sleep 0.3; test -s out/orders.log",
        workload=(_SAY, _SAY.replace("orders", "billing")),
        log="internal.log",
        faults=(
            Fault(
                "target_refused",
                r"(?i)connection refused",
                edits=_config("  stop", f"  {_FORWARD}"),
                do=(_SAY, step("pause", 1.0), _SAY, step("pause", 1.0)),
            ),
            Fault(
                "disk_full",
                r"(?i)no space left",
                before=(step("small_disk", "out", "8k"), "dd if=/dev/zero of=out/old bs=1k count=4; true"),
                do=(
                    "for n in $(seq 400); do logger -n 127.0.0.1 -P @port@ -T -t orders 'order @id@ taken once more'; done; true",
                    step("pause", 1.0),
                ),
                starts=False,
            ),
            Fault(
                "not_a_folder",
                r"(?i)(not a directory|open error|could not open)",
                before=("echo x > @dir@/lost",),
                edits=_config("@dir@/out/orders.log", "@dir@/lost/orders.log"),
                starts=False,
            ),
            Fault(
                "port_in_use",
                r"Could not create udp listener",
                before=(
                    "python3 -c \"import socket,time;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(('127.0.0.1',@port@));time.sleep(20)\" > /dev/null 2>&1 & sleep 0.7",
                ),
                starts=False,
            ),
            Fault(
                "module_missing",
                r"(?i)could not load module",
                edits=_config('load="imudp"', 'load="imorders"'),
                starts=False,
            ),
            Fault(
                "syntax",
                r"(?i)(syntax error|invalid character)",
                edits=_config(
                    'file="@dir@/out/orders.log" template="plain")',
                    'file="@dir@/out/orders.log" template="plain"',
                ),
                starts=False,
            ),
            Fault(
                "unknown_parameter",
                r'either the "file" or "dynafile" parameter',
                edits=_config('file="@dir@/out', 'files="@dir@/out'),
                starts=False,
            ),
            Fault(
                "unknown_template",
                r"(?i)template 'bare'.*|could not find template",
                edits=_config('orders.log" template="plain"', 'orders.log" template="bare"'),
                starts=False,
            ),
            Fault(
                "bad_value",
                r"(?i)(invalid|not a).*",
                edits=_config('maxSessions="3"', 'maxSessions="three"'),
                starts=False,
            ),
            Fault(
                "spool_missing",
                r"(?i)(workdirectory|can not be accessed)",
                edits=_config("@dir@/spool", "@dir@/lost/spool"),
                starts=False,
            ),
        ),
    ),
)
