"""RabbitMQ, a single node that speaks MQTT as well."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """listeners.tcp.1 = 127.0.0.1:@port@
mqtt.listeners.tcp.1 = 127.0.0.1:@port1@
log.console = true
log.console.level = info
log.file = false
default_user = orders
default_pass = kept
handshake_timeout = 2000
"""
_ENV = """export RABBITMQ_CONFIG_FILE=@dir@/rabbitmq.conf RABBITMQ_MNESIA_BASE=@dir@/data RABBITMQ_LOG_BASE=@dir@/logs
export RABBITMQ_NODENAME=orders@localhost RABBITMQ_DIST_PORT=@port2@ ERL_EPMD_PORT=@port3@ HOME=@dir@
export RABBITMQ_ENABLED_PLUGINS_FILE=@dir@/plugins RABBITMQ_PID_FILE=@dir@/rabbit.pid
exec /usr/lib/rabbitmq/bin/rabbitmq-server
"""
_PUB = "mosquitto_pub -h 127.0.0.1 -p @port1@ -i orders-@id@ -u orders -P kept -t shop/orders -m @id@ -q 1"

_config = partial(edit, "rabbitmq.conf")


def _start(user: bytes, password: bytes) -> bytes:
    """The header of AMQP 0-9-1 and a Connection.Start-Ok with a name and a password."""
    said = b"\0" + user + b"\0" + password
    method = b"\0\x0a\0\x0b\0\0\0\0\x05PLAIN" + len(said).to_bytes(4, "big") + said + b"\x05en_US"
    return b"AMQP\0\0\x09\x01" + b"\x01\0\0" + len(method).to_bytes(4, "big") + method + b"\xce"


SOURCES = (
    Server(
        name="rabbitmq",
        packages=Packages(("rabbitmq-server", "mosquitto_pub"), apt=("rabbitmq-server", "mosquitto-clients")),
        version="dpkg-query -W rabbitmq-server",
        files={"rabbitmq.conf": _CONFIG, "start.sh": _ENV, "plugins": "[rabbitmq_mqtt].\n"},
        start="sh start.sh",
        ready=_PUB,
        workload=(_PUB,),
        patience=60.0,
        faults=(
            Fault(
                "wrong_password",
                r"(?i)(ACCESS_REFUSED|invalid credentials)",
                do=(step("send", _start(b"orders", b"lost"), "port", 3.0), step("pause", 1.0)),
            ),
            Fault(
                "mqtt_wrong_password",
                r"(?i)(login failed|invalid credentials|refused)",
                do=(_PUB.replace("kept", "lost"), step("pause", 1.0)),
            ),
            Fault(
                "bad_header",
                r"(?i)bad_header|bad_version",
                do=(step("send", b"GET / HTTP/1.1\r\n\r\n", "port", 2.0), step("pause", 1.0)),
            ),
            Fault("handshake_timeout", r"(?i)handshake_timeout", do=(step("hold", 1), step("pause", 9.0))),
            Fault("port_in_use", r"(?i)eaddrinuse|already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)(rabbitmq\.conf|handshake_timeouts|not a valid)",
                edits=_config("handshake_timeout", "handshake_timeouts"),
                starts=False,
            ),
            Fault(
                "memory_alarm",
                r"(?i)memory resource limit alarm set",
                edits=_config(
                    "handshake_timeout", "vm_memory_high_watermark.absolute = 2MB\nhandshake_timeout"
                ),
                starts=False,
            ),
            Fault(
                "cookie_too_open",
                r"(?i)cookie file .* must be accessible by owner only",
                before=("echo shopcookie > .erlang.cookie; chmod 644 .erlang.cookie",),
                starts=False,
            ),
            Fault(
                "definitions_missing",
                r"(?i)definitions.*(enoent|not|fail|exist)",
                edits=_config("handshake_timeout", "load_definitions = @dir@/shop.json\nhandshake_timeout"),
                starts=False,
            ),
            Fault(
                "tls_missing",
                r"(?i)(enoent|cert|does not exist)",
                edits=_config(
                    "handshake_timeout",
                    "listeners.ssl.1 = 127.0.0.1:@port4@\nssl_options.certfile = @dir@/shop.pem\nssl_options.keyfile = @dir@/shop.key\nhandshake_timeout",
                ),
                starts=False,
            ),
        ),
    ),
)
