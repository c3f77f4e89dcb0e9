"""Collectd that writes what it reads to files."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """Hostname "shop"
FQDNLookup false
BaseDir "@dir@/base"
PIDFile "@dir@/collectd.pid"
TypesDB "/usr/share/collectd/types.db"
Interval 1
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File STDOUT
  Timestamp true
  PrintSeverity true
</Plugin>
LoadPlugin csv
<Plugin csv>
  DataDir "@dir@/base/csv"
</Plugin>
LoadPlugin load
LoadPlugin network
<Plugin network>
  Listen "127.0.0.1" "@port@"
</Plugin>
"""

_config = partial(edit, "collectd.conf")

SOURCES = (
    Server(
        name="collectd",
        packages=Packages(("collectd",), apt=("collectd-core",)),
        version="collectd -h | tail -3",
        files={"collectd.conf": _CONFIG, "base/.keep": ""},
        start="collectd -f -C @dir@/collectd.conf",
        ready="ls base/csv/shop/load",
        workload=(step("pause", 1.5),),
        faults=(
            Fault(
                "port_in_use",
                r"(?i)address already in use",
                before=(
                    "python3 -c \"import socket,time;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(('127.0.0.1',@port@));time.sleep(20)\" > /dev/null 2>&1 & sleep 0.7",
                ),
                starts=False,
            ),
            Fault(
                "plugin_missing",
                r"(?i)billing",
                edits=_config("LoadPlugin load", "LoadPlugin billing\nLoadPlugin load"),
                starts=False,
            ),
            Fault(
                "syntax",
                r"(?i)(syntax error|parse error|unexpected)",
                edits=_config("</Plugin>\nLoadPlugin csv", "LoadPlugin csv"),
                starts=False,
            ),
            Fault(
                "unknown_option",
                r"failed to handle option",
                edits=_config("DataDir", "DataDirs"),
                starts=False,
            ),
            Fault(
                "types_missing",
                r"(?i)(types.db|lost.db)",
                edits=_config("/usr/share/collectd/types.db", "@dir@/lost.db"),
                starts=False,
            ),
            Fault(
                "not_a_folder",
                r"(?i)(not a directory|File exists)",
                before=("rm -rf base; echo x > base",),
                starts=False,
            ),
            Fault(
                "config_missing",
                r"(?i)(no such file|unable|collectd.conf)",
                before=("rm collectd.conf",),
                starts=False,
            ),
            Fault(
                "address_unknown",
                r"(?i)(getaddrinfo|resolution|name or service)",
                edits=_config('Listen "127.0.0.1"', 'Listen "orders-host"'),
                starts=False,
            ),
        ),
    ),
)
