"""Supervisor with one program."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """[supervisord]
nodaemon=true
user=root
logfile=/dev/null
logfile_maxbytes=0
pidfile=@dir@/supervisord.pid
childlogdir=@dir@
[inet_http_server]
port=127.0.0.1:@port@
[program:orders]
command=sh -c "trap 'exit 0' TERM; while true; do sleep 1; done"
startsecs=1
startretries=1
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
redirect_stderr=true
stopwaitsecs=3
"""
_ENV = "PYTHONPATH=/opt/supervisor"

_config = partial(edit, "supervisord.conf")
_COMMAND = "command=sh -c \"trap 'exit 0' TERM; while true; do sleep 1; done\""

SOURCES = (
    Server(
        name="supervisor",
        packages=Packages(
            ("/opt/supervisor/supervisor", "curl"),
            apt=("curl",),
            pip=("supervisor==4.3.0", "setuptools==80.9.0"),
            folder="supervisor",
        ),
        version=f"{_ENV} python3 -m supervisor.supervisord --version",
        files={"supervisord.conf": _CONFIG},
        start=f"env {_ENV} python3 -m supervisor.supervisord -c @dir@/supervisord.conf",
        ready="curl -s http://127.0.0.1:@port@/",
        workload=(step("pause", 2.0),),
        faults=(
            Fault(
                "program_missing",
                r"spawnerr: can't find command",
                edits=_config(_COMMAND, "command=@dir@/orders"),
                do=(step("pause", 4.0),),
            ),
            Fault(
                "program_exits",
                r"(?i)exited: orders \(exit status 3; not expected\)",
                edits=_config(_COMMAND, "command=sh -c 'sleep 0.2; exit 3'"),
                do=(step("pause", 4.0),),
            ),
            Fault(
                "program_killed",
                r"(?i)terminated by SIGKILL",
                do=("pkill -KILL -f 'trap .exit'", step("pause", 2.0)),
            ),
            Fault(
                "not_executable",
                r"is not executable",
                edits=_config(_COMMAND, "command=@dir@/supervisord.conf"),
                do=(step("pause", 4.0),),
            ),
            Fault("port_in_use", r"already listening on a port", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"invalid literal for int",
                edits=_config("startsecs=1", "startsecs=soon"),
                starts=False,
            ),
            Fault(
                "folder_missing",
                r"couldn't chdir",
                edits=_config("startsecs=1", "startsecs=1\ndirectory=@dir@/lost"),
                do=(step("pause", 4.0),),
            ),
            Fault(
                "unknown_user",
                r"Invalid user name",
                edits=_config("startsecs=1", "startsecs=1\nuser=billing"),
                starts=False,
            ),
            Fault(
                "log_folder_missing",
                r"does not exist",
                edits=_config("stdout_logfile=/dev/stdout", "stdout_logfile=@dir@/lost/orders.log"),
                starts=False,
            ),
        ),
    ),
)
