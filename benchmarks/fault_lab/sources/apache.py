"""Apache httpd: a proxy, files, CGI, basic authentication, few workers."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import OK, step
from benchmarks.fault_lab.source import Fault, Server, edit

_MODULES = "\n".join(
    f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
    for name in [
        "mpm_event",
        "authn_core",
        "authn_file",
        "authz_core",
        "authz_user",
        "auth_basic",
        "dir",
        "mime",
        "alias",
        "rewrite",
        "proxy",
        "proxy_http",
        "cgid",
        "headers",
    ]
)
_CONFIG = f"""ServerRoot @dir@
ServerName shop.example
Listen 127.0.0.1:@port@
PidFile @dir@/httpd.pid
DefaultRuntimeDir @dir@/run
{_MODULES}
User www-data
Group www-data
TypesConfig /etc/mime.types
StartServers 1
ServerLimit 1
ThreadsPerChild 8
ThreadLimit 8
MaxRequestWorkers 8
MinSpareThreads 2
MaxSpareThreads 8
Timeout 2
LimitRequestBody 2000
LogLevel warn
ErrorLog @dir@/error.log
DocumentRoot @dir@/site
ScriptSock @dir@/run/cgid.sock
<Directory @dir@/site>
  Require all granted
</Directory>
<Directory @dir@/site/private>
  AuthType Basic
  AuthName shop
  AuthUserFile @dir@/users
  Require valid-user
</Directory>
<Directory @dir@/site/staff>
  Require all denied
</Directory>
ScriptAlias /cgi/ @dir@/cgi/
<Directory @dir@/cgi>
  Require all granted
</Directory>
ProxyPass /api http://127.0.0.1:@port1@/ timeout=1
RewriteEngine on
RewriteRule ^/loop/(.*) /loop/x$1
"""
_AT = "http://127.0.0.1:@port@"


def _get(path: str, more: str = "") -> str:
    return f"curl -s -m 6 {more} {_AT}{path}"


_config = partial(edit, "httpd.conf")

SOURCES = (
    Server(
        name="apache",
        packages=Packages(("apache2", "curl"), apt=("apache2", "curl")),
        version="apache2 -v | head -1",
        files={
            "httpd.conf": _CONFIG,
            "site/index.html": "shop\n",
            "site/private/index.html": "private\n",
            "site/staff/index.html": "staff\n",
            "site/loop/index.html": "loop\n",
            "cgi/report": "#!/bin/sh\necho Content-Type: text/plain; echo; echo report\n",
            "cgi/broken": "#!/bin/sh\necho total of order @id@ unknown\n",
            "cgi/dies": "#!/bin/sh\necho 'cannot open ledger @id@' >&2\nexit 3\n",
            "cgi/slow": "#!/bin/sh\nsleep 5\necho Content-Type: text/plain; echo; echo late\n",
            "users": "orders:$apr1$kept$Jh0v5TnUJVQxIFz7ZDhrI0\n",
        },
        prepare=("mkdir -p run && chmod 755 cgi/* . && chown -R www-data run",),
        around=(step("backend", "port1", OK),),
        start="apache2 -f @dir@/httpd.conf -DFOREGROUND",
        ready=_get("/", "-f -o /dev/null"),
        log="error.log",
        workload=(_get("/"), _get("/api/orders/@id@"), _get("/cgi/report")),
        faults=(
            Fault(
                "backend_refused",
                r"AH00957: http: attempt to connect to .* failed",
                before=(),
                do=(_get("/api/orders/@id@"),),
            ),
            Fault(
                "backend_timeout",
                r"AH01102: error reading status line",
                before=(step("backend", "port1", OK, 4.0),),
                do=(_get("/api/orders/@id@"),),
            ),
            Fault(
                "backend_closed",
                r"AH01102: error reading status line|AH0.*End of file",
                before=(step("backend", "port1", None),),
                do=(_get("/api/orders/@id@"),),
            ),
            Fault(
                "wrong_password",
                r"AH01617: user .*: authentication failure",
                do=(_get("/private/", "-u orders:lost"),),
            ),
            Fault("unknown_user", r"AH01618: user .* not found", do=(_get("/private/", "-u @user@:kept"),)),
            Fault("denied", r"AH01630: client denied by server configuration", do=(_get("/staff/"),)),
            Fault(
                "permission",
                r"AH00132: file permissions deny server access",
                do=("chmod 000 site/index.html", _get("/index.html")),
            ),
            Fault("cgi_bad_header", r"malformed header from script 'broken'", do=(_get("/cgi/broken"),)),
            Fault(
                "cgi_dies",
                r"AH01215: .*cannot open ledger|End of script output before headers",
                do=(_get("/cgi/dies"),),
            ),
            Fault("cgi_timeout", r"Script timed out before returning headers: slow", do=(_get("/cgi/slow"),)),
            Fault(
                "body_too_large",
                r"AH01270: Error reading request entity data",
                do=(
                    "head -c 3000 /dev/zero | tr '\\0' x > body",
                    _get("/cgi/report", "-d @body"),
                ),
            ),
            Fault(
                "rewrite_loop",
                r"AH00124: Request exceeded the limit of 10 internal redirects",
                edits=_config(
                    "RewriteEngine on\nRewriteRule ^/loop/(.*) /loop/x$1",
                    "<Directory @dir@/site/loop>\n RewriteEngine on\n RewriteRule (.*) /loop/x$1\n</Directory>",
                ),
                do=(_get("/loop/a"),),
            ),
            Fault(
                "workers_busy",
                r"AH00484: server reached MaxRequestWorkers",
                do=(step("hold", 16, "port", b"GET /api/orders HTTP/1.1\r\n"), step("pause", 3.0)),
                before=(step("backend", "port1", OK, 4.0),),
            ),
            Fault(
                "cgi_daemon_killed",
                r"AH01239: cgid daemon process died",
                do=("pkill -KILL -u www-data", step("pause", 2.0)),
            ),
            Fault(
                "port_in_use",
                r"AH00072: make_sock: could not bind to address",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "bad_directive",
                r"Invalid command 'ServerLimits'",
                edits=_config("ServerLimit 1", "ServerLimits 1"),
                starts=False,
            ),
            Fault(
                "missing_module",
                r"Cannot load .*mod_cgix\.so",
                edits=_config(
                    "LoadModule cgid_module /usr/lib/apache2/modules/mod_cgid.so",
                    "LoadModule cgix_module /usr/lib/apache2/modules/mod_cgix.so",
                ),
                starts=False,
            ),
            Fault(
                "missing_root",
                r"DocumentRoot .* (does not exist|is not a directory)|AH00112",
                edits=_config("DocumentRoot @dir@/site", "DocumentRoot @dir@/shop"),
                starts=False,
            ),
        ),
    ),
)
