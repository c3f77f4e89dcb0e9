"""Mosquitto with passwords, an ACL, few connections."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """listener @port@ 127.0.0.1
allow_anonymous false
password_file @dir@/passwords
max_connections 10
log_dest stdout
log_timestamp_format %Y-%m-%dT%H:%M:%S
log_type all
user root
persistence true
persistence_location @dir@/store/
autosave_interval 60
"""
_PUB = "mosquitto_pub -h 127.0.0.1 -p @port@ -i orders-@id@ -u orders -P kept -t shop/orders -m @id@ -q 1"


def _connect(name: bytes) -> bytes:
    """A CONNECT of MQTT 3.1.1 that promises to speak every second."""
    return b"\x10\x1c\x00\x04MQTT\x04\xc2\x00\x01\x00\x02" + name + b"\x00\x06orders\x00\x04kept"


_config = partial(edit, "mosquitto.conf")

SOURCES = (
    Server(
        name="mosquitto",
        packages=Packages(("mosquitto", "mosquitto_pub"), apt=("mosquitto", "mosquitto-clients")),
        version="mosquitto -h | head -1",
        files={"mosquitto.conf": _CONFIG},
        prepare=("mkdir store; mosquitto_passwd -b -c passwords orders kept",),
        start="mosquitto -c mosquitto.conf",
        ready=_PUB,
        workload=(_PUB, _PUB),
        faults=(
            Fault("wrong_password", r"disconnected, not authorised", do=(_PUB.replace("kept", "lost"),)),
            Fault(
                "publish_denied",
                r"Denied PUBLISH from",
                edits=_config("max_connections 10", "acl_file @dir@/acl"),
                before=("printf 'user orders\ntopic read shop/#\n' > acl && chmod 600 acl",),
                do=(_PUB.replace("-q 1", "-q 1 -V 5"),),
            ),
            Fault(
                "protocol_error",
                r"(?i)(protocol error|invalid protocol|bad socket|malformed)",
                do=(step("send", b"\x10\x0e\x00\x04MQXX\x04\x02\x00\x3c\x00\x02ab"), step("pause", 0.5)),
            ),
            Fault(
                "keepalive_exceeded",
                r"exceeded timeout",
                do=(step("hold", 1, "port", _connect(b"ab")), step("pause", 8.0)),
            ),
            Fault(
                "port_in_use", r"(?i)error: address already in use", before=(step("occupy"),), starts=False
            ),
            Fault(
                "config_bad",
                r"(?i)unknown configuration variable",
                edits=_config("max_connections", "max_conections"),
                starts=False,
            ),
            Fault(
                "password_file_missing",
                r"(?i)unable to open pwfile|error opening password file",
                edits=_config("@dir@/passwords", "@dir@/secrets/passwords"),
                starts=False,
            ),
            Fault(
                "store_full",
                r"(?i)(no space left|error (writing|saving)|unable to save)",
                before=(
                    step("small_disk", "store", "8k"),
                    "dd if=/dev/zero of=store/old bs=1k count=8; true",
                ),
                do=(
                    "head -c 30000 /dev/zero | tr '\\0' x > big",
                    _PUB.replace("-m @id@", "-r -f big"),
                    "pkill -USR1 mosquitto",
                    step("pause", 1.0),
                ),
            ),
            Fault(
                "store_damaged",
                r"(?i)(unable to|error|corrupt|invalid).*(persist|database|restor|db|store|file)",
                before=("head -c 200 /dev/zero > store/mosquitto.db",),
                starts=False,
            ),
            Fault(
                "bridge_refused",
                r"(?i)connection refused|error creating bridge",
                edits=_config(
                    "autosave_interval 60", "connection hub\naddress 127.0.0.1:@port1@\ntopic shop/# out"
                ),
                do=(step("pause", 1.5),),
            ),
        ),
    ),
)
