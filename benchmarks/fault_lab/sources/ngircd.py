"""ngIRCd with a few settings, spoken to over a bare connection."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """[Global]
Name = irc.shop.example
Info = orders
Listen = 127.0.0.1
Ports = @port@
Password = kept
ServerUID = root
ServerGID = root
MotdPhrase = orders
[Limits]
MaxConnections = 10
MaxConnectionsIP = 3
PingTimeout = 5
PongTimeout = 5
[Options]
DNS = no
Ident = no
PAM = no
SyslogFacility = local1
"""
_JOIN = b"PASS kept\r\nNICK orders\r\nUSER orders 0 * :orders\r\nQUIT\r\n"

_config = partial(edit, "ngircd.conf")

SOURCES = (
    Server(
        name="ngircd",
        packages=Packages(("ngircd", "nc"), apt=("ngircd", "netcat-openbsd")),
        version="ngircd --version | head -1",
        files={"ngircd.conf": _CONFIG},
        start="ngircd -n -f @dir@/ngircd.conf",
        ready="grep -q 'Now listening on' printed.log",
        workload=(step("send", _JOIN),),
        faults=(
            Fault("too_many_connections", r"Refused connection", do=(step("hold", 6), step("pause", 1.0))),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_variable",
                r"(?i)(unknown variable|unknown)",
                edits=_config("MaxConnectionsIP", "MaxConnectionIP"),
            ),
            Fault("bad_number", r"PingTimeout", edits=_config("PingTimeout = 5", "PingTimeout = two")),
            Fault(
                "unknown_user",
                r"(?i)(user|uid).*(not|invalid|unknown|can't)|ServerUID",
                edits=_config("ServerUID = root", "ServerUID = dnsorders"),
                starts=False,
            ),
            Fault(
                "motd_missing",
                r"(?i)motd.*(no such file|can't|error)|can't.*motd",
                edits=_config("MotdPhrase = orders", "MotdFile = @dir@/lost.motd"),
            ),
            Fault(
                "config_missing",
                r"(?i)(no such file|can't (read|open))",
                before=("rm ngircd.conf",),
                starts=False,
            ),
        ),
    ),
)
