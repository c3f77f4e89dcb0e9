#!/bin/sh
# Alertmanager 0.25.0: an alert that is posted with an end and without a start starts at its end.
#
# The documentation says that a start that is left out is the current time; that holds only where the end is left out,
# too.  Seen, with `amtool alert add … --end` an hour ahead, asked back at once (both times are the same, in an hour):
#   "startsAt":"2026-11-29T21:05:00.000Z" "endsAt":"2026-11-29T21:05:00.000Z" "state":"active"
# What tells how long an alert has fired, or looks for the deployment before it, gets a time that is still to come.
# Needs apt-get, dpkg, unshare as root (the package looks for its template below /usr/share), curl; on loopback.
# Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'prometheus-alertmanager=0.25.0*' > /dev/null 2>&1
dpkg -x prometheus-alertmanager_*.deb root
printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' > am.yml
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
unshare -m sh -c 'mount --bind root/usr/share /usr/share && exec root/usr/bin/prometheus-alertmanager "$@"' sh \
	--config.file=am.yml --storage.path=data --web.listen-address="127.0.0.1:$port" --cluster.listen-address= > am.log 2>&1 &
server=$!
url="http://127.0.0.1:$port"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	curl -sf -m 5 "$url/-/ready" > /dev/null && break
	sleep 1
done
soon=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:00Z)
root/usr/bin/amtool --alertmanager.url="$url" alert add HighErrorRate service=orders --end="$soon"
root/usr/bin/amtool --alertmanager.url="$url" alert add HighLatency service=orders
curl -s -m 5 "$url/api/v2/alerts" > alerts.json
python3 - "$soon" << 'P'
import datetime, json, sys
told = {one["labels"]["alertname"]: one for one in json.load(open("alerts.json"))}
with_end, without = told["HighErrorRate"], told["HighLatency"]
for one in (with_end, without):
    print(one["labels"]["alertname"], one["startsAt"], one["endsAt"], one["status"]["state"])
now = datetime.datetime.now(datetime.timezone.utc).isoformat()
assert with_end["startsAt"] == with_end["endsAt"] > now, "changed: the start is another"
assert with_end["startsAt"][:17] == sys.argv[1][:17]
assert without["startsAt"] < now, "changed: without an end"
print("as stated")
P
