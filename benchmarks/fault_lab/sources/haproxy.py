"""HAProxy: a frontend, a backend of two servers, small limits."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """global
  log stdout format iso local0
  maxconn 40
  stats socket @dir@/admin.sock mode 600 level admin

defaults
  log global
  mode http
  option httplog
  timeout connect 400ms
  timeout client 900ms
  timeout server 900ms
  retries 1

frontend orders_front
  bind 127.0.0.1:@port@
  maxconn 30
  default_backend orders_pool

backend orders_pool
  option httpchk GET /health
  server orders1 127.0.0.1:@port1@ check inter 300ms fall 2 rise 1 maxconn 4
"""
_GET = "curl -s -m 5 http://127.0.0.1:@port@/orders/@id@"
_UP = (step("backend", "port1", OK),)

_config = partial(edit, "haproxy.cfg")

SOURCES = (
    Server(
        name="haproxy",
        packages=Packages(("haproxy", "curl"), apt=("haproxy", "curl")),
        version="haproxy -v | head -1",
        files={"haproxy.cfg": _CONFIG},
        around=_UP,
        start="haproxy -W -db -f haproxy.cfg",
        ready="curl -s -o /dev/null http://127.0.0.1:@port@/",
        workload=(_GET, _GET, step("pause", 0.8), _GET),
        faults=(
            Fault(
                "backend_refused",
                r"Server orders_pool/orders1 is DOWN, reason: Layer4 connection problem",
                before=(),
                do=(step("pause", 1.2), _GET),
            ),
            Fault(
                "health_500",
                r"Server orders_pool/orders1 is DOWN, reason: Layer7 wrong status",
                before=(step("backend", "port1", b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"),),
                do=(step("pause", 1.2), _GET),
            ),
            Fault(
                "health_timeout",
                r"Server orders_pool/orders1 is DOWN, reason: Layer\d timeout",
                before=(step("backend", "port1", OK, 3.0),),
                do=(step("pause", 2.5), _GET),
            ),
            Fault(
                "server_timeout",
                r" sH-- .*/orders/\d+",
                edits=_config("check inter 300ms", "#"),
                before=(step("backend", "port1", OK, 3.0),),
                do=(_GET,),
            ),
            Fault(
                "server_closed",
                r" SH-- .*/orders/\d+",
                edits=_config("check inter 300ms", "#"),
                before=(step("backend", "port1", None),),
                do=(_GET,),
            ),
            Fault(
                "port_in_use",
                r"cannot bind socket \(Address already in use\)",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "unknown_keyword",
                r"unknown keyword 'blance'",
                edits=_config("option httpchk", "blance roundrobin\n  option httpchk"),
                starts=False,
            ),
            Fault(
                "missing_backend",
                r"unable to find required default_backend",
                edits=_config("default_backend orders_pool", "default_backend order_pool"),
                starts=False,
            ),
            Fault(
                "missing_cert",
                r"unable to stat SSL certificate",
                edits=_config(":@port@\n", ":@port@ ssl crt @dir@/shop.pem\n"),
                starts=False,
            ),
            Fault(
                "worker_killed",
                r"exited with code 137 \(Killed\)",
                do=("pkill -KILL -P $(pgrep -o haproxy) haproxy", step("pause", 1.0)),
            ),
            Fault("bad_request", r" PR-- |<BADREQ>", do=(step("send", b"GET /a b c\x01 HTTP/9\r\n\r\n"),)),
        ),
    ),
)
