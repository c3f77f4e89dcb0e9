"""OpenVPN as a server without a device, and what it says of its configuration and its peers."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """tls-server
proto tcp-server
local 127.0.0.1
port @port@
dev null
ca @dir@/shop.pem
cert @dir@/shop.pem
key @dir@/shop.key
dh none
keepalive 2 10
verb 3
"""
_MAKE = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=shop.example -days 30 -keyout {0}.key -out {0}.pem 2> /dev/null"

_config = partial(edit, "server.conf")

SOURCES = (
    Server(
        name="openvpn",
        packages=Packages(("openvpn", "openssl"), apt=("openvpn", "openssl")),
        version="openvpn --version | head -1",
        files={"server.conf": _CONFIG},
        prepare=(_MAKE.format("shop"), _MAKE.format("other")),
        start="openvpn --config @dir@/server.conf",
        ready="grep -q 'Listening for incoming' printed.log",
        workload=(step("pause", 1.0),),
        faults=(
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_option",
                r"(?i)unrecognized option",
                edits=_config("keepalive", "keepalives"),
                starts=False,
            ),
            Fault(
                "cert_missing",
                r"(?i)(no such file|cannot load|cannot access)",
                edits=_config("cert @dir@/shop.pem", "cert @dir@/lost.pem"),
                starts=False,
            ),
            Fault(
                "key_mismatch",
                r"(?i)(mismatch|cannot load private key)",
                edits=_config("shop.key", "other.key"),
                starts=False,
            ),
            Fault(
                "bad_address",
                r"(?i)(cannot resolve|resolve)",
                edits=_config("local 127.0.0.1", "local orders-host"),
                starts=False,
            ),
            Fault(
                "address_not_ours",
                r"(?i)cannot assign requested address",
                edits=_config("local 127.0.0.1", "local 10.9.9.9"),
                starts=False,
            ),
            Fault(
                "not_vpn",
                r"(?i)(bad encapsulated packet|non-openvpn|WARNING: Bad)",
                do=(step("send", b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"), step("pause", 1.0)),
            ),
            Fault(
                "bad_cipher",
                r"(?i)SHOP-256",
                edits=_config("verb 3", "data-ciphers SHOP-256\nverb 3"),
                starts=False,
            ),
            Fault(
                "config_missing_key",
                r"Options error",
                edits=_config("key @dir@/shop.key\n", ""),
                starts=False,
            ),
            Fault(
                "user_unknown", r"dnsorders", edits=_config("verb 3", "user dnsorders\nverb 3"), starts=False
            ),
        ),
    ),
)
