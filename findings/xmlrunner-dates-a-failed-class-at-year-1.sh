#!/bin/sh
# unittest-xml-reporting 4.0.0: a class whose setUpClass fails is reported at 0001-01-01T00:00:00, without one of its tests.
#
# Seen, of a class Orders with two tests whose setUpClass raises:
#   <testsuite name="unittest.suite._ErrorHolder-…" tests="1" … timestamp="0001-01-01T00:00:00" failures="0" errors="1" …>
#     <testcase classname="" name="setUpClass (__main__.Orders)" time="0.000" timestamp="0001-01-01T00:00:00" …>
# The file of the suite is not named after the class, and neither test is in any file; whoever sorts or ages runs by this time,
# has it before all others, or drops it as old.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site unittest-xml-reporting==4.0.0 2> /dev/null
cat > orders.py << 'P'
import unittest

import xmlrunner


class Orders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("ledger is sealed")

    def test_book(self): ...
    def test_cancel(self): ...


unittest.main(testRunner=xmlrunner.XMLTestRunner(output="reports"))
P
PYTHONPATH=site python3 orders.py > /dev/null 2>&1 || true
cat reports/*.xml
[ "$(ls reports | wc -l)" = 1 ]
grep -q '<testsuite name="unittest.suite._ErrorHolder-.*tests="1".*timestamp="0001-01-01T00:00:00".*errors="1"' reports/*.xml || { echo "changed: it has a time"; exit 1; }
grep -q 'name="setUpClass (__main__.Orders)".*timestamp="0001-01-01T00:00:00"' reports/*.xml
grep -qE "test_(book|cancel)" reports/*.xml && { echo "changed: its tests are there"; exit 1; }
echo "as stated"
