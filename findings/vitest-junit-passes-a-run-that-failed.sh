#!/bin/sh
# vitest 4.1.12: its JUnit file says that all is well of a run that failed for a rejection that nobody awaited.
#
# Seen, of one test that passes and leaves Promise.reject(new Error("ledger has no leader")) behind: vitest ends with status 1,
# and the file is
#   <testsuites name="vitest tests" tests="1" failures="0" errors="0" …>
# With --reporter=junit alone all that it prints is "JUNIT report written to …": why it failed stands nowhere.  The default
# reporter prints "Unhandled Rejection" and the error.  And of an AggregateError it writes the errors within, one <failure> each, and not
# its own message: "2 shards failed" stands nowhere.
# Needs npm and node 20 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"type": "module"}' > package.json
npm install --silent --no-audit --no-fund vitest@4.1.12 > /dev/null 2>&1
cat > orders.test.js << 'T'
import { test } from "vitest";
test("books", () => { Promise.reject(new Error("ledger has no leader")); });
T
cat > shards.test.js << 'T'
import { test } from "vitest";
test("shards", () => { throw new AggregateError([new Error("shard 3 is away")], "2 shards failed"); });
T
status=0
npx vitest run orders.test.js --reporter=junit --outputFile=orders.xml > said 2>&1 || status=$?
npx vitest run shards.test.js --reporter=junit --outputFile=shards.xml > /dev/null 2>&1 || true
echo "status $status"; cat orders.xml shards.xml
npx vitest run orders.test.js > default 2>&1 || true
[ $status = 1 ] || { echo "changed: it ends with $status"; exit 1; }
grep -q "ledger has no leader" default
grep -q "ledger has no leader" said && { echo "changed: it prints the error"; exit 1; }
grep -q '<testsuites name="vitest tests" tests="1" failures="0" errors="0"' orders.xml || { echo "changed: it counts"; exit 1; }
grep -q "ledger has no leader" orders.xml && { echo "changed: the error is in the file"; exit 1; }
grep -q "shard 3 is away" shards.xml
grep -q "2 shards failed" shards.xml && { echo "changed: the message of an AggregateError is there"; exit 1; }
echo "as stated"
