#!/bin/sh
# Robot Framework 7.5: a suite whose library or resource file cannot be loaded passes, with status 0, where no test calls it by name.
#
# Seen, of a suite with `Library  Ledger` (no such module) and `Resource  gone.resource`, and one test:
#   [ ERROR ] Error in file '…' on line 2: Importing library 'Ledger' failed: ModuleNotFoundError: No module named 'Ledger'
#   [ ERROR ] Error in file '…' on line 3: Resource file 'gone.resource' does not exist.
#   Charge    | PASS |    1 test, 1 passed, 0 failed                     status 0
#   --xunit:  <testsuite … tests="1" errors="0" failures="0" skipped="0" …>
# A listener or a variable file is told the same way, and a library that watches, cleans up or reports (and has no keyword that a test
# calls) is then simply not there.  With --exitonerror it ends with 1.  Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site robotframework==7.5 2> /dev/null
export PYTHONPATH=site
cat > orders.robot << 'R'
*** Settings ***
Library     Ledger
Resource    gone.resource
Variables   gone.py
*** Test Cases ***
Charge
    No Operation
R
run() {
    code=0
    python3 -m robot "$@" --xunit xunit.xml --listener Gone orders.robot > out 2>&1 || code=$?
    grep -E '^\[ ERROR|^Charge|^1 test' out | cut -c1-150
    echo "status $code, $(grep -o 'tests="1" errors="[0-9]*" failures="[0-9]*"' xunit.xml)"
}
run
[ "$code" = 0 ]
[ "$(grep -c '^\[ ERROR' out)" = 4 ]
grep -q 'tests="1" errors="0" failures="0"' xunit.xml
run --exitonerror
[ "$code" = 1 ]
echo "as stated"
