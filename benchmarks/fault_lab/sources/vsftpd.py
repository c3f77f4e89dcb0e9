"""Vsftpd for anonymous reading."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """listen=YES
listen_address=127.0.0.1
listen_port=@port@
anonymous_enable=YES
local_enable=NO
no_anon_password=YES
anon_root=@dir@/files
secure_chroot_dir=@dir@/empty
ftp_username=@user@
nopriv_user=@other@
run_as_launching_user=NO
xferlog_enable=YES
dual_log_enable=YES
log_ftp_protocol=YES
vsftpd_log_file=@dir@/vsftpd.log
xferlog_file=@dir@/xfer.log
background=NO
max_clients=2
idle_session_timeout=2
seccomp_sandbox=NO
"""
_FTP = "curl -s -S -m 6 ftp://anonymous:x@127.0.0.1:@port@/"

_config = partial(edit, "vsftpd.conf")

SOURCES = (
    Server(
        name="vsftpd",
        packages=Packages(
            ("/opt/vsftpd/usr/sbin/vsftpd", "curl"), apt=("curl",), apart=("vsftpd",), folder="vsftpd"
        ),
        version="/opt/vsftpd/usr/sbin/vsftpd -v 0>&1",
        files={"vsftpd.conf": _CONFIG, "files/a.txt": "shop\n"},
        prepare=("mkdir -p empty /srv/@user@ && chmod 755 . files empty && chmod 644 vsftpd.conf",),
        start="/opt/vsftpd/usr/sbin/vsftpd @dir@/vsftpd.conf 0>&1",
        ready=_FTP,
        workload=(_FTP, _FTP + "a.txt"),
        log="vsftpd.log",
        faults=(
            Fault("wrong_login", r"(?i)(FAIL LOGIN|530)", do=(_FTP.replace("anonymous:x", "@other@:lost"),)),
            Fault("file_missing", r"(?i)(FAIL DOWNLOAD|550|Failed to open)", do=(_FTP + "other.txt",)),
            Fault(
                "write_refused",
                r"(?i)(550|denied)",
                do=("curl -s -S -m 6 -T vsftpd.conf ftp://anonymous:x@127.0.0.1:@port@/b.txt",),
            ),
            Fault("too_many_clients", r"(?i)(421|too many|max)", do=(step("hold", 3), step("pause", 1.0))),
            Fault(
                "idle",
                r"(?i)(421|timeout)",
                do=(step("hold", 1, "port", b"USER anonymous\r\nPASS x\r\n"), step("pause", 4.0)),
            ),
            Fault("port_in_use", r"(?i)could not bind", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_option",
                r"(?i)unrecognised variable",
                edits=_config("max_clients", "max_client"),
                starts=False,
            ),
            Fault(
                "bad_value",
                r"(?i)bad bool",
                edits=_config("local_enable=NO", "local_enable=MAYBE"),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)500 OOPS",
                edits=_config("ftp_username=@user@", "ftp_username=billing"),
                do=(_FTP,),
                starts=False,
            ),
        ),
    ),
)
