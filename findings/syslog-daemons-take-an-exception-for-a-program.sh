#!/bin/sh
# A traceback sent to rsyslog 8.2302.0 or syslog-ng 3.38.1 over TCP: its words become hosts and programs, and leave the message.
#
# Only the first line has a header (as a program has it that sends a record of several lines); the others have none, and both
# daemons read one out of their words.  Seen:
#   line                                            rsyslog: host, program, message         syslog-ng: host, program, message
#   Traceback (most recent call last):              Traceback, (most, recent call last):    -, Traceback, (most recent call last):
#   ConnectionError: no leader                      -, ConnectionError, no leader           -, ConnectionError, no leader
#   Caused by: java.lang.IllegalStateException: …   Caused, by, java.lang.…                 -, Caused, by: java.lang.…
#   OOMKilled pod orders-1                          OOMKilled, pod, orders-1                -, OOMKilled, pod orders-1
# What searches messages for ConnectionError finds nothing, what counts by program finds a program of that name, at severity
# notice (none was given), and a new host named Traceback is up.  Neither says a word.
# Needs apt-get, dpkg (Debian 12, amd64), python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
rsyslog= syslogng=
trap 'kill $rsyslog $syslogng 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'rsyslog=8.2302.0*' libestr0 libfastjson4 'syslog-ng-core=3.38.1*' libivykis0 libpcre3 \
  libnet1 libwrap0 > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
libraries="$work/root/usr/lib/x86_64-linux-gnu"
export LD_LIBRARY_PATH="$libraries:$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/syslog-ng"
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
one=$(free) two=$(free)
cat > rsyslog.conf << C
global(workDirectory="$work")
module(load="imtcp")
template(name="told" type="string" string="%hostname%|%programname%|%syslogseverity-text%|%msg%\n")
input(type="imtcp" port="$one" address="127.0.0.1")
action(type="omfile" file="$work/rsyslog.out" template="told")
C
cat > syslog-ng.conf << C
@version: 3.35
options { keep-hostname(yes); flush-lines(1); };
source tcp { network(ip("127.0.0.1") port($two) transport(tcp)); };
destination told { file("$work/syslog-ng.out" template("\$HOST|\$PROGRAM|\$LEVEL|\$MESSAGE\n")); };
log { source(tcp); destination(told); };
C
root/usr/sbin/rsyslogd -n -f rsyslog.conf -i "$work/rsyslog.pid" -M "$libraries/rsyslog" &
rsyslog=$!
root/usr/sbin/syslog-ng -F -f syslog-ng.conf --module-path "$work/root/usr/lib/syslog-ng/3.38" -R persist -p "$work/syslog-ng.pid" \
  -c control --no-caps > syslog-ng.log 2>&1 &
syslogng=$!
sleep 2
cat > send.py << 'P'
import socket, sys

TRACE = """<11>Nov 30 10:15:12 web-01 orders[42]: order job failed
Traceback (most recent call last):
ConnectionError: no leader
Caused by: java.lang.IllegalStateException: closed
OOMKilled pod orders-1
"""
for port in sys.argv[1:]:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as server:
        server.sendall(TRACE.encode())
P
python3 send.py "$one" "$two"
for _ in 1 2 3 4 5 6 7 8 9 10; do grep -q OOM rsyslog.out && grep -q OOM syslog-ng.out && break; sleep 1; done
cat rsyslog.out syslog-ng.out
grep -qx 'web-01|orders|err| order job failed' rsyslog.out
grep -qx 'Traceback|(most|notice| recent call last):' rsyslog.out
grep -qx '[^|]*|ConnectionError|notice| no leader' rsyslog.out
grep -qx 'Caused|by|notice| java.lang.IllegalStateException: closed' rsyslog.out
grep -qx 'OOMKilled|pod|notice| orders-1' rsyslog.out
grep -qx '[^|]*|Traceback|notice|(most recent call last):' syslog-ng.out
grep -qx '[^|]*|ConnectionError|notice|no leader' syslog-ng.out
grep -qx '[^|]*|Caused|notice|by: java.lang.IllegalStateException: closed' syslog-ng.out
grep -qx '[^|]*|OOMKilled|notice|pod orders-1' syslog-ng.out
echo "as stated"
