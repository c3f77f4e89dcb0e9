#!/bin/sh
# Monit 5.33.0: of a file that is missing and of one that is gone at last, the mail says the same; only the event differs.
#
# Seen, `Description` and `Action` of four mails, from `if does not exist then alert` and `if exist then alert`:
#   trouble  monit alert --  Does not exist invoices   file doesn't exist   alert
#   its end  monit alert --  Exists invoices           file exists          alert
#   trouble  monit alert --  Does exist lock           file exists          alert
#   its end  monit alert --  Exists not lock           file doesn't exist   alert
# No field says which is which, and `$ACTION` is `alert` also when it is over: a filter for "doesn't exist", or a template
# with $DESCRIPTION and $ACTION but not $EVENT, takes an end for a trouble.  `Exists not` is the good news, `Does not
# exist` the bad.  Needs apt-get, dpkg, python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
sink= monit=
trap 'kill $sink $monit 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'monit=1:5.33.0*' > /dev/null 2>&1
dpkg -x monit_*.deb root
python3 -m venv python
python/bin/pip -q install aiosmtpd==1.4.6 > /dev/null 2>&1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > sink.py << 'P'
import asyncio, email, sys
from aiosmtpd.controller import Controller


class Sink:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content)
        said = dict(line.strip().split(": ", 1) for line in mail.get_payload().splitlines() if ": " in line)
        with open("mails.txt", "a") as out:
            print(mail["Subject"], said["Description"].strip(), said["Action"].strip(), sep=" | ", file=out)
        return "250 OK"


Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
asyncio.new_event_loop().run_forever()
P
python/bin/python sink.py "$port" &
sink=$!
cat > monitrc << M
set daemon 1
set mailserver 127.0.0.1 port $port
set alert ops@example.org but not on { instance }
set mail-format { from: monit@example.org }
set idfile $work/id
set statefile $work/state
check file invoices path $work/invoices.csv
  if does not exist then alert
check file lock path $work/stale.lock
  if exist then alert
M
chmod 700 monitrc
touch invoices.csv
sleep 1
root/usr/bin/monit -I -c monitrc > monit.log 2>&1 &
monit=$!
wait_for() { for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do grep -q "$1" mails.txt 2> /dev/null && return; sleep 1; done; }
sleep 2
rm invoices.csv
touch stale.lock
wait_for 'Does not exist invoices'
wait_for 'Does exist lock'
touch invoices.csv
rm stale.lock
wait_for ' Exists invoices'
wait_for 'Exists not lock'
sort mails.txt
grep -qx "monit alert --  Does not exist invoices | file doesn't exist | alert" mails.txt
grep -qx "monit alert --  Exists not lock | file doesn't exist | alert" mails.txt
grep -qx "monit alert --  Does exist lock | file exists | alert" mails.txt
grep -qx "monit alert --  Exists invoices | file exists | alert" mails.txt
echo "as stated"
