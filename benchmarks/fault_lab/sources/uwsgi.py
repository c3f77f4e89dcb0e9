"""The core of uWSGI, without an application."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """[uwsgi]
master = true
plugin-dir = /usr/lib/uwsgi/plugins
http-socket = 127.0.0.1:@port@
processes = 1
uid = root
gid = root
pidfile = @dir@/uwsgi.pid
die-on-term = true
"""

_config = partial(edit, "uwsgi.ini")

SOURCES = (
    Server(
        name="uwsgi",
        packages=Packages(("uwsgi-core",), apt=("uwsgi-core",)),
        version="uwsgi-core --version",
        files={"uwsgi.ini": _CONFIG},
        start="uwsgi-core --ini @dir@/uwsgi.ini",
        ready="test -s uwsgi.pid",
        workload=(step("pause", 1.5),),
        faults=(
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "plugin_missing",
                r"(?i)billing",
                edits=_config("processes = 1", "processes = 1\nplugin = billing"),
                starts=False,
            ),
            Fault(
                "unknown_option",
                r"(?i)(strict|unknown|unrecognized)",
                edits=_config("processes = 1", "processs = 1\nstrict = true"),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)(uid|user)",
                edits=_config("uid = root", "uid = dnsorders"),
                starts=False,
            ),
            Fault(
                "pid_folder_missing",
                r"(?i)no such file",
                edits=_config("@dir@/uwsgi.pid", "@dir@/lost/uwsgi.pid"),
                starts=False,
            ),
            Fault(
                "folder_missing",
                r"chdir\(\): No such file",
                edits=_config("processes = 1", "processes = 1\nchdir = @dir@/lost"),
                starts=False,
            ),
            Fault(
                "config_missing", r"(?i)no such file|unable to open", before=("rm uwsgi.ini",), starts=False
            ),
            Fault(
                "worker_killed", r"(?i)(DAMN|died|killed)", do=("pkill -KILL -n uwsgi", step("pause", 2.0))
            ),
        ),
    ),
)
