"""Transmission's daemon."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """{
  "rpc-enabled": true, "rpc-port": @port@, "rpc-bind-address": "127.0.0.1", "rpc-whitelist-enabled": false,
  "bind-address-ipv4": "127.0.0.1", "peer-port": @port1@, "dht-enabled": false, "lpd-enabled": false,
  "utp-enabled": false, "port-forwarding-enabled": false, "blocklist-enabled": false, "blocklist-url": "",
  "download-dir": "@dir@/files", "incomplete-dir-enabled": false, "message-level": 3
}
"""
_REMOTE = "transmission-remote 127.0.0.1:@port@"

_config = partial(edit, "conf/settings.json")

SOURCES = (
    Server(
        name="transmission",
        packages=Packages(
            ("transmission-daemon", "transmission-remote"), apt=("transmission-daemon", "transmission-cli")
        ),
        version="transmission-daemon -V 2>&1",
        files={"conf/settings.json": _CONFIG},
        prepare=(
            "mkdir -p files && head -c 200000 /dev/urandom > orders.bin && transmission-create -o orders.torrent -t http://127.0.0.1:@dead@/announce orders.bin",
        ),
        start="transmission-daemon -f -g @dir@/conf",
        ready=f"{_REMOTE} -si",
        workload=(f"{_REMOTE} -l", step("pause", 1.0)),
        faults=(
            Fault(
                "tracker_refused",
                r"orders\.bin Could not connect to tracker",
                do=(f"{_REMOTE} -a orders.torrent -s", step("pause", 6.0)),
            ),
            Fault("rpc_port_in_use", r"Unable to bind", before=(step("occupy"),), starts=False),
            Fault("peer_port_in_use", r"Couldn't bind port", before=(step("occupy", "port1"),)),
            Fault(
                "disk_full",
                r"No space left",
                before=(step("small_disk", "conf", "12k"),),
                do=(
                    "dd if=/dev/zero of=conf/fill bs=1k count=12; true",
                    f"{_REMOTE} -a orders.torrent",
                    step("pause", 2.0),
                ),
            ),
            Fault(
                "config_not_json",
                r"JSON parse failed",
                edits=_config('"message-level": 3', '"message-level": '),
                starts=False,
            ),
        ),
    ),
)
