"""OpenSSH's server: logins that are refused, connections that hang."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """Port @port@
ListenAddress 127.0.0.1
HostKey @dir@/host_key
PidFile @dir@/sshd.pid
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile @dir@/keys/%u
StrictModes yes
LogLevel VERBOSE
LoginGraceTime 2
MaxStartups 3:100:3
UseDNS no
"""
_SSH = "ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -i user_key -p @port@"

_config = partial(edit, "sshd_config")

SOURCES = (
    Server(
        name="sshd",
        packages=Packages(("sshd", "ssh", "ssh-keygen"), apt=("openssh-server", "openssh-client")),
        version="ssh -V 2>&1",
        files={"sshd_config": _CONFIG},
        prepare=(
            "mkdir -p /run/sshd keys && ssh-keygen -q -t ed25519 -N '' -C orders -f host_key && ssh-keygen -q -t ed25519 -N '' -C orders -f user_key && cp user_key.pub keys/@user@ && mkdir -p /srv/@user@ && chown @user@: /srv/@user@ && chmod 755 . keys && chmod 644 keys/*",
        ),
        start="/usr/sbin/sshd -D -e -f @dir@/sshd_config",
        ready=f"{_SSH} @user@@127.0.0.1 true",
        workload=(f"{_SSH} @user@@127.0.0.1 uptime",),
        faults=(
            Fault("unknown_user", r"Invalid user deploy from", do=(f"{_SSH} deploy@127.0.0.1 true",)),
            Fault(
                "wrong_key",
                r"Connection (closed|reset) by authenticating user",
                do=(
                    "ssh-keygen -q -t ed25519 -N '' -f other_key",
                    f"{_SSH.replace('user_key', 'other_key')} @user@@127.0.0.1 true",
                ),
            ),
            Fault(
                "bad_modes",
                r"Authentication refused: bad ownership or modes",
                do=("chmod 777 keys", f"{_SSH} @user@@127.0.0.1 true"),
            ),
            Fault(
                "not_listed",
                r"not allowed because not listed in AllowUsers",
                edits=_config("UseDNS no", "UseDNS no\nAllowUsers @user@"),
                do=(f"{_SSH} @other@@127.0.0.1 true",),
            ),
            Fault(
                "bad_banner",
                r"(banner exchange|kex_exchange_identification|Bad protocol version)",
                do=(step("send", b"GET / HTTP/1.0\r\n\r\n"),),
            ),
            Fault(
                "too_many_startups",
                r"drop connection #|beginning MaxStartups throttling",
                do=(step("hold", 6), step("pause", 1.0)),
            ),
            Fault(
                "no_common_key_exchange",
                r"Unable to negotiate with .* no matching key exchange method",
                do=(f"{_SSH} -o KexAlgorithms=diffie-hellman-group1-sha1 @user@@127.0.0.1 true",),
            ),
            Fault(
                "port_in_use",
                r"Bind to port \d+ on .* failed: Address already in use",
                before=(step("occupy"),),
                starts=False,
            ),
            Fault(
                "bad_option",
                r"Bad configuration option: UsePam2",
                edits=_config("UsePAM no", "UsePam2 no"),
                starts=False,
            ),
            Fault(
                "key_permissions",
                r"Permissions \d+ for .* are too open",
                before=("chmod 644 host_key",),
                starts=False,
            ),
            Fault(
                "no_host_key", r"Unable to load host key", before=("rm host_key host_key.pub",), starts=False
            ),
        ),
    ),
)
