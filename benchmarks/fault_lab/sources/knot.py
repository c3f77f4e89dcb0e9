"""Knot DNS, authoritative for one zone."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """server:
  listen: 127.0.0.1@@port@
  rundir: @dir@/run
  user: root
log:
  - target: stdout
    any: info
database:
  storage: @dir@/db
template:
  - id: default
    storage: @dir@/zones
remote:
  - id: primary
    address: 127.0.0.1@@dead@
zone:
  - domain: shop.example
    file: shop.zone
"""
_ZONE = """$TTL 300
@ IN SOA ns.shop.example. hostmaster.shop.example. 2026112901 3600 600 86400 300
@ IN NS ns.shop.example.
ns IN A 127.0.0.1
orders IN A 127.0.0.2
"""
_DIG = "dig +tries=1 +time=2 @127.0.0.1 -p @port@"

_config = partial(edit, "knot.conf")

SOURCES = (
    Server(
        name="knot",
        packages=Packages(("knotd", "dig"), apt=("knot", "bind9-dnsutils")),
        version="knotd -V",
        files={"knot.conf": _CONFIG, "zones/shop.zone": _ZONE},
        prepare=("mkdir -p run db",),
        start="knotd -c @dir@/knot.conf",
        ready=f"{_DIG} orders.shop.example | grep -q NOERROR",
        workload=(f"{_DIG} orders.shop.example", f"{_DIG} billing.shop.example"),
        faults=(
            Fault("port_in_use", r"cannot bind address", before=(step("occupy"),), starts=False),
            Fault("config_bad", r"invalid item", edits=_config("    file:", "    fil:"), starts=False),
            Fault(
                "zone_missing",
                r"failed to parse zone file|not exists",
                before=("rm zones/shop.zone",),
                starts=False,
            ),
            Fault(
                "zone_syntax",
                r"line 5",
                edits=edit("zones/shop.zone", "orders IN A 127.0.0.2", "orders IN A 127.0.0"),
                starts=False,
            ),
            Fault(
                "primary_refused",
                r"remote primary, address .* failed",
                edits=_config(
                    "    file: shop.zone",
                    "    file: shop.zone\n  - domain: billing.example\n    master: primary",
                ),
                do=(step("pause", 2.0),),
            ),
            Fault(
                "database_not_a_folder", r"not a directory", before=("rmdir db; echo x > db",), starts=False
            ),
            Fault(
                "unknown_user",
                r"invalid user name",
                edits=_config("user: root", "user: dnsorders"),
                starts=False,
            ),
        ),
    ),
)
