"""Squid: few file descriptors, an ACL, a parent that is away."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """http_port 127.0.0.1:@port@
visible_hostname proxy.shop.example
pid_filename @dir@/squid.pid
coredump_dir @dir@
cache_log @dir@/cache.log
access_log stdio:@dir@/access.log
cache_store_log none
cache_mem 8 MB
cache_dir ufs @dir@/cache 20 4 4
shutdown_lifetime 1 seconds
connect_timeout 2 seconds
acl shop dst 127.0.0.0/8
http_access allow shop
http_access deny all
dns_nameservers 127.0.0.1
"""

_config = partial(edit, "squid.conf")

_GET = "curl -s -m 8 -o /dev/null -w %{http_code} -x http://127.0.0.1:@port@ http://127.0.0.1:@port1@/orders/@id@"

SOURCES = (
    Server(
        name="squid",
        packages=Packages(("squid", "curl"), apt=("squid", "curl")),
        version="squid -v | head -1",
        files={"squid.conf": _CONFIG},
        prepare=(
            "mkdir cache && touch cache.log access.log && chown proxy: . cache *.log && squid -N -z -f squid.conf && truncate -s 0 cache.log",
        ),
        around=(step("backend", "port1", OK),),
        start="squid -N -f squid.conf",
        ready="curl -s -o /dev/null -x http://127.0.0.1:@port@ http://127.0.0.1:@port1@/",
        log="cache.log",
        workload=(_GET, _GET),
        faults=(
            Fault(
                "port_in_use",
                r"(?i)cannot bind socket|FATAL: Unable to open HTTP Socket",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "bad_directive",
                r"(?i)unrecognized: 'http_acess'",
                edits=_config("http_access allow shop", "http_acess allow shop"),
                starts=False,
            ),
            Fault(
                "bad_acl",
                r"(?i)FATAL|Bungled",
                edits=_config("http_access allow shop", "http_access allow stock"),
                starts=False,
            ),
            Fault(
                "cache_missing",
                r"(?i)(FATAL|ERROR).*(swap|cache)",
                before=("rm -rf cache", step("backend", "port1", OK)),
                starts=False,
            ),
            Fault(
                "not_writable",
                r"(?i)permission denied",
                before=("chown -R root: cache && chmod -R 700 cache",),
                starts=False,
            ),
            Fault(
                "helper_missing",
                r"(?i)(FATAL|ERROR).*(auth_param|helper|No such file)",
                edits=_config("acl shop", "auth_param basic program @dir@/helpers/shop_auth\nacl shop"),
                starts=False,
            ),
            Fault(
                "helper_dies",
                r"(?i)helpers are crashing too rapidly|(WARNING|FATAL).*(helper|basicauthenticator|exited)",
                edits=_config(
                    "acl shop",
                    "auth_param basic program /bin/false\nauth_param basic children 3 startup=3\nacl members proxy_auth REQUIRED\nhttp_access allow members\nacl shop",
                ),
                starts=False,
            ),
            Fault(
                "few_descriptors",
                r"running out of filedescriptors",
                edits=_config("acl shop", "max_filedescriptors 70\nacl shop"),
                do=(
                    step("hold", 80, "port", b"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost"),
                    _GET,
                    step("pause", 1.0),
                ),
                note="seventy descriptors",
            ),
            Fault(
                "disk_full",
                r"(?i)(no space left|disk.*full|write failure|DiskThreads|WARNING: No more)",
                before=(
                    step("small_disk", "cache", "60k"),
                    step(
                        "backend",
                        "port1",
                        b"HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nContent-Length: 50000\r\n\r\n"
                        + b"x" * 50000,
                    ),
                ),
                do=(*(_GET.replace("@id@", f"@id@{n}") for n in range(4)), step("pause", 2.0)),
            ),
        ),
    ),
)
