"""Dropbear's SSH server."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_DBCLIENT = "ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -i user_key -p @port@"

_start = partial(edit, "start.sh")
_START = "exec dropbear -F -E -s -r @dir@/host_key -p 127.0.0.1:@port@ -P @dir@/dropbear.pid -I 2\n"

SOURCES = (
    Server(
        name="dropbear",
        packages=Packages(
            ("dropbear", "dropbearkey", "ssh", "ssh-keygen"), apt=("dropbear-bin", "openssh-client")
        ),
        version="dropbear -V 2>&1",
        files={"start.sh": _START},
        prepare=(
            "dropbearkey -t ed25519 -f host_key && ssh-keygen -q -t ed25519 -N '' -C orders -f user_key && mkdir -p /srv/@user@/.ssh && cp user_key.pub /srv/@user@/.ssh/authorized_keys && chown -R @user@: /srv/@user@ && chmod 755 /srv/@user@ && chmod 700 /srv/@user@/.ssh",
        ),
        start="sh start.sh",
        ready=f"{_DBCLIENT} @user@@127.0.0.1 true",
        workload=(f"{_DBCLIENT} @user@@127.0.0.1 uptime",),
        faults=(
            Fault(
                "unknown_user",
                r"Login attempt for nonexistent user",
                do=(f"{_DBCLIENT} billing@127.0.0.1 true",),
            ),
            Fault(
                "bad_modes",
                r"must be owned by user",
                do=("chmod 777 /srv/@user@/.ssh", f"{_DBCLIENT} @user@@127.0.0.1 true"),
            ),
            Fault(
                "no_common_algorithm",
                r"No matching algo",
                do=(
                    f"{_DBCLIENT} -o KexAlgorithms=diffie-hellman-group-exchange-sha256 @user@@127.0.0.1 true",
                ),
            ),
            Fault(
                "not_ssh",
                r"(?i)(failed to get remote version|unexpected|bad remote|identification|ident)",
                do=(step("send", b"SSH-1.5-orders\r\n"), step("pause", 0.5)),
            ),
            Fault("port_in_use", r"Address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "no_host_key",
                r"Failed loading",
                before=("rm host_key",),
                do=(f"{_DBCLIENT} @user@@127.0.0.1 true",),
                starts=False,
            ),
            Fault("bad_option", r"Invalid option", edits=_start("-I 2", "-I 2 -Q"), starts=False),
            Fault(
                "banner_missing",
                r"Error opening banner",
                edits=_start("-I 2", "-I 2 -b @dir@/banner"),
                starts=False,
            ),
        ),
    ),
)
