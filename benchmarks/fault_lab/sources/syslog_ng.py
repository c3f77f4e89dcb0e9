"""Syslog-ng that takes lines over TCP."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """@version: 3.38
options { stats-freq(0); keep-hostname(yes); time-reopen(1); };
source s_net { network(ip("127.0.0.1") port(@port@) transport("tcp") max-connections(2)); };
source s_int { internal(); };
destination d_file { file("@dir@/logs/orders.log"); };
destination d_err { file("/dev/stderr"); };
log { source(s_net); destination(d_file); };
log { source(s_int); destination(d_err); };
"""
_SEND = "printf '<13>Nov 29 09:00:00 web orders: order @id@\\n' | nc -q 1 127.0.0.1 @port@"

_config = partial(edit, "syslog-ng.conf")

SOURCES = (
    Server(
        name="syslog-ng",
        packages=Packages(
            ("/opt/syslog-ng-core/usr/sbin/syslog-ng", "nc"),
            apt=("netcat-openbsd",),
            apart=("syslog-ng-core", "libivykis0"),
            folder="syslog-ng-core",
        ),
        version="LD_LIBRARY_PATH=/opt/syslog-ng-core/usr/lib/x86_64-linux-gnu:/opt/syslog-ng-core/usr/lib/syslog-ng /opt/syslog-ng-core/usr/sbin/syslog-ng --version | head -1",
        files={"syslog-ng.conf": _CONFIG},
        prepare=("mkdir -p logs run",),
        start="env LD_LIBRARY_PATH=/opt/syslog-ng-core/usr/lib/x86_64-linux-gnu:/opt/syslog-ng-core/usr/lib/syslog-ng /opt/syslog-ng-core/usr/sbin/syslog-ng --module-path=/opt/syslog-ng-core/usr/lib/syslog-ng/3.38 -F -e -v --no-caps -f @dir@/syslog-ng.conf -R @dir@/run/persist -p @dir@/run/pid -c @dir@/run/ctl",
        ready="nc -z 127.0.0.1 @port@",
        workload=(_SEND,),
        faults=(
            Fault(
                "target_refused",
                r"(?i)connection (refused|failed)",
                edits=_config(
                    "log { source(s_net); destination(d_file); };",
                    'destination d_net { network("127.0.0.1" port(@dead@)); };\nlog { source(s_net); destination(d_net); };',
                ),
                do=(_SEND, step("pause", 1.5)),
            ),
            Fault(
                "disk_full",
                r"(?i)no space left",
                before=(step("small_disk", "logs", "8k"), "dd if=/dev/zero of=logs/old bs=1k count=8; true"),
                do=(_SEND, _SEND, step("pause", 1.5)),
            ),
            Fault(
                "folder_missing",
                r"(?i)(No such file|error opening)",
                before=("rmdir logs",),
                do=(_SEND, step("pause", 1.0)),
            ),
            Fault(
                "too_many_connections",
                r"(?i)(number of allowed|maximum|concurrent)",
                do=(step("hold", 4), step("pause", 1.0)),
            ),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)(error parsing|syntax error)",
                edits=_config("max-connections", "max-conections"),
                starts=False,
            ),
            Fault(
                "unknown_destination",
                r"(?i)(not defined|reference|unresolved)",
                edits=_config("destination(d_file); };", "destination(d_lost); };"),
                starts=False,
            ),
            Fault(
                "config_missing", r"(?i)(No such file|opening)", before=("rm syslog-ng.conf",), starts=False
            ),
        ),
    ),
)
