"""Tor as a local proxy, with a service of its own; no network is needed to fail."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """SocksPort 127.0.0.1:@port@
ControlPort 127.0.0.1:@port1@
HashedControlPassword 16:872860B76453A77D60CA2BB8C1A7042072093276A3D701AD684053EC4C
DataDirectory @dir@/data
Log notice stdout
HiddenServiceDir @dir@/data/orders
HiddenServicePort 80 127.0.0.1:@port2@
"""

_config = partial(edit, "torrc")

SOURCES = (
    Server(
        name="tor",
        packages=Packages(("tor", "curl", "nc"), apt=("tor", "curl", "netcat-openbsd")),
        version="tor --version | head -1",
        files={"torrc": _CONFIG},
        prepare=("mkdir -m 700 data",),
        start="tor -f @dir@/torrc --defaults-torrc /dev/null",
        ready="nc -z 127.0.0.1 @port@",
        workload=("printf 'PROTOCOLINFO\\r\\nQUIT\\r\\n' | nc -w 2 127.0.0.1 @port1@",),
        faults=(
            Fault("port_in_use", r"Address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_option", r"Unknown option", edits=_config("SocksPort", "SocksPorts"), starts=False
            ),
            Fault(
                "bad_value",
                r"(?i)(invalid|couldn't parse|malformed)",
                edits=_config("SocksPort 127.0.0.1:@port@", "SocksPort 127.0.0.1:orders"),
                starts=False,
            ),
            Fault(
                "bad_number",
                r"(?i)(malformed|invalid|must|parse)",
                edits=_config("DataDirectory", "MaxCircuitDirtiness soon\nDataDirectory"),
                starts=False,
            ),
            Fault(
                "data_not_a_folder",
                r"(?i)is not a directory",
                edits=_config("@dir@/data\n", "@dir@/torrc\n"),
                starts=False,
            ),
            Fault("data_not_owned", r"(?i)is not owned by", before=("chown 4100 data",), starts=False),
            Fault(
                "service_without_port",
                r"(?i)(no ports|HiddenServicePort)",
                edits=_config("HiddenServiceDir @dir@/data/orders\n", ""),
                starts=False,
            ),
            Fault(
                "service_too_open",
                r"(?i)permissions on directory",
                before=("mkdir -m 777 data/orders",),
                starts=False,
            ),
            Fault(
                "not_socks",
                r"(?i)(not an HTTP proxy|socks version|unrecognized)",
                do=("printf 'zzzzzzzz\\r\\n' | nc -w 2 127.0.0.1 @port@",),
            ),
            Fault(
                "bad_bridge",
                r"(?i)(bridge)",
                edits=_config("DataDirectory", "UseBridges 1\nDataDirectory"),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)(user|uid)",
                edits=_config("DataDirectory", "User torders\nDataDirectory"),
                starts=False,
            ),
        ),
    ),
)
