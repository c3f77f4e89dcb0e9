"""InspIRCd with a small network."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """<server name="irc.shop.example" description="shop" network="Shop" id="1SH">
<admin name="ops" nick="ops" email="ops@shop.example">
<bind address="127.0.0.1" port="@port@" type="clients">
<connect name="main" allow="*" timeout="2" localmax="3" globalmax="3" resolvehostnames="no" pingfreq="60" hardsendq="8192" softsendq="4096" recvq="4096" maxchans="3" useident="no">
<files motd="@dir@/motd">
<class name="Ops" commands="*"> <type name="Ops" classes="Ops"> <oper name="ops" password="kept" host="*@*" type="Ops">
<pid file="@dir@/irc.pid">
<path configdir="@dir@" datadir="@dir@" logdir="@dir@" runtimedir="@dir@">
<dns server="127.0.0.1" timeout="2"> <module name="cloaking"> <cloak mode="full" key="@id@secretsecretsecretsecretsecretsecretsecret">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="@dir@/irc.log" flush="1">
"""

_config = partial(edit, "inspircd.conf")


def _say(text: str) -> str:
    return f"printf 'NICK @user@\\r\\nUSER o 0 * :o\\r\\n' > login; (cat login; sleep 1; printf '{text}\\r\\n'; sleep 1) | timeout 4 nc 127.0.0.1 @port@"


SOURCES = (
    Server(
        name="inspircd",
        packages=Packages(("inspircd", "nc"), apt=("inspircd", "netcat-openbsd")),
        version="inspircd --version --runasroot",
        files={"inspircd.conf": _CONFIG, "motd": "orders\n"},
        start="inspircd --config=@dir@/inspircd.conf --nofork --runasroot",
        ready="nc -z 127.0.0.1 @port@",
        workload=(_say("PING x"),),
        log="irc.log",
        faults=(
            Fault(
                "rehash_bad",
                r"Invalid character",
                do=(
                    'sed -i \'s/recvq="4096"/recvq="4096/\' inspircd.conf; pkill -HUP inspircd',
                    step("pause", 1.0),
                ),
            ),
            Fault("port_in_use", r"Address already in use", before=(step("occupy"),), starts=False),
            Fault(
                "module_missing",
                r"could not be found",
                edits=_config('<module name="cloaking">', '<module name="billing"> <module name="cloaking">'),
                starts=False,
            ),
            Fault("config_syntax", r"Invalid character", edits=_config('id="1SH">', 'id="1SH'), starts=False),
            Fault(
                "bad_id", r"is not a valid server ID", edits=_config('id="1SH"', 'id="SHOP"'), starts=False
            ),
            Fault(
                "no_admin_class",
                r"has missing class",
                edits=_config('<type name="Ops" classes="Ops">', '<type name="Ops" classes="Opps">'),
                starts=False,
            ),
            Fault("config_missing", r"Cannot open config file", before=("rm inspircd.conf",), starts=False),
        ),
    ),
)
