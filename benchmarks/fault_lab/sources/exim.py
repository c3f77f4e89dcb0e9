"""Exim that takes mail for one domain and sends the rest to a relay."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """primary_hostname = @host@.shop.example
domainlist local_domains = shop.example
exim_path = /opt/exim4-daemon-light/usr/sbin/exim4
spool_directory = @dir@/spool
log_file_path = @dir@/log/%slog
exim_user = root
exim_group = root
never_users =
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = @port@
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
smtp_receive_timeout = 2s
message_size_limit = 20K
smtp_accept_max = 3
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept
begin acl
check_rcpt:
  deny message = relay not permitted
       !domains = +local_domains : billing.example
  require verify = recipient
  accept
begin routers
relay:
  driver = manualroute
  domains = billing.example
  transport = smtp
  route_list = * 127.0.0.1::@port1@
  self = send
local:
  driver = accept
  domains = +local_domains
  local_parts = orders
  transport = file
begin transports
smtp:
  driver = smtp
  hosts_try_fastopen =
  connect_timeout = 2s
  allow_localhost
file:
  driver = appendfile
  file = @dir@/mail/$local_part
  user = root
begin retry
* * F,1h,15m
"""


def _mail(to: str, size: int = 20) -> str:
    return f"python3 -c \"import smtplib; s = smtplib.SMTP('127.0.0.1', @port@, timeout=8); s.sendmail('a@shop.example', ['{to}'], 'Subject: @id@\\n\\n' + 'x' * {size})\""


_config = partial(edit, "exim.conf")

SOURCES = (
    Server(
        name="exim",
        packages=Packages(
            ("/opt/exim4-daemon-light/usr/sbin/exim4",),
            apart=("exim4-daemon-light",),
            folder="exim4-daemon-light",
        ),
        version="/opt/exim4-daemon-light/usr/sbin/exim4 -bV | head -1",
        files={"exim.conf": _CONFIG},
        prepare=(
            "echo Debian-exim:x:4242:4242::/var/spool/exim4:/bin/false >> /etc/passwd; echo Debian-exim:x:4242: >> /etc/group; mkdir -p spool log mail && chmod 755 . && chown root: exim.conf && chmod 644 exim.conf",
        ),
        start="sh -c 'touch log/mainlog; tail -q -F log/mainlog log/paniclog 2> /dev/null & exec /opt/exim4-daemon-light/usr/sbin/exim4 -bdf -q30m -C @dir@/exim.conf'",
        ready="python3 -c \"import smtplib; smtplib.SMTP('127.0.0.1', @port@, timeout=2).quit()\"",
        workload=(_mail("orders@shop.example"), step("pause", 1.0)),
        faults=(
            Fault("relay_denied", r"relay not permitted", do=(_mail("x@elsewhere.example"),)),
            Fault("unknown_recipient", r"(?i)rejected RCPT", do=(_mail("lost@shop.example"),)),
            Fault(
                "too_large",
                r"(?i)(too big|size limit|message size)",
                do=(_mail("orders@shop.example", 30000), step("pause", 0.5)),
            ),
            Fault(
                "client_timeout",
                r"(?i)timeout",
                do=(step("hold", 1, "port", b"EHLO x\r\n"), step("pause", 4.0)),
            ),
            Fault(
                "mailbox_not_a_folder",
                r"(?i)(failed to|defer|could not|Not a directory|unable)",
                before=("rmdir mail; echo x > mail",),
                do=(_mail("orders@shop.example"), step("pause", 2.0)),
            ),
            Fault(
                "too_many_connections",
                r"(?i)too many connections",
                do=(step("hold", 5, "port", b"EHLO x\r\n"), step("pause", 1.0)),
            ),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)(unknown|not set|configuration|unset)",
                edits=_config("never_users =", "never_user ="),
                starts=False,
            ),
        ),
    ),
)
