"""Chrony that may not set the clock."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """server 127.0.0.1 port @port1@ iburst
bindaddress 127.0.0.1
port @port@
allow 127.0.0.1
local stratum 10
cmdport 0
bindcmdaddress /
driftfile @dir@/drift
pidfile @dir@/chrony.pid
user root
"""

_config = partial(edit, "chrony.conf")

SOURCES = (
    Server(
        name="chrony",
        packages=Packages(("chronyd",), apt=("chrony",)),
        version="chronyd --version",
        files={"chrony.conf": _CONFIG},
        start="chronyd -x -d -f @dir@/chrony.conf",
        ready="test -s chrony.pid",
        workload=(step("pause", 1.5),),
        faults=(
            Fault(
                "unknown_directive",
                r"(?i)invalid|unknown",
                edits=_config("driftfile", "driftfiles"),
                starts=False,
            ),
            Fault(
                "bad_value",
                r"(?i)(could not parse|invalid)",
                edits=_config("stratum 10", "stratum ten"),
                starts=False,
            ),
            Fault(
                "already_running",
                r"(?i)(already running|another chronyd)",
                before=("sleep 300 > /dev/null 2>&1 & echo $! > chrony.pid",),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)(could not get|user|uid)",
                edits=_config("user root", "user dnsorders"),
                starts=False,
            ),
            Fault(
                "pid_folder_missing",
                r"(?i)no such file",
                edits=_config("@dir@/chrony.pid", "@dir@/lost/chrony.pid"),
                starts=False,
            ),
            Fault(
                "key_missing",
                r"(?i)(key|no such file)",
                edits=_config("driftfile", "keyfile @dir@/lost.keys\ndriftfile"),
                starts=False,
            ),
            Fault(
                "config_missing",
                r"(?i)(could not open|no such file)",
                before=("rm chrony.conf",),
                starts=False,
            ),
            Fault(
                "tls_missing",
                r"(?i)(certificate|no such file|could not|lost)",
                edits=_config(
                    "driftfile",
                    "ntsserverkey @dir@/lost.key\nntsservercert @dir@/lost.pem\nntsport @port2@\ndriftfile",
                ),
                starts=False,
            ),
        ),
    ),
)
