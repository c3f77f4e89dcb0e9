"""lighttpd: a proxy, files, CGI."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """server.modules = ("mod_access", "mod_auth", "mod_authn_file", "mod_proxy", "mod_cgi")
server.bind = "127.0.0.1"
server.port = @port@
server.document-root = "@dir@/site"
server.errorlog = "/dev/stderr"
server.pid-file = "@dir@/lighttpd.pid"
server.max-connections = 6
server.max-fds = 64
server.max-request-size = 4
index-file.names = ("index.html")
auth.backend = "plain"
auth.backend.plain.userfile = "@dir@/users"
auth.require = ("/private/" => ("method" => "basic", "realm" => "shop", "require" => "valid-user"))
$HTTP["url"] =~ "^/api/" { proxy.server = ("" => (("host" => "127.0.0.1", "port" => @port1@))) }
$HTTP["url"] =~ "^/cgi/" { cgi.assign = ("" => "") }
"""


def _get(path: str, more: str = "") -> str:
    return f"curl -s -m 6 {more} http://127.0.0.1:@port@{path}"


_config = partial(edit, "lighttpd.conf")

SOURCES = (
    Server(
        name="lighttpd",
        packages=Packages(("lighttpd", "curl"), apt=("lighttpd", "curl")),
        version="lighttpd -v",
        files={
            "lighttpd.conf": _CONFIG,
            "site/index.html": "shop\n",
            "users": "orders:kept\n",
            "site/private/index.html": "p\n",
            "site/cgi/report": "#!/bin/sh\necho Content-Type: text/plain; echo; echo report\n",
            "site/cgi/broken": "#!/opt/shop/bin/report\n",
        },
        prepare=("chmod 755 site/cgi/*",),
        around=(step("backend", "port1", OK),),
        start="lighttpd -D -f lighttpd.conf",
        ready=_get("/", "-f -o /dev/null"),
        workload=(_get("/"), _get("/api/orders/@id@"), _get("/cgi/report")),
        faults=(
            Fault(
                "backend_refused",
                r"(establishing connection failed|connect\(\).*failed|Connection refused)",
                before=(),
                do=(_get("/api/orders/@id@"),),
            ),
            Fault("wrong_password", r"password doesn't match", do=(_get("/private/", "-u orders:lost"),)),
            Fault(
                "cgi_interpreter_missing",
                r"site/cgi/broken: No such file or directory",
                do=(_get("/cgi/broken"),),
            ),
            Fault(
                "body_too_large",
                r"(?i)request-size",
                do=("head -c 90000 /dev/zero > big", _get("/cgi/report", "--data-binary @big")),
            ),
            Fault(
                "too_many_connections",
                r"(?i)(connection limit|sockets disabled|server overload)",
                do=(step("hold", 10), step("pause", 1.5)),
            ),
            Fault("port_in_use", r"(?i)bind.*address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_syntax",
                r"(?i)(parser failed|source: lighttpd\.conf line)",
                edits=_config('server.bind = "127.0.0.1"', 'server.bind = "127.0.0.1'),
                starts=False,
            ),
            Fault(
                "unknown_key",
                r"(?i)(unknown config-key|invalid value|WARNING)",
                edits=_config("server.max-fds = 64", "server.max-fd = 64"),
                do=(_get("/"),),
            ),
            Fault(
                "missing_module",
                r"(?i)dlopen\(\) failed|cannot open shared object",
                edits=_config('"mod_proxy"', '"mod_proxi", "mod_proxy"'),
                starts=False,
            ),
        ),
    ),
)
