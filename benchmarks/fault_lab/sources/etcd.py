"""etcd, a single member with a small quota."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CTL = "ETCDCTL_API=3 etcdctl --endpoints http://127.0.0.1:@port@"
_YAML = """name: orders0
data-dir: @dir@/data
listen-client-urls: http://127.0.0.1:@port@
advertise-client-urls: http://127.0.0.1:@port@
listen-peer-urls: http://127.0.0.1:@port1@
initial-advertise-peer-urls: http://127.0.0.1:@port1@
initial-cluster: orders0=http://127.0.0.1:@port1@
quota-backend-bytes: 8000000
max-request-bytes: 100000
logger: zap
log-level: info
"""

_config = partial(edit, "etcd.yml")

SOURCES = (
    Server(
        name="etcd",
        packages=Packages(("etcd", "etcdctl"), apt=("etcd-server", "etcd-client")),
        version="etcd --version | head -1",
        files={"etcd.yml": _YAML},
        start="etcd --config-file etcd.yml",
        ready=f"{_CTL} endpoint health",
        workload=(f"{_CTL} put orders/@id@ new", f"{_CTL} get orders/@id@"),
        faults=(
            Fault("port_in_use", r"bind: address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"(?i)(error unmarshaling|failed to verify|cannot unmarshal|error verifying)",
                edits=_config("quota-backend-bytes: 8000000", "quota-backend-bytes: eight"),
                starts=False,
            ),
            Fault(
                "name_mismatch",
                r"(?i)couldn't find local name|failed to.*initial",
                edits=_config("name: orders0\n", "name: orders1\n"),
                starts=False,
            ),
            Fault(
                "data_not_writable",
                r"(?i)(permission denied|not a directory|cannot access data directory)",
                before=("echo x > data",),
                starts=False,
            ),
            Fault(
                "data_damaged",
                r'"level":"panic".*failed to open database',
                before=(
                    "mkdir -p data/member/snap data/member/wal && chmod -R 700 data && head -c 4096 /dev/urandom > data/member/snap/db",
                ),
                starts=False,
            ),
            Fault(
                "peer_refused",
                r"(?i)(connection refused)",
                edits=_config(
                    "initial-cluster: orders0=http://127.0.0.1:@port1@",
                    "initial-cluster: orders0=http://127.0.0.1:@port1@,orders1=http://127.0.0.1:@port2@",
                ),
                starts=False,
            ),
            Fault(
                "tls_missing",
                r"(?i)no such file or directory",
                edits={
                    "etcd.yml": (
                        ("listen-client-urls: http:", "listen-client-urls: https:"),
                        (
                            "logger: zap",
                            "client-transport-security:\n  cert-file: @dir@/shop.pem\n  key-file: @dir@/shop.key\nlogger: zap",
                        ),
                    )
                },
                starts=False,
            ),
            Fault(
                "disk_full",
                r"(?i)no space left on device",
                before=(step("small_disk", "data", "70m"),),
                do=(
                    f"head -c 90000 /dev/zero | tr '\\0' x > big; for n in $(seq 90); do {_CTL} put orders/$n < big; done",
                ),
                starts=False,
            ),
        ),
    ),
)
