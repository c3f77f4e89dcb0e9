"""The registry of Docker's distribution."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """version: 0.1
log:
  level: info
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: @dir@/images
http:
  addr: 127.0.0.1:@port@
"""
_GET = "curl -s -m 5 http://127.0.0.1:@port@"

_config = partial(edit, "config.yml")

SOURCES = (
    Server(
        name="docker-registry",
        packages=Packages(("docker-registry", "curl"), apt=("docker-registry", "curl")),
        version="docker-registry --version",
        files={"config.yml": _CONFIG},
        prepare=("mkdir images",),
        start="docker-registry serve config.yml",
        ready=f"{_GET}/v2/",
        workload=(f"{_GET}/v2/", f"{_GET}/v2/_catalog"),
        faults=(
            Fault(
                "manifest_unknown", r"(?i)manifest unknown", do=(f"{_GET}/v2/shop/orders/manifests/r@small@",)
            ),
            Fault(
                "blob_unknown", r"(?i)blob unknown", do=(f"{_GET}/v2/shop/orders/blobs/sha256:{'a' * 64}",)
            ),
            Fault(
                "digest_invalid",
                r"digest (does|did|invalid)|digest_invalid",
                do=(
                    "up=$(curl -s -i -X POST http://127.0.0.1:@port@/v2/shop/orders/blobs/uploads/ | grep -i ^location | tr -d '\\r' | cut -d' ' -f2); "
                    + f'curl -s -X PUT --data order@id@ "$up&digest=sha256:{"b" * 64}"',
                ),
            ),
            Fault(
                "manifest_invalid",
                r"(?i)manifest (invalid|blob)|invalid",
                do=(
                    "curl -s -X PUT -H 'Content-Type: application/vnd.docker.distribution.manifest.v2+json' --data '{\"schema\": 2' http://127.0.0.1:@port@/v2/shop/orders/manifests/r1",
                ),
            ),
            Fault(
                "disk_full",
                r"(?i)no space left",
                before=(
                    step("small_disk", "images", "64k"),
                    "dd if=/dev/zero of=images/old bs=1k count=64; true",
                ),
                do=("curl -s -X POST http://127.0.0.1:@port@/v2/shop/orders/blobs/uploads/",),
            ),
            Fault(
                "images_not_a_folder",
                r"(?i)not a directory",
                before=("rmdir images; echo x > images",),
                do=("curl -s -X POST http://127.0.0.1:@port@/v2/shop/orders/blobs/uploads/",),
            ),
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_storage",
                r"^panic: StorageDriver not registered",
                edits=_config(
                    "  filesystem:\n    rootdirectory: @dir@/images",
                    "  filesytem:\n    rootdirectory: @dir@/images",
                ),
                starts=False,
            ),
            Fault(
                "config_bad",
                r"error parsing config",
                edits=_config("  level: info", "\tlevel: info"),
                starts=False,
            ),
            Fault(
                "no_secret_redis",
                r"^panic: redis configuration required",
                edits=_config("  filesystem:", "  cache:\n    blobdescriptor: redis\n  filesystem:"),
                starts=False,
            ),
        ),
    ),
)
