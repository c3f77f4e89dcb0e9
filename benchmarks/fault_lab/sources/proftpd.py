"""ProFTPD with users of its own."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """ServerName shop
ServerType standalone
Port @port@
DefaultAddress 127.0.0.1
UseIPv6 off
UseReverseDNS off
User root
Group root
PidFile @dir@/proftpd.pid
ScoreboardFile @dir@/scoreboard
SystemLog @dir@/system.log
AuthOrder mod_auth_file.c
AuthUserFile @dir@/users
RequireValidShell off
TimeoutIdle 30
MaxInstances 20
<Directory />
  AllowOverwrite on
</Directory>
"""
_FTP = "curl -s -S -m 6 ftp://orders:kept@127.0.0.1:@port@/"

_config = partial(edit, "proftpd.conf")

SOURCES = (
    Server(
        name="proftpd",
        packages=Packages(("proftpd", "ftpasswd", "curl"), apt=("proftpd-basic", "curl")),
        version="proftpd --version 2>&1 | head -1",
        files={"proftpd.conf": _CONFIG, "home/a.txt": "shop\n"},
        prepare=(
            "echo kept | ftpasswd --stdin --passwd --file=users --name=orders --uid=4100 --gid=4100 --home=@dir@/home --shell=/bin/sh; chown -R 4100 home; chmod 600 users",
        ),
        start="proftpd -n -c @dir@/proftpd.conf",
        ready=_FTP,
        workload=(_FTP, _FTP + "a.txt"),
        log="system.log",
        faults=(
            Fault("wrong_password", r"Incorrect password", do=(_FTP.replace("kept", "lost"),)),
            Fault("unknown_user", r"no such user", do=(_FTP.replace("orders:", "billing:"),)),
            Fault(
                "too_many_clients",
                r"(?i)(MaxClients|maximum)",
                edits=_config("MaxInstances 20", "MaxClients 1\nMaxInstances 20"),
                do=(
                    "(sleep 3; true) | curl -s -m 4 telnet://127.0.0.1:@port@ > /dev/null 2>&1 & printf 'USER orders\\r\\nPASS kept\\r\\n' | timeout 3 nc 127.0.0.1 @port@ > /dev/null & sleep 1; "
                    + _FTP,
                ),
            ),
            Fault(
                "login_timeout",
                r"(?i)login timeout|timed out",
                edits=_config("TimeoutIdle 30", "TimeoutLogin 1"),
                do=(step("hold", 1), step("pause", 3.0)),
            ),
            Fault(
                "idle_timeout",
                r"(?i)idle timeout",
                edits=_config("TimeoutIdle 30", "TimeoutIdle 1"),
                do=(step("hold", 1, "port", b"USER orders\r\nPASS kept\r\n"), step("pause", 3.0)),
            ),
            Fault(
                "home_missing",
                r"(?i)(chdir|home).*(No such file|not exist|missing|fail)",
                do=("mv home gone", _FTP),
            ),
            Fault(
                "denied",
                r"(?i)(denied|limit)",
                edits=_config(
                    "  AllowOverwrite on\n",
                    "  AllowOverwrite on\n</Directory>\n<Limit LOGIN>\n  DenyUser orders\n</Limit>\n<Directory /srv>\n",
                ),
                do=(_FTP,),
                starts=False,
            ),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"unknown configuration directive",
                edits=_config("MaxInstances", "MaxInstance"),
                starts=False,
            ),
            Fault(
                "bad_context",
                r"(?i)(not allowed|context|fatal)",
                edits=_config("  AllowOverwrite on", "  MaxInstances 5"),
                starts=False,
            ),
            Fault(
                "unknown_group",
                r"(?i)fatal: .*(group|user)",
                edits=_config("Group root", "Group billing"),
                starts=False,
            ),
            Fault(
                "users_missing",
                r"(?i)(AuthUserFile|unable|fatal).*(No such file|users)",
                edits=_config("@dir@/users", "@dir@/lost/users"),
                starts=False,
            ),
            Fault(
                "module_missing",
                r"(?i)(fatal|error).*mod_billing",
                edits=_config("ServerName shop", "LoadModule mod_billing.c\nServerName shop"),
                starts=False,
            ),
        ),
    ),
)
