"""NSD with one zone of its own."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """server:
  ip-address: 127.0.0.1@@port@
  username: ""
  chroot: ""
  database: ""
  zonesdir: "@dir@"
  zonelistfile: "@dir@/zone.list"
  xfrdfile: "@dir@/xfrd.state"
  xfrdir: "@dir@"
  pidfile: "@dir@/nsd.pid"
  server-count: 1
  verbosity: 2
remote-control:
  control-enable: no
zone:
  name: "shop.example"
  zonefile: "shop.zone"
"""
_ZONE = """$ORIGIN shop.example.
$TTL 300
@ IN SOA ns1 admin @id@ 300 300 300 300
@ IN NS ns1
ns1 IN A 127.0.0.1
orders IN A 127.0.0.2
"""
_DIG = "dig +tries=1 +time=2 @127.0.0.1 -p @port@"

_config = partial(edit, "nsd.conf")
_zone = partial(edit, "shop.zone")

SOURCES = (
    Server(
        name="nsd",
        packages=Packages(("nsd", "dig"), apt=("nsd", "bind9-dnsutils")),
        version="nsd -v 2>&1 | head -1",
        files={"nsd.conf": _CONFIG, "shop.zone": _ZONE},
        start="nsd -d -c @dir@/nsd.conf",
        ready=f"{_DIG} orders.shop.example | grep -q NOERROR",
        workload=(f"{_DIG} orders.shop.example", f"{_DIG} ns1.shop.example"),
        faults=(
            Fault("port_in_use", r"(?i)address already in use", before=(step("occupy"),), starts=False),
            Fault("config_bad", r"(?i)error", edits=_config("server-count", "server-counts"), starts=False),
            Fault(
                "zone_missing",
                r"(?i)shop.zone.*(no such file|cannot|could not)|file .*shop.zone.* does not exist",
                edits=_config('"shop.zone"', '"lost/shop.zone"'),
                starts=False,
            ),
            Fault(
                "zone_syntax",
                r"(?i)shop.zone:\d+: ",
                edits=_zone("IN A 127.0.0.2", "IN A orders"),
                starts=False,
            ),
            Fault(
                "zone_no_origin",
                r"(?i)out of zone|outside",
                edits=_zone("$ORIGIN shop.example.", "$ORIGIN billing.example."),
                starts=False,
            ),
            Fault(
                "unknown_user",
                r"(?i)user.*(unknown|not found|does not exist|cannot|failed)|no such user",
                edits=_config('username: ""', 'username: "dnsorders"'),
                starts=False,
            ),
            Fault(
                "key_missing",
                r"(?i)key.*(not|unknown|missing)",
                edits=_config(
                    'zonefile: "shop.zone"', 'zonefile: "shop.zone"\n  provide-xfr: 127.0.0.1 shopkey'
                ),
                starts=False,
            ),
        ),
    ),
)
