"""What a value of each kind looks like that stands in a slot of `log_templates.yaml`."""

from __future__ import annotations

import base64
import random
import string
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_CHUNK = "bcdfghjklmnpqrstvwxz2456789"
_USERS = [
    "root",
    "admin",
    "guest",
    "test",
    "oracle",
    "postgres",
    "ubuntu",
    "deploy",
    "jenkins",
    "alice",
    "bob",
    "nagios",
    "www-data",
    "git",
    "mysql",
    "x",
]
_PROGRAMS = [
    "nginx",
    "java",
    "python3",
    "checkout",
    "payments",
    "etcd",
    "kubelet",
    "redis-server",
    "node",
    "prometheus",
    "billing-api",
]
_NAMES = [
    "web",
    "db",
    "mesos-slave",
    "ip",
    "worker",
    "kafka",
    "msra-sa",
    "edge-proxy",
    "storage",
    "cp",
    "compute",
    "node",
]
_DOMAINS = [
    "example.com",
    "acme.internal",
    "corp.example.net",
    "cluster.local",
    "cse.uni.edu.hk",
    "fareast.corp.example.org",
    "isp.net.br",
]
_ROOTS = ["var", "mnt", "opt", "srv", "data", "user", "p", "home/alice", "tmp", "g"]
_FOLDERS = [
    "var",
    "lib",
    "data",
    "nova",
    "instances",
    "mnt",
    "hadoop",
    "dfs",
    "current",
    "subdir12",
    "root",
    "opt",
    "app",
    "srv",
    "work",
    "runs",
    "shared",
    "logs",
]
_FILES = [
    "part-00012",
    "data.bin",
    "a.out",
    "snapshot.300000dcd",
    "report.csv",
    "config.json",
    "app.log",
    "image.qcow2",
    "core.1",
]


def _hex(length: int) -> Callable[[random.Random], str]:
    return lambda rng: "".join(rng.choices("0123456789abcdef", k=length))


def _ip(rng: random.Random) -> str:
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))


def _port(rng: random.Random) -> str:
    return str(rng.choice([80, 443, 5432, 6443, 9000, 50010, rng.randrange(1024, 65536)]))


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_NAMES)}-{rng.randrange(1, 400)}"


def _path(rng: random.Random) -> str:
    folders = rng.choices(_FOLDERS, k=rng.randrange(2, 6))
    return "/" + "/".join(
        [
            rng.choice(_ROOTS),
            *folders,
            rng.choice([*_FILES, f"{_hex(8)(rng)}.log", f"run_{rng.randrange(9999)}"]),
        ]
    )


def _url_path(rng: random.Random) -> str:
    kinds = (
        "/api/v1/orders/{}",
        "/v2/{}/servers/detail",
        "/static/{}.js",
        "/users/{}/basket?id={}",
        "/latest/meta-data/{}",
    )
    return rng.choice(kinds).format(*rng.choices([_hex(8)(rng), str(rng.randrange(10**6)), "placement"], k=2))


def _when(rng: random.Random) -> datetime:
    return datetime(2026, 1, 1) + timedelta(seconds=rng.random() * 3e7)


def _number(rng: random.Random) -> str:
    return str(int(10 ** rng.uniform(0, 9.5)))


def _float(rng: random.Random) -> str:
    return f"{rng.uniform(0, 10 ** rng.randrange(1, 5)):.{rng.randrange(1, 5)}f}"


def _duration(rng: random.Random) -> str:
    value = rng.randrange(1, 900)
    return rng.choice(
        [
            f"{value}ms",
            f"{value} ms",
            f"{value}s",
            f"{value / 10}s",
            f"{value % 60}m{value % 50}s",
            f"{value} seconds",
        ]
    )


def _bytes(rng: random.Random) -> str:
    count = int(10 ** rng.uniform(1, 6))
    return f"{count} bytes" if count < 1024 else f"{count} bytes ({count / 1024:.3g} KB)"


def _attempt(rng: random.Random) -> str:
    return (
        f"attempt_{rng.randrange(10**12)}_{rng.randrange(99):04}_{rng.choice('mr')}_{rng.randrange(50):06}_0"
    )


def _ip6(rng: random.Random) -> str:
    groups = [f"{rng.randrange(65536):x}" for _ in range(8)]
    return rng.choice([":".join(groups), f"2001:db8::{groups[0]}:{groups[1]}", f"fe80::{groups[2]}"])


def _several(
    one: Callable[[random.Random], str], separator: str, most: int
) -> Callable[[random.Random], str]:
    return lambda rng: separator.join(one(rng) for _ in range(rng.randrange(1, most)))


def _location(rng: random.Random) -> str:
    node = rng.choice("0123456789abcdef")
    return f"R{rng.randrange(77):02}-M{rng.randrange(2)}-N{node}-C:J{rng.randrange(18):02}-U{rng.choice(['01', '11'])}"


def _block(rng: random.Random) -> str:
    return f"blk_{rng.randrange(-(2**63), 2**63)}"


def _base62(rng: random.Random) -> str:
    """Upper and lower case and digits, at least one of each."""
    alphabets = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    letters = [rng.choice(one) for one in alphabets] + rng.choices("".join(alphabets), k=rng.randrange(5, 22))
    return "".join(rng.sample(letters, len(letters)))


def _letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choices(string.ascii_letters, k=count))


def _drive(rng: random.Random) -> str:
    return "C:\\" + "\\".join([*rng.choices(_FOLDERS, k=rng.randrange(1, 4)), f"{_hex(6)(rng)}.dat"])


def _stamped(rng: random.Random) -> str:
    ending = rng.choice(["txt", "xml", "pcapng"])
    return f"[{_when(rng):%Y-%m-%d_%H,%M,%S}.{rng.randrange(10**6):06}]-trace-{rng.randrange(99):03}.{ending}"


KINDS: dict[str, Callable[[random.Random], str]] = {
    "address": lambda rng: f"{_ip(rng)}:{_port(rng)}",
    "anyhost": lambda rng: rng.choice([_ip(rng), KINDS["fqdn"](rng)]),
    "attempt": _attempt,
    "base36": lambda rng: "".join(rng.choices(_BASE36, k=rng.randrange(10, 26))),
    "base62": _base62,
    "base64": lambda rng: base64.b64encode(rng.randbytes(rng.randrange(18, 50))).decode(),
    "bit": lambda rng: rng.choice("01"),
    "block": _block,
    "blocks": _several(_block, " ", 12),
    "bytes": _bytes,
    "clf": lambda rng: _when(rng).strftime("%d/%b/%Y:%H:%M:%S +0000"),
    "container": lambda rng: (
        f"container_{rng.randrange(10**12)}_{rng.randrange(99):04}_01_{rng.randrange(99):06}"
    ),
    "disk": lambda rng: rng.choice(["sda", "sdb1", "nvme0n1", "nvme1n1p1", "dm-3", "vda"]),
    "drive": _drive,
    "duration": _duration,
    "fans": lambda rng: " ".join(
        rng.choices(["****", *(str(rng.randrange(3000, 4000)) for _ in range(9))], k=6)
    ),
    "float": _float,
    "fqdn": lambda rng: f"{_name(rng)}.{rng.choice(_DOMAINS)}",
    "hash": lambda rng: f"{rng.randrange(2**20, 2**31):x}",
    "hex": lambda rng: f"{rng.randrange(2**20, 2**40):x}",
    "hex0x": lambda rng: f"0x{rng.randrange(16 ** rng.randrange(1, 16)):x}",
    **{f"hex{length}": _hex(length) for length in (8, 16, 32, 40, 64)},
    "int": _number,
    "ints": _several(lambda rng: str(rng.randrange(9)), ",", 5),
    "ip": _ip,
    "ip6": _ip6,
    "ips": _several(_ip, ",", 3),
    "iso": lambda rng: _when(rng).isoformat(timespec="milliseconds") + "Z",
    "job": lambda rng: f"job_{rng.randrange(10**12)}_{rng.randrange(99):04}",
    "jvm": lambda rng: (
        f"jvm_{rng.randrange(10**12)}_{rng.randrange(99):04}_{rng.choice('mr')}_{rng.randrange(99):06}"
    ),
    "lifetime": lambda rng: rng.choice(
        ["<1 sec", f"{rng.randrange(60):02}:{rng.randrange(60):02}", "1:02:33"]
    ),
    "location": _location,
    "mac": lambda rng: ":".join(f"{rng.randrange(256):02X}" for _ in range(12)),
    "name": _name,
    "nic": lambda rng: rng.choice(["eth0", "eth1", "ens192", "enp3s0f1", "wlan0"]),
    "path": _path,
    "pod": lambda rng: f"checkout-{''.join(rng.choices(_CHUNK, k=9))}-{''.join(rng.choices(_CHUNK, k=5))}",
    "port": _port,
    "queue": lambda rng: f"jA9J{_letters(rng, 4)}{rng.randrange(10**6):06}",
    "rack": lambda rng: f"{rng.choice('ABCD')}{rng.randrange(1, 40)}",
    "serial": lambda rng: f"2032315038333430{_hex(20)(rng)}",
    "signed": lambda rng: str(rng.randrange(-999, 999)),
    "size": lambda rng: f"{rng.uniform(0.1, 999):.1f} {rng.choice(['B', 'KB', 'MB', 'GB'])}",
    "small": lambda rng: str(rng.randrange(0, 30)),
    "sqltime": lambda rng: f"{_when(rng):%Y-%m-%d %H:%M:%S}",
    "stamped": _stamped,
    "suffix": lambda rng: "".join(rng.choices(_CHUNK, k=5)),
    "unixdate": lambda rng: f"{_when(rng):%a %b %d %H:%M:%S %Y}",
    "urlpath": _url_path,
    "user": lambda rng: rng.choice([*_USERS, f"user{rng.randrange(99)}"]),
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "version": lambda rng: f"{rng.randrange(9)}.{rng.randrange(90)}.{rng.randrange(9)}",
    "veth": lambda rng: f"veth{_hex(7)(rng)}",
    "walfile": lambda rng: f"pg_wal/xlogtemp.{rng.randrange(99999)}",
}
