#!/bin/sh
# Alertmanager 0.25.0: with `max_alerts` a webhook says "resolved" for a group in which an alert fires.
#
# The alerts beyond `max_alerts` are cut off first; status, common labels and common annotations are then computed over the
# rest (notify/webhook/webhook.go: truncateAlerts, then GetTemplateData).  Alerts are sorted by job, instance and labels,
# not by what fires.  Seen, of two alerts of one group of which the second still fires, with `max_alerts: 1`:
#   "status":"resolved", "truncatedAlerts":1, "commonLabels" with the job of the one alert that was sent
# Who closes an incident on "resolved" closes one that goes on; only truncatedAlerts tells.
# Needs apt-get, dpkg, unshare as root (the package looks for its template below /usr/share), python3, curl; on loopback.
# Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
pids=
trap 'kill $pids 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'prometheus-alertmanager=0.25.0*' > /dev/null 2>&1
dpkg -x prometheus-alertmanager_*.deb root
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free)
hook=$(free)
cat > am.yml << Y
route: {receiver: hook, group_by: [], group_wait: 0s, group_interval: 2s}
receivers:
- name: hook
  webhook_configs: [{url: "http://127.0.0.1:$hook/", max_alerts: 1}]
Y
cat > hook.py << 'P'
import http.server, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with open("sent.jsonl", "ab") as file:
            file.write(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
P
: > sent.jsonl
python3 hook.py "$hook" &
pids=$!
unshare -m sh -c 'mount --bind root/usr/share /usr/share && exec root/usr/bin/prometheus-alertmanager "$@"' sh \
	--config.file=am.yml --storage.path=data --web.listen-address="127.0.0.1:$port" --cluster.listen-address= > am.log 2>&1 &
pids="$pids $!"
url="http://127.0.0.1:$port"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	curl -sf -m 5 "$url/-/ready" > /dev/null && break
	sleep 1
done
at() { date -u -d "$1" +%Y-%m-%dT%H:%M:%SZ; }
alert() { printf '{"labels":{"alertname":"Slow","job":"%s"},"startsAt":"%s","endsAt":"%s"}' "$1" "$(at '-1 minute')" "$2"; }
post() { curl -sf -m 5 -H 'Content-Type: application/json' -d "[$1,$2]" "$url/api/v2/alerts"; }
post "$(alert a "$(at '+1 hour')")" "$(alert b "$(at '+1 hour')")"
sleep 4
post "$(alert a "$(at '-1 second')")" "$(alert b "$(at '+1 hour')")"
sleep 5
curl -s -m 5 "$url/api/v2/alerts" > firing.json
python3 - << 'P'
import json
last = [json.loads(line) for line in open("sent.jsonl")][-1]
firing = [one["labels"]["job"] for one in json.load(open("firing.json"))]
print("sent:", {key: last[key] for key in ("status", "truncatedAlerts", "commonLabels")})
print("still firing:", firing)
assert "b" in firing, "the second alert does not fire"
assert last["status"] == "resolved" and last["truncatedAlerts"] == 1, "changed: the status is another"
assert last["commonLabels"].get("job") == "a", "changed: the common labels are those of all"
print("as stated")
P
