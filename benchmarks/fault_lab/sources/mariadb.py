"""MariaDB with few connections, small packets and a small disk."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """[mysqld]
user=mysql
datadir=@dir@/data
socket=@dir@/db.sock
pid-file=@dir@/db.pid
tmpdir=@dir@/scratch
bind-address=127.0.0.1
port=@port@
max_connections=30
max_allowed_packet=1M
log_warnings=4
innodb_buffer_pool_size=16M
innodb_log_file_size=4M
innodb_lock_wait_timeout=1
innodb_print_all_deadlocks=ON
wait_timeout=60
"""
_SQL = "mariadb --no-defaults -h 127.0.0.1 -P @port@ -u @user@ -pkept shop -e"
_ROOT = "mariadb --no-defaults -S @dir@/db.sock -u root -e"
_SETUP = (
    f'{_ROOT} "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, note VARCHAR(200)) ENGINE=InnoDB;'
    " CREATE TABLE shop.carts (id INT PRIMARY KEY, note VARCHAR(200)) ENGINE=Aria;"
    " INSERT INTO shop.orders VALUES (1,'a'),(2,'b'); CREATE USER @user@@'127.0.0.1' IDENTIFIED BY 'kept';"
    " GRANT ALL ON shop.* TO @user@@'127.0.0.1'\""
)
_DEADLOCK = (
    f'({_SQL} "SET innodb_lock_wait_timeout=20; BEGIN; UPDATE orders SET note=1 WHERE id=1; DO SLEEP(1); UPDATE orders SET note=1 WHERE id=2" &'
    f' {_SQL} "SET innodb_lock_wait_timeout=20; BEGIN; UPDATE orders SET note=2 WHERE id=2; DO SLEEP(1); UPDATE orders SET note=2 WHERE id=1"; wait) 2>&1'
)

_config = partial(edit, "my.cnf")

SOURCES = (
    Server(
        name="mariadb",
        packages=Packages(("mariadbd", "mariadb"), apt=("mariadb-server", "mariadb-client")),
        version="mariadbd --version",
        files={"my.cnf": _CONFIG},
        prepare=(
            "mkdir -p scratch data && chown mysql: . scratch data && mariadb-install-db --defaults-file=my.cnf --auth-root-authentication-method=normal > /dev/null 2>&1",
        ),
        start="mariadbd --defaults-file=my.cnf",
        ready="mariadb-admin --no-defaults -S @dir@/db.sock -u root ping",
        patience=40,
        workload=(
            _SETUP,
            f'{_SQL} "INSERT INTO orders VALUES (@id@, 1)"',
            f'{_SQL} "SELECT COUNT(*) FROM orders"',
        ),
        faults=(
            Fault(
                "access_denied",
                r"Access denied for user",
                do=("mariadb --no-defaults -h 127.0.0.1 -P @port@ -u @user@ -plost shop -e 'SELECT 1'",),
            ),
            Fault(
                "access_denied_db",
                r"Access denied for user .* to database 'billing'",
                do=("mariadb --no-defaults -h 127.0.0.1 -P @port@ -u @user@ -pkept billing -e 'SELECT 1'",),
            ),
            Fault(
                "connection_aborted",
                r"Got an error (writing|reading) communication packets",
                do=(
                    f"{_SQL} 'SELECT SLEEP(2), note FROM orders' > /dev/null 2>&1 & sleep 0.7; pkill -KILL -x mariadb",
                    step("pause", 4),
                ),
            ),
            Fault(
                "idle_timeout",
                r"Aborted connection .*Got timeout reading",
                edits=_config("wait_timeout=60", "wait_timeout=1\ninteractive_timeout=1"),
                do=(
                    f"(echo 'SELECT 1;'; sleep 3; echo 'SELECT 2;') | {_SQL.removesuffix(' -e')}",
                    step("pause", 1),
                ),
            ),
            Fault(
                "packet_too_big",
                r"Aborted connection .*Got a packet bigger than",
                do=(
                    "python3 -c \"print('INSERT INTO orders VALUES (9, \\\"' + 'x' * 1500000 + '\\\")')\" | "
                    + _SQL.removesuffix(" -e")
                    + " --max-allowed-packet=16M",
                    step("pause", 1),
                ),
            ),
            Fault(
                "disk_full",
                r"(?i)(disk (is )?full|no space left|Errcode: 28)",
                before=(step("small_disk", "data", "140m"),),
                do=(
                    f"timeout 20 {_SQL} \"INSERT INTO carts SELECT seq, REPEAT('x',190) FROM seq_1_to_900000\"",
                    step("pause", 1),
                ),
                note="the data folder is a file system of 140 MB",
            ),
            Fault(
                "port_in_use",
                r"(?i)bind on tcp/ip port.*address already in use",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "unknown_option",
                r"unknown variable",
                edits=_config("wait_timeout=60", "wait_timeouts=60"),
                starts=False,
            ),
            Fault(
                "data_locked",
                r"(?i)unable to lock ./ibdata1",
                before=(
                    "python3 -c \"import fcntl,time,struct;f=open('data/ibdata1','r+b');fcntl.lockf(f,fcntl.LOCK_EX);time.sleep(60)\" > /dev/null 2>&1 & sleep 1",
                ),
                starts=False,
            ),
            Fault(
                "data_damaged",
                r"(?i)InnoDB: .*(ibdata1|corrupt)",
                before=("head -c 70000 /dev/urandom | dd of=data/ibdata1 conv=notrunc 2> /dev/null",),
                starts=False,
            ),
            Fault("deadlock", r"Transaction was aborted due to Deadlock", do=(_DEADLOCK,)),
            Fault(
                "data_not_writable",
                r"(?i)(permission denied|Errcode: 13|error number 13|errno: 13)",
                before=("chown -R root: data && chmod -R go-rwx data",),
                starts=False,
            ),
        ),
    ),
)
