"""PgBouncer before a PostgreSQL that is away."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """[databases]
shop = host=127.0.0.1 port=@port1@ dbname=shop
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = @port@
unix_socket_dir =
auth_type = md5
auth_file = @dir@/users.txt
admin_users = ops
pool_mode = transaction
max_client_conn = 6
default_pool_size = 2
server_connect_timeout = 1
server_login_retry = 1
query_wait_timeout = 2
client_login_timeout = 2
"""
_AS = "PGPASSWORD=kept PGCONNECT_TIMEOUT=6 psql -w -h 127.0.0.1 -p @port@ -U"
_PSQL = f"{_AS} @user@ -d shop -c 'SELECT 1'"

_config = partial(edit, "pgbouncer.ini")

SOURCES = (
    Server(
        name="pgbouncer",
        packages=Packages(
            ("pgbouncer", "psql", "setpriv"), apt=("pgbouncer", "postgresql-client", "util-linux")
        ),
        version="pgbouncer --version",
        files={"pgbouncer.ini": _CONFIG, "users.txt": '"@user@" "kept"\n"ops" "kept"\n'},
        prepare=("chown -R postgres: .",),
        start="setpriv --reuid=postgres --regid=postgres --clear-groups pgbouncer pgbouncer.ini",
        ready=f"{_AS} ops -d pgbouncer -c 'SHOW VERSION'",
        workload=(f"{_AS} ops -d pgbouncer -c 'SHOW POOLS'",),
        faults=(
            Fault(
                "server_refused", r"(?i)(connect failed|Connection refused)", do=(_PSQL, step("pause", 1.0))
            ),
            Fault(
                "server_silent",
                r"(?i)(connect timeout|login timeout|server_connect_timeout|query_wait_timeout)",
                before=(step("backend", "port1", None, 20.0),),
                do=(_PSQL, step("pause", 2.0)),
            ),
            Fault(
                "server_closed",
                r"(?i)server conn crashed|server closed|unexpected",
                before=(step("backend", "port1", None),),
                do=(_PSQL, step("pause", 1.0)),
            ),
            Fault(
                "wrong_password",
                r"(?i)password authentication failed|auth failed",
                do=(_PSQL.replace("=kept", "=lost"),),
            ),
            Fault(
                "unknown_user",
                r"(?i)(no such user|password authentication failed|auth failed)",
                do=(f"{_AS} @other@ -d shop -c 'SELECT 1'",),
            ),
            Fault(
                "unknown_database", r"(?i)no such database", do=(f"{_AS} @user@ -d billing -c 'SELECT 1'",)
            ),
            Fault("login_timeout", r"(?i)client_login_timeout", do=(step("hold", 1), step("pause", 4.0))),
            Fault(
                "bad_packet",
                r"closing because: .*startup phase",
                do=(step("send", b"GET / HTTP/1.0\r\n\r\n"),),
            ),
            Fault(
                "port_in_use",
                r"(?i)address already in use|cannot listen",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"(?i)(unknown parameter|invalid|FATAL)",
                edits=_config("pool_mode = transaction", "pool_mode = transactional"),
                starts=False,
            ),
            Fault(
                "users_missing",
                r"(?i)(could not open auth_file|auth_file)",
                before=("rm users.txt",),
                starts=False,
            ),
        ),
    ),
)
