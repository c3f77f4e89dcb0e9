"""InfluxDB 1.x with authentication, a small disk, queries that do not parse."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """reporting-disabled = true
bind-address = "127.0.0.1:@port1@"
[meta]
  dir = "@dir@/meta"
[data]
  dir = "@dir@/data"
  wal-dir = "@dir@/wal"
  max-series-per-database = 50
[http]
  bind-address = "127.0.0.1:@port@"
  auth-enabled = true
  max-body-size = 20000
  log-enabled = true
[coordinator]
  query-timeout = "1s"
  log-queries-after = "1s"
[monitor]
  store-enabled = false
"""
_URL = "http://127.0.0.1:@port@"
_QUERY = f"curl -s -m 6 -G '{_URL}/query?u=shop&p=kept&db=shop' --data-urlencode"


def _write(lines: str, login: str = "u=shop&p=kept&db=shop") -> str:
    return f"curl -s -m 6 '{_URL}/write?{login}' --data-binary {lines}"


_config = partial(edit, "influx.conf")

SOURCES = (
    Server(
        name="influxdb",
        packages=Packages(("influxd", "curl"), apt=("influxdb", "curl")),
        version="influxd version",
        files={"influx.conf": _CONFIG},
        start="influxd -config influx.conf",
        ready=f"curl -sf {_URL}/ping",
        workload=(
            f"curl -s '{_URL}/query' --data-urlencode \"q=CREATE USER shop WITH PASSWORD 'kept' WITH ALL PRIVILEGES\"",
            f"{_QUERY} 'q=CREATE DATABASE shop' -X POST",
            _write("'orders,bay=a total=@id@'"),
            f"{_QUERY} 'q=SELECT * FROM orders'",
        ),
        faults=(
            Fault(
                "wrong_password",
                r"(?i)(Unauthorized|authorization failed)|\" 401 ",
                do=(_write("'orders total=1'", "u=shop&p=lost&db=shop"),),
            ),
            Fault(
                "database_missing",
                r"\" 404 |database not found",
                do=(_write("'orders total=1'", "u=shop&p=kept&db=billing"),),
            ),
            Fault(
                "type_conflict",
                r"(?i)field type conflict|\" 400 ",
                do=(_write("'orders,bay=a total=\"many\"'"),),
            ),
            Fault(
                "body_too_large",
                r"\" 413 ",
                do=('for n in $(seq 2000); do echo "orders,bay=a total=$n"; done > lines', _write("@lines")),
            ),
            Fault("port_in_use", r"bind: address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "rpc_port_in_use",
                r"bind: address already in use",
                before=(step("occupy", "port1"),),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"(?i)(run: parse config|toml|parse)",
                edits=_config("max-series-per-database = 50", "max-series-per-database = fifty"),
                starts=False,
            ),
            Fault(
                "data_not_writable",
                r"(?i)(not a directory|permission denied)",
                before=("echo x > meta",),
                starts=False,
            ),
            Fault(
                "disk_full",
                r"(?i)no space left on device",
                before=(step("small_disk", "wal", "64k"),),
                do=(
                    'for n in $(seq 700); do echo "orders,bay=a total=$n $n"; done > lines',
                    *(_write("@lines") for _ in range(14)),
                ),
            ),
            Fault(
                "meta_damaged",
                r"run: create server: ",
                before=("mkdir -p meta && echo orders > meta/meta.db",),
                starts=False,
            ),
        ),
    ),
)
