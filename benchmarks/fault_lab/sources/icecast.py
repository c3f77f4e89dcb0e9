"""Icecast with one mount and few sources."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """<icecast>
  <location>shop</location>
  <admin>admin@shop.example</admin>
  <hostname>shop.example</hostname>
  <limits><clients>10</clients><sources>1</sources><header-timeout>1</header-timeout><source-timeout>1</source-timeout></limits>
  <authentication><source-password>kept</source-password><admin-user>admin</admin-user><admin-password>kept</admin-password></authentication>
  <listen-socket><port>@port@</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths>
    <logdir>@dir@/logs</logdir>
    <webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot>
    <pidfile>@dir@/icecast.pid</pidfile>
  </paths>
  <logging><errorlog>error.log</errorlog><accesslog>access.log</accesslog><loglevel>3</loglevel></logging>
  <security><chroot>0</chroot><changeowner><user>@user@</user><group>@user@</group></changeowner></security>
</icecast>
"""
_GET = "curl -s -m 4 http://127.0.0.1:@port@/status-json.xsl"
_PUT = "head -c 60000 /dev/zero | curl -s -m 3 -u source:kept -H 'Content-Type: audio/mpeg' -T - http://127.0.0.1:@port@/orders"

_config = partial(edit, "icecast.xml")

SOURCES = (
    Server(
        name="icecast",
        packages=Packages(("icecast2", "curl"), apt=("icecast2", "curl")),
        version="icecast2 -v",
        files={"icecast.xml": _CONFIG, "logs/.keep": ""},
        prepare=("chown -R @user@ @dir@; chmod -R a+rX @dir@",),
        start="icecast2 -c @dir@/icecast.xml",
        ready=_GET + " -f",
        workload=(_GET,),
        log="logs/error.log",
        faults=(
            Fault(
                "wrong_password",
                r"(?i)(bad or missing password|attempted to login with invalid|unauthori)",
                do=(_PUT.replace("kept", "lost"), step("pause", 0.5)),
            ),
            Fault(
                "source_lost",
                r"(?i)(disconnecting source|timeout|source .*(exit|closed|lost))",
                do=(_PUT, step("pause", 3.0)),
            ),
            Fault(
                "mount_missing",
                r"(?i)(404|not found|req for file)",
                do=("curl -s http://127.0.0.1:@port@/billing.mp3", step("pause", 0.5)),
            ),
            Fault(
                "port_in_use", r"(?i)(could not create listener|bind)", before=(step("occupy"),), starts=False
            ),
            Fault(
                "config_syntax",
                r"(?i)(error|mismatch|XML)",
                edits=_config("</limits>", "</limit>"),
                starts=False,
            ),
            Fault(
                "logs_missing",
                r"(?i)(could not open|no such file|logging)",
                edits=_config("@dir@/logs", "@dir@/lost/logs"),
                starts=False,
            ),
            Fault(
                "web_missing",
                r"(?i)(lost/web|No such file|could not)",
                edits=_config("/usr/share/icecast2/web", "@dir@/lost/web"),
                do=(_GET, step("pause", 0.5)),
                starts=False,
            ),
            Fault(
                "tls_missing",
                r"(?i)(certificate|ssl).*(invalid|no such|fail|cannot|disabl)|invalid cert",
                edits={
                    "icecast.xml": (
                        ("</bind-address>", "</bind-address><ssl>1</ssl>"),
                        ("<paths>", "<paths>\n    <ssl-certificate>@dir@/shop.pem</ssl-certificate>"),
                    )
                },
                starts=False,
            ),
        ),
    ),
)
