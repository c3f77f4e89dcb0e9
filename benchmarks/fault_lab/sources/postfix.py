"""Postfix as a relay for one domain."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_MAIN = """compatibility_level = 3.6
config_directory = @dir@/conf
queue_directory = @dir@/queue
data_directory = @dir@/state
maillog_file = /dev/stdout
maillog_file_prefixes = /dev/stdout, @dir@
myhostname = @host@.shop.example
mydestination = shop.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/28
local_recipient_maps = inline:{orders=orders, @user@=@user@}
local_transport = discard:
relayhost = [127.0.0.1]:@port1@
smtp_connect_timeout = 2s
smtp_helo_timeout = 2s
smtpd_timeout = 2s
message_size_limit = 4000
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
alias_maps =
alias_database =
"""
_MASTER = """@port@ inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def _mail(to: str, size: int = 20, sender: str = "orders@shop.example", server: str = "127.0.0.1") -> str:
    return (
        f"python3 -c \"import smtplib; s = smtplib.SMTP('{server}', @port@, 'shop.example', 5); "
        f"s.sendmail('{sender}', ['{to}'], 'Subject: order @id@\\r\\n\\r\\n' + 'x' * {size}); s.quit()\""
    )


_main = partial(edit, "conf/main.cf")

SOURCES = (
    Server(
        name="postfix",
        packages=Packages(("postfix",), apt=("postfix",)),
        version="postconf -d -h mail_version",
        files={"conf/main.cf": _MAIN, "conf/master.cf": _MASTER},
        prepare=(
            "mkdir -p queue state && chown postfix: state && postfix -c @dir@/conf check > /dev/null 2>&1; true",
        ),
        start="postfix -c @dir@/conf start-fg",
        ready="python3 -c \"import smtplib; smtplib.SMTP('127.0.0.1', @port@, 'shop.example', 3).quit()\"",
        workload=(_mail("orders@shop.example"), step("pause", 0.7)),
        faults=(
            Fault(
                "relay_refused",
                r"status=deferred \(connect to 127\.0\.0\.1.*: Connection refused\)",
                do=(_mail("@other@@billing.example"), step("pause", 2.0)),
            ),
            Fault(
                "unknown_recipient", r"reject: RCPT from .* 550 5\.1\.1", do=(_mail("@other@@shop.example"),)
            ),
            Fault(
                "relay_denied",
                r"reject: RCPT from .* Relay access denied",
                edits=_main("127.0.0.0/28", "127.9.0.0/28"),
                do=(_mail("@other@@billing.example"),),
            ),
            Fault(
                "too_large",
                r"(?i)message size exceeds|size limit|reject: MAIL from",
                do=(_mail("orders@shop.example", 6000),),
            ),
            Fault(
                "client_timeout",
                r"timeout after CONNECT|timeout after",
                do=(step("hold", 1), step("pause", 4.0)),
            ),
            Fault(
                "lost_connection",
                r"lost connection after MAIL",
                do=(
                    step("send", b"EHLO shop.example\r\nMAIL FROM:<orders@shop.example>\r\n"),
                    step("pause", 1.0),
                ),
            ),
            Fault(
                "relay_greeting_refused",
                r"status=(deferred|bounced) .*(refused to talk to me|said: )",
                before=(step("backend", "port1", b"554 no mail from you today\r\n", first=True),),
                do=(_mail("@other@@billing.example"), step("pause", 3.0)),
            ),
            Fault(
                "relay_hangs_up",
                r"status=deferred \(lost connection with",
                before=(step("backend", "port1", None, first=True),),
                do=("true", _mail("@other@@billing.example"), step("pause", 4.0)),
            ),
            Fault(
                "relay_silent",
                r"status=deferred \(conversation with .* timed out",
                before=(step("backend", "port1", None, 20.0),),
                do=(_mail("@other@@billing.example"), step("pause", 5.0)),
            ),
            Fault(
                "unknown_table",
                r"(fatal|error|warning): .*(unsupported dictionary type|open .*No such file)",
                edits=_main(
                    "local_recipient_maps = inline:{orders=orders, @user@=@user@}",
                    "local_recipient_maps = hash:@dir@/conf/people",
                ),
                do=(_mail("orders@shop.example"), step("pause", 1.0)),
            ),
            Fault(
                "port_in_use",
                r"fatal: bind 127\.0\.0\.1 port \d+: Address already in use",
                before=(step("occupy"),),
                starts=False,
            ),
        ),
    ),
)
