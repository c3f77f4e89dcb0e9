#!/bin/sh
# journalctl 252 -o json: a message of more than 4,096 bytes is null, one with a colour in it is a list of numbers.
#
# Seen, of five messages of one unit:
#   ledger has no leader                                 "MESSAGE":"ledger has no leader"
#   a traceback of 4,900 bytes                           "MESSAGE":null
#   \033[31mledger has no leader\033[0m                  "MESSAGE":[27,91,51,49,109,108,101,…]
#   a byte of Latin-1 in it                              "MESSAGE":[…]
#   two lines                                            "MESSAGE":"request failed\nledger has no leader"
# journalctl without -o shows all but the byte of Latin-1 as text ("[25B blob data]"); with --all the traceback is there.  So of what a
# shipper or `jq -r .MESSAGE` reads, the longest tracebacks are nothing at all, and a program that colours its errors has errors that no
# search for a word finds.
# Needs root, apt-get, dpkg (Debian 12, amd64), python3; the journal is made here.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download "systemd=252.*" "systemd-journal-remote=252.*" "libsystemd-shared=252.*" > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu/systemd"
cat > entries.py << 'P'
import struct, sys

TRACE = 'Traceback (most recent call last):\n' + '  File "/srv/orders.py", line 7, in renew\n' * 120 + "ConnectionError: ledger has no leader"
MESSAGES = [
    "ledger has no leader",
    TRACE,
    "\033[31mledger has no leader\033[0m",
    b"l\xe9dger has no leader",
    "request failed\nledger has no leader",
]
for number, message in enumerate(MESSAGES):
    raw = message if isinstance(message, bytes) else message.encode()
    fields = f"__REALTIME_TIMESTAMP={1_796_000_000_000_000 + number}\n__MONOTONIC_TIMESTAMP={number + 1}\n_BOOT_ID={'a' * 32}\n"
    sys.stdout.buffer.write(fields.encode() + b"_SYSTEMD_UNIT=orders.service\nSYSLOG_IDENTIFIER=orders\nPRIORITY=3\n")
    sys.stdout.buffer.write(b"MESSAGE\n" + struct.pack("<Q", len(raw)) + raw + b"\n\n")
P
python3 entries.py > entries
root/lib/systemd/systemd-journal-remote -o orders.journal entries 2> /dev/null
root/bin/journalctl --version | head -1
root/bin/journalctl --file orders.journal -o json > plain.json
root/bin/journalctl --file orders.journal -o json --all > all.json
root/bin/journalctl --file orders.journal > text
cat > ask.py << 'P'
import json


def messages(file):
    return [json.loads(line)["MESSAGE"] for line in open(file)]


plain, whole = messages("plain.json"), messages("all.json")
for message in plain:
    print(json.dumps(message)[:80])
assert plain[0] == "ledger has no leader" and plain[4] == "request failed\nledger has no leader"
assert plain[1] is None, "changed: the long message is there"
assert plain[2][:3] == [27, 91, 51] and type(plain[3]) is list, "changed: what is no plain text is a text"
assert whole[1].endswith("ConnectionError: ledger has no leader")
text = open("text").read()
assert text.count("ledger has no leader") == 4 and "B blob data]" in text
print("as stated")
P
python3 ask.py
