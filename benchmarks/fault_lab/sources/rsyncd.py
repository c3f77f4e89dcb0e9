"""Rsync's daemon with one module."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """port = @port@
address = 127.0.0.1
use chroot = no
uid = root
gid = root
log file = /dev/stderr
max connections = 2
lock file = @dir@/lock
[orders]
path = @dir@/files
read only = yes
auth users = orders
secrets file = @dir@/secrets
timeout = 2
"""
_RSYNC = "RSYNC_PASSWORD=kept rsync -a rsync://orders@127.0.0.1:@port@/orders/"

_config = partial(edit, "rsyncd.conf")

SOURCES = (
    Server(
        name="rsyncd",
        packages=Packages(("rsync",), apt=("rsync",)),
        version="rsync --version | head -1",
        files={"rsyncd.conf": _CONFIG, "files/a.txt": "shop\n", "secrets": "orders:kept\n"},
        prepare=("chmod 600 secrets",),
        start="rsync --daemon --no-detach --config=@dir@/rsyncd.conf",
        ready=f"{_RSYNC} out/",
        workload=(f"{_RSYNC} out2/",),
        faults=(
            Fault("wrong_password", r"(?i)auth failed", do=(f"{_RSYNC.replace('kept', 'lost')} out3/",)),
            Fault(
                "unknown_module",
                r"(?i)unknown module",
                do=(f"{_RSYNC.replace('/orders/', '/billing/')} out3/",),
            ),
            Fault(
                "read_only",
                r"(?i)(read.only)",
                do=("RSYNC_PASSWORD=kept rsync -a secrets rsync://orders@127.0.0.1:@port@/orders/",),
            ),
            Fault("file_missing", r"(?i)(No such file|link_stat)", do=(f"{_RSYNC}other.txt out3/",)),
            Fault(
                "path_missing", r"(?i)(chdir failed|No such file)", do=("mv files gone", f"{_RSYNC} out3/")
            ),
            Fault(
                "secrets_open",
                r"(?i)(strict modes|secrets|must not be other-accessible)",
                do=("chmod 644 secrets", f"{_RSYNC} out3/"),
            ),
            Fault(
                "host_denied",
                r"(?i)denied",
                edits=_config("timeout = 2", "timeout = 2\nhosts allow = 192.0.2.1"),
                do=(f"{_RSYNC} out3/",),
                starts=False,
            ),
            Fault(
                "too_many",
                r"(?i)max connections",
                edits=_config("max connections = 2", "max connections = -1"),
                do=(f"{_RSYNC} out3/",),
                starts=False,
            ),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)(unknown parameter|rsyncd\.conf)",
                edits=_config("read only", "red only"),
                do=(f"{_RSYNC} out3/",),
            ),
            Fault(
                "config_missing",
                r"(?i)(No such file|failed to|unable)",
                before=("rm rsyncd.conf",),
                starts=False,
            ),
        ),
    ),
)
