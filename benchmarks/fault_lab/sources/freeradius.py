"""FreeRADIUS with a few users in a file."""

# ruff: noqa: E501 -- programs and configurations stand as they are written

from functools import partial

from benchmarks.fault_lab.packages import Packages
from benchmarks.fault_lab.source import Fault, Server, edit

_CONFIG = """prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = @dir@
logdir = @dir@
run_dir = @dir@
pidfile = @dir@/radius.pid
max_requests = 1024
log {
  destination = stdout
  auth = yes
}
security {
  max_attributes = 200
  allow_vulnerable_openssl = yes
}
client shop {
  ipaddr = 127.0.0.1
  secret = shopsecret
  require_message_authenticator = no
}
modules {
  pap {
  }
  files {
    usersfile = @dir@/users
  }
}
server orders {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = @port@
  }
  authorize {
    files
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
  }
}
"""
_ASK = 'printf \'User-Name = "orders"\\nUser-Password = "kept"\\n\' | radclient -t 2 -r 1 127.0.0.1:@port@ auth shopsecret'

_config = partial(edit, "radiusd.conf")

SOURCES = (
    Server(
        name="freeradius",
        packages=Packages(("freeradius", "radclient"), apt=("freeradius", "freeradius-utils")),
        version="freeradius -v | head -1",
        files={
            "radiusd.conf": _CONFIG,
            "users": 'orders Cleartext-Password := "kept"\n',
            "dictionary": "$INCLUDE /usr/share/freeradius/dictionary\n",
        },
        start="freeradius -f -l stdout -n radiusd -d @dir@",
        ready=_ASK,
        workload=(_ASK,),
        faults=(
            Fault("wrong_password", r"Login incorrect", do=(_ASK.replace('"kept', '"lost'),)),
            Fault("unknown_user", r"Login incorrect", do=(_ASK.replace('"orders', '"billing'),)),
            Fault(
                "unknown_client",
                r"(?i)unknown client",
                edits=_config("ipaddr = 127.0.0.1\n  secret", "ipaddr = 10.9.9.9\n  secret"),
                starts=False,
            ),
            Fault(
                "port_in_use",
                r"(?i)address already in use|error binding",
                before=(
                    "python3 -c \"import socket,time;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(('127.0.0.1',@port@));time.sleep(20)\" > /dev/null 2>&1 & sleep 0.7",
                ),
                starts=False,
            ),
            Fault(
                "config_syntax",
                r"(?i)radiusd.conf\[\d+\]",
                edits=_config("  pap {\n  }\n", "  pap {\n"),
                starts=False,
            ),
            Fault(
                "module_unknown",
                r"(?i)billing",
                edits=_config("    files\n    pap", "    billing\n    pap"),
                starts=False,
            ),
            Fault(
                "users_missing",
                r"(?i)no such file|users.*(open|read)",
                edits=_config("@dir@/users", "@dir@/lost/users"),
                starts=False,
            ),
            Fault(
                "users_syntax", r"(?i)users\[\d+\]|parse error", edits=edit("users", ":=", "=:"), starts=False
            ),
            Fault(
                "dictionary_missing",
                r"(?i)dictionary.*(no such file|open|read)",
                edits=edit("dictionary", "/usr/share/freeradius/dictionary", "@dir@/lost.dict"),
                starts=False,
            ),
            Fault(
                "client_bad_address",
                r"(?i)(ipaddr|resolve|10\.9)",
                edits=_config("ipaddr = 127.0.0.1\n  secret", "ipaddr = shop-host\n  secret"),
                starts=False,
            ),
        ),
    ),
)
