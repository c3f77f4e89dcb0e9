#!/bin/sh
# vmalert 1.79.5: an alert with an annotation that cannot be filled in never fires; Prometheus 2.42.0 sends it with the error in it.
#
# Seen, of three rules `expr: vector(1)`, one with {{ index $labels.instance 99 }} in its summary, one with it in a label, as each
# of them posts to /api/v2/alerts:
#   Prometheus  Fine, Summary ("summary":"<error expanding template: error executing template …>"), Label (the same in the label)
#   vmalert     Fine, and nothing else; its log: error … failed to create alert: errors(1): key "summary", template …
# Both are documented to take the same rules, and `promtool check rules` finds these good.  So the same file that pages somebody in
# the wrong words pages nobody after the move, and /api/v1/alerts of vmalert does not list it either.
# Needs apt-get, dpkg (Debian 12, amd64), python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
began=""
trap 'kill $began 2> /dev/null || true; wait; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'prometheus=2.42.0*' 'victoria-metrics=1.79.5*' > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
cat > rules.yml << 'Y'
groups:
- name: shop
  interval: 1s
  rules:
  - {alert: Fine, expr: vector(1), annotations: {summary: "value {{ $value }}"}}
  - {alert: Summary, expr: vector(1), annotations: {summary: "{{ index $labels.instance 99 }}"}}
  - {alert: Label, expr: vector(1), labels: {team: "{{ index $labels.instance 99 }}"}}
Y
cat > receive.py << 'P'
import http.server, json, sys


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "a") as kept:
            kept.writelines(json.dumps(alert) + "\n" for alert in json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
P
set -- $(python3 -c 'import socket
free = [socket.socket() for _ in range(5)]
for each in free: each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in free))')
touch by-prometheus by-vmalert
python3 receive.py "$1" by-prometheus & began="$began $!"
python3 receive.py "$2" by-vmalert & began="$began $!"
cat > prometheus.yml << Y
global: {evaluation_interval: 1s}
rule_files: [rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:$1"]}]}]}
Y
root/usr/bin/promtool check rules rules.yml | grep SUCCESS
root/usr/bin/prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$3" \
    --rules.alert.resend-delay=1s > prometheus.log 2>&1 & began="$began $!"
root/usr/bin/victoria-metrics -storageDataPath=metrics -httpListenAddr="127.0.0.1:$4" > metrics.log 2>&1 & began="$began $!"
until python3 -c "import socket; socket.create_connection(('127.0.0.1', $4))" 2> /dev/null; do sleep 0.2; done
root/usr/bin/vmalert -rule=rules.yml -datasource.url="http://127.0.0.1:$4" -notifier.url="http://127.0.0.1:$2" \
    -evaluationInterval=1s -httpListenAddr="127.0.0.1:$5" > vmalert.log 2>&1 & began="$began $!"
for _ in $(seq 60); do
    [ "$(grep -c Fine by-vmalert)" -ge 3 ] && [ "$(grep -c Label by-prometheus)" -ge 1 ] && [ "$(grep -c Summary by-prometheus)" -ge 1 ] && break
    sleep 0.5
done
python3 - << 'P'
import json


def came(file):
    return {alert["labels"]["alertname"]: alert for alert in map(json.loads, open(file))}


prometheus, vmalert = came("by-prometheus"), came("by-vmalert")
print("Prometheus", sorted(prometheus), prometheus["Summary"]["annotations"]["summary"][:60])
print("vmalert   ", sorted(vmalert))
assert sorted(prometheus) == ["Fine", "Label", "Summary"]
assert prometheus["Summary"]["annotations"]["summary"].startswith("<error expanding template")
assert prometheus["Label"]["labels"]["team"].startswith("<error expanding template")
assert sorted(vmalert) == ["Fine"], "changed: vmalert sends them"
log = open("vmalert.log").read()
assert 'rule "Summary": failed to execute: failed to create alert' in log
assert 'rule "Label": failed to execute: failed to expand labels' in log
P
echo "as stated"
