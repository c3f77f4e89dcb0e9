#!/bin/sh
# mocha 12.0.3: where a hook fails, its xunit reporter counts -1 skipped tests, and it leaves out the cause of every error.
#
# Seen, of one test that throws an error with a cause, and a suite of two tests whose `before` hook throws:
#   <testsuite name="Mocha Tests" tests="1" failures="0" errors="2" skipped="-1" …>
# The two tests behind the hook are in no element.  skipped is tests less failures less passes, and a failed hook counts as a
# failure and as no test; errors="2" of tests="1" comes of the same.  The spec reporter prints "Caused by: Error: ledger has no
# leader" below the first error; the xunit file ends with the frames of the first.
# Needs npm and node 20 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{}' > package.json
npm install --silent --no-audit --no-fund mocha@12.0.3 > /dev/null 2>&1
cat > orders.test.cjs << 'T'
it("books", () => { throw new Error("cannot book order 7", { cause: new Error("ledger has no leader") }); });
describe("refunds", () => {
  before(() => { throw new Error("ledger is sealed"); });
  it("refunds one", () => {});
  it("refunds all", () => {});
});
T
npx mocha orders.test.cjs --reporter xunit > xunit.xml 2> /dev/null || true
npx mocha orders.test.cjs --reporter spec > spec 2>&1 || true
cat xunit.xml
grep -q "Caused by: Error: ledger has no leader" spec
grep -q '<testsuite name="Mocha Tests" tests="1" failures="0" errors="2" skipped="-1"' xunit.xml || { echo "changed: it counts otherwise"; exit 1; }
grep -q "ledger has no leader" xunit.xml && { echo "changed: the cause is there"; exit 1; }
grep -qE "refunds (one|all)\"? *file" xunit.xml && { echo "changed: the tests behind the hook are there"; exit 1; }
echo "as stated"
