"""PowerDNS Recursor that forwards to one peer."""

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """local-address=127.0.0.1
local-port=@port@
socket-dir=@dir@
daemon=no
setuid=root
setgid=root
disable-syslog=yes
log-timestamp=yes
loglevel=6
dnssec=off
forward-zones=shop.example=127.0.0.1:@port1@
auth-zones=local.example=@dir@/local.zone
quiet=no
"""
_ZONE = """$TTL 300
local.example. IN SOA ns.local.example. h.local.example. 1 3600 600 86400 300
local.example. IN NS ns.local.example.
orders.local.example. IN A 127.0.0.2
"""
_DIG = "dig +tries=1 +time=4 @127.0.0.1 -p @port@"

_config = partial(edit, "recursor.conf")

SOURCES = (
    Server(
        name="pdns-recursor",
        packages=Packages(("pdns_recursor", "dig"), apt=("pdns-recursor", "bind9-dnsutils")),
        version="pdns_recursor --version 2>&1 | head -1",
        files={"recursor.conf": _CONFIG, "local.zone": _ZONE},
        start="pdns_recursor --config-dir=@dir@",
        ready=f"{_DIG} orders.local.example | grep -q NOERROR",
        workload=(f"{_DIG} orders.local.example",),
        faults=(
            Fault(
                "forward_refused",
                r"qname=\"orders\.shop\.example\".*rcode=\"2\"|rcode=\"2\".*orders\.shop",
                do=(f"{_DIG} orders.shop.example",),
            ),
            Fault("port_in_use", r"Address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "unknown_setting", r"unknown setting", edits=_config("quiet=no", "quiett=no"), starts=False
            ),
            Fault("zone_missing", r"Unable to open file", before=("rm local.zone",), starts=False),
            Fault(
                "zone_syntax",
                r"Error parsing record",
                edits=edit("local.zone", "A 127.0.0.2", "A orders"),
                starts=False,
            ),
            Fault(
                "bad_address",
                r"Unable to convert presentation",
                edits=_config("local-address=127.0.0.1", "local-address=127.0.0.1.9"),
                starts=False,
            ),
            Fault(
                "lua_broken",
                r"Failed to load Lua script",
                edits=_config("quiet=no", "quiet=no\nlua-dns-script=@dir@/orders.lua"),
                before=("printf 'function preresolve(dq\\n' > orders.lua",),
                starts=False,
            ),
        ),
    ),
)
