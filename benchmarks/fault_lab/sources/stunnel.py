"""Stunnel in front of a backend, with a certificate of its own."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """foreground = yes
pid =
debug = info
[orders]
accept = 127.0.0.1:@port@
connect = 127.0.0.1:@port1@
cert = @dir@/shop.pem
key = @dir@/shop.key
TIMEOUTbusy = 2
TIMEOUTidle = 2
"""
_MAKE = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=shop.example -days 30 -keyout {0}.key -out {0}.pem 2> /dev/null"
_GET = "curl -s -k -m 6 https://127.0.0.1:@port@/api/orders/@id@"

_config = partial(edit, "stunnel.conf")

SOURCES = (
    Server(
        name="stunnel",
        packages=Packages(("stunnel", "openssl", "curl"), apt=("stunnel4", "openssl", "curl")),
        version="stunnel -version 2>&1 | head -1",
        files={"stunnel.conf": _CONFIG},
        prepare=(_MAKE.format("shop"), _MAKE.format("other")),
        around=(step("backend", "port1", OK),),
        start="stunnel @dir@/stunnel.conf",
        ready="curl -s -k -o /dev/null -m 2 https://127.0.0.1:@port@/; test $? -ne 7",
        workload=(_GET, _GET),
        faults=(
            Fault("backend_refused", r"Connection refused", before=(), do=(_GET,)),
            Fault(
                "backend_silent",
                r"TIMEOUTidle exceeded",
                before=(step("backend", "port1", OK, 5.0),),
                do=(_GET,),
            ),
            Fault(
                "not_encrypted",
                r"SSL_accept",
                do=(step("send", b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"),),
            ),
            Fault("port_in_use", r"Address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)option name is not valid",
                edits=_config("TIMEOUTbusy", "TIMEOUTbussy"),
                starts=False,
            ),
            Fault(
                "cert_missing", r"(?i)no such file", edits=_config("shop.pem", "billing.pem"), starts=False
            ),
            Fault(
                "key_mismatch",
                r"(?i)(key values mismatch|does not match|mismatch)",
                edits=_config("shop.key", "other.key"),
                starts=False,
            ),
            Fault(
                "client_cert_missing",
                r"(?i)did not return a certificate",
                edits=_config("TIMEOUTbusy", "verifyPeer = yes\nCAfile = @dir@/other.pem\nTIMEOUTbusy"),
                do=(_GET,),
            ),
            Fault(
                "bad_ciphers",
                r"no cipher match",
                edits=_config("TIMEOUTbusy", "ciphers = SHOPCIPHER\nTIMEOUTbusy"),
                starts=False,
            ),
            Fault(
                "unsupported_protocol",
                r"(?i)unsupported protocol|version too",
                edits=_config("TIMEOUTbusy", "sslVersionMin = TLSv1.3\nTIMEOUTbusy"),
                do=(_GET + " --tls-max 1.2",),
            ),
        ),
    ),
)
