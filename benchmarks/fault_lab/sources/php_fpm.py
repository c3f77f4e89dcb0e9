"""PHP-FPM with one pool, behind nothing."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """[global]
pid = @dir@/fpm.pid
error_log = /proc/self/fd/2
daemonize = no
[orders]
user = @user@
group = @user@
listen = 127.0.0.1:@port@
pm = static
pm.max_children = 2
"""

_config = partial(edit, "fpm.conf")

SOURCES = (
    Server(
        name="php-fpm",
        packages=Packages(("php-fpm8.2", "nc"), apt=("php8.2-fpm", "netcat-openbsd")),
        version="php-fpm8.2 -v | head -1",
        files={"fpm.conf": _CONFIG},
        start="php-fpm8.2 -F -y @dir@/fpm.conf",
        ready="nc -z 127.0.0.1 @port@",
        workload=(step("pause", 1.0),),
        faults=(
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_entry",
                r"(?i)unknown entry",
                edits=_config("pm.max_children", "pm.max_childs"),
                starts=False,
            ),
            Fault(
                "no_children",
                r"(?i)pm.max_children",
                edits=_config("pm.max_children = 2\n", ""),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)cannot get uid|user",
                edits=_config("user = @user@", "user = dnsorders"),
                starts=False,
            ),
            Fault(
                "bad_value",
                r"(?i)invalid|unable to parse",
                edits=_config("pm.max_children = 2", "pm.max_children = two"),
                starts=False,
            ),
            Fault(
                "socket_folder_missing",
                r"(?i)no such file",
                edits=_config("listen = 127.0.0.1:@port@", "listen = @dir@/lost/fpm.sock"),
                starts=False,
            ),
            Fault(
                "config_missing",
                r"(?i)(failed to open|no such file|fopen)",
                before=("rm fpm.conf",),
                starts=False,
            ),
            Fault(
                "chdir_missing",
                r"the chdir path",
                edits=_config("pm = static", "chdir = @dir@/lost\npm = static"),
                starts=False,
            ),
            Fault(
                "child_killed",
                r"(?i)exited on signal 9",
                do=("pkill -KILL -f 'pool orders'", step("pause", 2.0)),
            ),
            Fault(
                "syntax",
                r"(?i)(syntax|unexpected|expected|parse)",
                edits=_config("[orders]", "[orders"),
                starts=False,
            ),
        ),
    ),
)
