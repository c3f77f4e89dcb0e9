"""Hosts with an address of their own each, on one machine: network namespaces of Linux, joined by a bridge."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

_NET = "10.213.7"
"""Of addresses that no public network has."""


@dataclass(frozen=True)
class Host:
    """A host of the network."""

    name: str
    space: str
    address: str

    @property
    def enter(self) -> list[str]:
        """What a command begins with that is to run there."""
        return ["ip", "netns", "exec", self.space]

    def cut(self) -> None:
        """Take its cable out."""
        _ip("-n", self.space, "link", "set", "eth0", "down")

    def join(self) -> None:
        """Put its cable in again."""
        _ip("-n", self.space, "link", "set", "eth0", "up")


@contextmanager
def network(name: str, hosts: Sequence[str]) -> Iterator[list[Host]]:
    """So many hosts, and this machine as one of them, while the block runs.  `name`: at most eight letters."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        raise SystemExit("hosts need root and iproute2; on Debian: apt-get install iproute2")
    with ExitStack() as ends:
        _ip("link", "add", name, "type", "bridge")
        ends.callback(_ip, "link", "del", name)
        _ip("addr", "add", f"{_NET}.1/24", "dev", name)
        _ip("link", "set", name, "up")
        made = list[Host]()
        for number, one in enumerate(hosts, 11):
            host = Host(one, f"{name}-{one}", f"{_NET}.{number}")
            _ip("netns", "add", host.space)
            ends.callback(_ip, "netns", "del", host.space)
            cable = f"{name}{number}"
            _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", host.space)
            _ip("link", "set", cable, "master", name, "up")
            _ip("-n", host.space, "addr", "add", f"{host.address}/24", "dev", "eth0")
            host.join()
            _ip("-n", host.space, "link", "set", "lo", "up")
            made.append(host)
        yield made


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
