"""Dovecot's IMAP with a password file."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """base_dir = @dir@/run
log_path = /dev/stderr
info_log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_verbose = yes
auth_failure_delay = 0
default_internal_user = dovecot
default_login_user = dovenull
mail_location = maildir:@dir@/mail/%u
mail_max_userip_connections = 2
passdb {
  driver = passwd-file
  args = @dir@/passwords
}
userdb {
  driver = static
  args = uid=4100 gid=4100 home=@dir@/mail/%u
}
service imap-login {
  inet_listener imap {
    port = @port@
  }
  inet_listener imaps {
    port = 0
  }
  process_limit = 4
}
"""


def _talk(password: str, more: str = "pass", user: str = "@user@") -> str:
    return (
        "timeout 8 python3 -c \"import imaplib, time; c = imaplib.IMAP4('127.0.0.1', @port@); "
        f"c.login('{user}', '{password}'); c.select(); {more}; c.logout()\""
    )


_config = partial(edit, "dovecot.conf")

_SAVE = "print(c.append('INBOX', None, None, b'Subject: x\\r\\n\\r\\n' + b'x' * 60000))"

SOURCES = (
    Server(
        name="dovecot",
        packages=Packages(("dovecot", "nc"), apt=("dovecot-imapd", "netcat-openbsd")),
        version="dovecot --version",
        files={"dovecot.conf": _CONFIG, "passwords": "@user@:{PLAIN}kept\n"},
        prepare=("mkdir -p mail/@user@ && chown -R @user@: mail && chmod 755 . && chmod 644 passwords",),
        start="dovecot -F -c @dir@/dovecot.conf",
        ready="timeout 4 python3 -c \"import imaplib; c = imaplib.IMAP4('127.0.0.1', @port@); c.noop(); c.logout()\"",
        workload=(_talk("kept"),),
        faults=(
            Fault("wrong_password", r"imap-login: .*\(auth failed", do=(_talk("lost"),)),
            Fault("unknown_user", r"unknown user", do=(_talk("kept", user="@other@"),)),
            Fault(
                "no_mail_access",
                r"(?i)Error: .*(Permission denied|EACCES|failed)",
                do=("chown -R root: mail; chmod 700 mail", _talk("kept")),
            ),
            Fault(
                "too_many_connections",
                r"Maximum number of connections from user\+IP exceeded",
                do=(
                    *(f"{_talk('kept', 'time.sleep(4)')} > /dev/null 2>&1 & sleep 0.6" for _ in range(2)),
                    _talk("kept"),
                ),
            ),
            Fault(
                "disk_full",
                r"(?i)(no space left on device|Not enough disk)",
                before=(step("small_disk", "mail", "40k"),),
                do=(_talk("kept", _SAVE),),
            ),
            Fault(
                "bad_command_stream",
                r"(?i)Too many invalid (IMAP )?commands",
                do=(
                    "(for n in 1 2 3 4 5 6 7 8 9 10 11 12; do printf 'x%s HELLO\\r\\n' $n; done; sleep 1) | timeout 4 nc 127.0.0.1 @port@",
                ),
            ),
            Fault(
                "port_in_use",
                r"listen\(127\.0\.0\.1, \d+\) failed: Address already in use",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"Unknown setting: auth_verbos\b|Unknown setting",
                edits=_config("auth_verbose", "auth_verbos"),
                starts=False,
            ),
            Fault(
                "tls_missing",
                r"(?i)ssl_cert",
                edits=_config(
                    "ssl = no", "ssl = required\nssl_cert = <@dir@/shop.pem\nssl_key = <@dir@/shop.key"
                ),
                starts=False,
            ),
            Fault(
                "unknown_login_user",
                r"(?i)user doesn't exist|default_login_user",
                edits=_config("= dovenull", "= mailnull"),
                starts=False,
            ),
        ),
    ),
)
