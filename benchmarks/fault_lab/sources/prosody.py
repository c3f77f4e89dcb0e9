"""Prosody with one host, unencrypted on loopback."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """run_as_root = true
daemonize = false
pidfile = "@dir@/prosody.pid"
data_path = "@dir@/data"
certificates = "@dir@/certs"
plugin_paths = { "@dir@/modules" }
interfaces = { "127.0.0.1" }
c2s_ports = { @port@ }
s2s_ports = { @port1@ }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
modules_enabled = { "saslauth", "roster", "disco", "ping" }
modules_disabled = { "s2s", "tls" }
log = { { levels = { min = "info" }, to = "console", timestamps = true } }
VirtualHost "shop.example"
"""
_HELLO = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>"
_START = "exec prosody --config @dir@/prosody.cfg.lua\n"

_config = partial(edit, "prosody.cfg.lua")


def _login(password: str) -> bytes:
    """A stream that authenticates as orders: `AG9yZGVycwBrZXB0` is the name and `kept`."""
    return (
        _HELLO % b"shop.example"
        + (f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{password}</auth>").encode()
    )


SOURCES = (
    Server(
        name="prosody",
        packages=Packages(("prosody", "nc"), apt=("prosody", "netcat-openbsd")),
        version="prosodyctl about 2>&1 | grep -i '^prosody'",
        files={
            "prosody.cfg.lua": _CONFIG,
            "modules/mod_orders.lua": 'module:log("info", "orders are watched");\n',
            "data/shop%2eexample/accounts/orders.dat": 'return { ["password"] = "kept"; };\n',
            "start.sh": _START,
        },
        prepare=("mkdir certs",),
        start="sh start.sh",
        ready="nc -z 127.0.0.1 @port@",
        workload=(step("send", _login("AG9yZGVycwBrZXB0"), "port", 1.0),),
        faults=(
            Fault(
                "port_in_use", r"(?i)address already in use|in use", before=(step("occupy"),), starts=False
            ),
            Fault(
                "config_syntax",
                r"(?i)prosody.cfg.lua.*(expected|near|error)",
                edits=_config("modules_disabled = {", "modules_disabled = {{"),
                starts=False,
            ),
            Fault(
                "module_missing",
                r"(?i)mod_billing.*(not|unable|error)|unable to load module 'billing'",
                edits=_config('"ping" }', '"ping", "billing" }'),
                starts=False,
            ),
            Fault(
                "module_broken",
                r"(?i)mod_broken.*(attempt|nil)|attempt to",
                edits=_config('"ping" }', '"ping", "broken" }'),
                before=(
                    "printf 'local orders = nil;\\nmodule:log(\"info\", orders.name);\\n' > modules/mod_broken.lua",
                ),
                starts=False,
            ),
            Fault(
                "storage_missing",
                r"(?i)storage.*(billing|not|unable)",
                edits=_config("authentication =", 'storage = "billingsql"\nauthentication ='),
                do=(step("send", _login("AG9yZGVycwBrZXB0"), "port", 2.0),),
            ),
            Fault(
                "config_missing",
                r"(?i)(no such file|find.*config|open)",
                edits=edit("start.sh", "prosody.cfg.lua", "billing.cfg.lua"),
                starts=False,
            ),
        ),
    ),
)
