#!/bin/sh
# Alertmanager 0.25.0: the line that says why a reload failed has no level where a template is at fault.
#
# Seen, with --log.level=error, after a reload with a template that does not parse (am.yml is valid, the old one stays):
#   ts=… caller=coordinator.go:132 component=configuration msg="one or more config change subscribers failed to apply
#   new config" file=am.yml err="failed to parse templates: template: broken.tmpl:2: unexpected EOF"
# All its other lines have `level=`, that of a wrong am.yml `level=error`: an alert on level=error, or a shipper that
# keeps errors only, never has the first, and notifications go out in the old words.
# Needs apt-get, dpkg, unshare as root (the package looks for its template below /usr/share), curl; on loopback.
# Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'prometheus-alertmanager=0.25.0*' > /dev/null 2>&1
dpkg -x prometheus-alertmanager_*.deb root
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '{{ define "a" }}{{ end }}\n' > broken.tmpl
printf 'templates: [broken.tmpl]\nroute: {receiver: none}\nreceivers: [{name: none}]\n' > am.yml
unshare -m sh -c 'mount --bind root/usr/share /usr/share && exec root/usr/bin/prometheus-alertmanager "$@"' sh \
	--config.file=am.yml --storage.path=data --web.listen-address="127.0.0.1:$port" --cluster.listen-address= \
	--log.level=error > am.log 2>&1 &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	curl -sf -m 5 "http://127.0.0.1:$port/-/ready" > /dev/null && break
	sleep 1
done
reload() { curl -s -m 5 -X POST "http://127.0.0.1:$port/-/reload"; }
printf '{{ define "a" }}\n' > broken.tmpl
reload
printf 'route: {receiver: nobody}\nreceivers: [{name: none}]\n' > am.yml
reload
cat am.log
grep 'subscribers failed to apply new config.*err=.*broken.tmpl' am.log > template.log
if grep -q 'level=' template.log; then echo "changed: it has a level"; exit 1; fi
grep -q 'level=error.*Loading configuration file failed' am.log
echo "as stated"
