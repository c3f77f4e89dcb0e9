"""OpenLDAP's slapd with a small database."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.scene import step
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile @dir@/slapd.pid
sizelimit 3
idletimeout 2
database mdb
maxsize 300000
suffix "dc=shop,dc=example"
rootdn "cn=admin,dc=shop,dc=example"
rootpw kept
directory @dir@/data
"""
_BASE = """dn: dc=shop,dc=example
objectClass: dcObject
objectClass: organization
o: shop
dc: shop

dn: cn=orders,dc=shop,dc=example
objectClass: person
cn: orders
sn: orders
userPassword: kept
"""
_AS = "-x -H ldap://127.0.0.1:@port@ -D cn=admin,dc=shop,dc=example -w kept"

_config = partial(edit, "slapd.conf")

SOURCES = (
    Server(
        name="slapd",
        packages=Packages(("slapd", "ldapsearch"), apt=("slapd", "ldap-utils")),
        version="slapd -VV 2>&1 | head -1",
        files={"slapd.conf": _CONFIG, "base.ldif": _BASE},
        prepare=("mkdir data && slapadd -f slapd.conf -l base.ldif",),
        start="slapd -d stats -f slapd.conf -h ldap://127.0.0.1:@port@",
        ready=f"ldapsearch {_AS} -b dc=shop,dc=example cn=orders",
        workload=(f"ldapsearch {_AS} -b dc=shop,dc=example cn=orders",),
        faults=(
            Fault(
                "wrong_password",
                r"RESULT tag=97 err=49",
                do=(f"ldapsearch {_AS.replace('kept', 'lost')} -b dc=shop,dc=example cn=@user@",),
            ),
            Fault(
                "no_such_base",
                r"SEARCH RESULT tag=101 err=32",
                do=(f"ldapsearch {_AS} -b dc=billing,dc=example cn=orders",),
            ),
            Fault(
                "size_limit",
                r"SEARCH RESULT tag=101 err=4",
                do=(
                    "for n in 1 2 3 4 5; do printf 'dn: cn=p%s,dc=shop,dc=example\\nobjectClass: person\\ncn: p%s\\nsn: p\\n\\n' $n $n; done > more.ldif",
                    f"ldapadd {_AS} -f more.ldif",
                    "ldapsearch -x -H ldap://127.0.0.1:@port@ -b dc=shop,dc=example",
                ),
            ),
            Fault("already_there", r"RESULT tag=105 err=68", do=(f"ldapadd {_AS} -f base.ldif",)),
            Fault(
                "database_full",
                r"(?i)MDB_MAP_FULL|err=80|err=51",
                do=(
                    f"python3 -c \"[print(f'dn: cn=c{{n}},dc=shop,dc=example\\nobjectClass: person\\ncn: c{{n}}\\nsn: s\\ndescription: ' + 'x' * 900 + '\\n') for n in range(600)]\" | ldapadd {_AS}",
                ),
            ),
            Fault(
                "no_access",
                r"RESULT tag=103 err=50",
                do=(
                    "printf 'dn: cn=orders,dc=shop,dc=example\\nchangetype: modify\\nreplace: sn\\nsn: x\\n' | ldapmodify -x -H ldap://127.0.0.1:@port@ -D cn=orders,dc=shop,dc=example -w kept",
                ),
            ),
            Fault(
                "schema_violation",
                r"RESULT tag=105 err=65|err=65|err=17",
                do=(
                    f"printf 'dn: cn=bad@id@,dc=shop,dc=example\\nobjectClass: person\\ncn: bad@id@\\n' | ldapadd {_AS}",
                ),
            ),
            Fault(
                "idle_timeout",
                r"closed \(idletimeout\)",
                do=(
                    step("hold", 1, "port", bytes.fromhex("300c020101600702010304008000")),
                    step("pause", 4.0),
                ),
            ),
            Fault("port_in_use", r"bind\(\d+\) failed errno=98", before=(step("occupy"),), starts=False),
            Fault(
                "config_bad",
                r"unknown directive <rootdns?>|slapd\.conf: line \d+",
                edits=_config("rootdn ", "rootdns "),
                starts=False,
            ),
            Fault(
                "data_missing",
                r"(?i)(invalid path|No such file|cannot access|mdb_db_open)",
                before=("rm -r data",),
                starts=False,
            ),
            Fault(
                "tls_missing",
                r"(?i)TLS init def ctx failed|main: TLS",
                edits=_config(
                    "sizelimit 3",
                    "TLSCertificateFile @dir@/shop.pem\nTLSCertificateKeyFile @dir@/shop.key\nsizelimit 3",
                ),
                starts=False,
            ),
        ),
    ),
)
