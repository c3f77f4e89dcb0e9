#!/bin/sh
# behave 1.3.3 --junit: a run that failed for a hook of all or of a feature has errors="0" failures="0" in its file; behave ends with 1.
#
# Seen, of one scenario and a hook that raises RuntimeError("ledger has no leader"), in environment.py:
#   before_all, before_feature     status 1    <testsuite name="a.orders" tests="1" errors="0" failures="0" skipped="1" …>
#   after_feature, after_all       status 1    <testsuite name="a.orders" tests="1" errors="0" failures="0" skipped="0" …>
#   before_scenario                status 1    <testsuite name="a.orders" tests="1" errors="1" failures="0" …>
# Of the first four "ledger has no leader" stands nowhere in the file: where the environment could not be set up, each scenario is one
# that somebody chose to skip.  Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site behave==1.3.3 2> /dev/null
export PYTHONPATH=site
mkdir -p features/steps
printf 'Feature: orders\n  Scenario: charge\n    Given an order\n' > features/a.feature
printf 'from behave import given\n\n\n@given("an order")\ndef order(context):\n    pass\n' > features/steps/orders.py
run() { # hook, its arguments, counts of the file, whether the error is told in it
    printf 'def %s(%s):\n    raise RuntimeError("ledger has no leader")\n' "$1" "$2" > features/environment.py
    rm -rf reports
    code=0
    python3 -m behave --junit --no-color > out 2>&1 || code=$?
    counts=$(grep -o '<testsuite [^>]*' reports/*.xml | grep -oE '(tests|errors|failures|skipped)="[0-9]+"' | tr '\n' ' ')
    echo "$1: status $code, $counts"
    [ "$code" = 1 ]
    [ "$counts" = "$3 " ]
    grep -q 'ledger has no leader' out
    [ "$(cat reports/*.xml | grep -c 'ledger has no leader')" "$4" 0 ]
}
run before_all context 'tests="1" errors="0" failures="0" skipped="1"' -eq
run before_feature 'context, feature' 'tests="1" errors="0" failures="0" skipped="1"' -eq
run after_feature 'context, feature' 'tests="1" errors="0" failures="0" skipped="0"' -eq
run after_all context 'tests="1" errors="0" failures="0" skipped="0"' -eq
run before_scenario 'context, scenario' 'tests="1" errors="1" failures="0" skipped="0"' -gt
echo "as stated"
