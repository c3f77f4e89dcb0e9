#!/bin/sh
# ctest 3.25.1 --output-junit: a test whose program is missing, and one whose fixture failed, are skipped; ctest itself fails for them.
#
# Seen, of three tests: `gone`, whose program is not there, `database`, a fixture that ends with 1, and `orders`, which needs it:
#   ctest        1 - gone (Not Run), 2 - database (Failed), 3 - orders (Not Run)      status 8
#   its file     <testsuite … tests="3" failures="1" disabled="0" skipped="2" …>
#                <skipped message="Unable to find executable"/>, <skipped message="Fixture dependency failed"/>
# With `gone` alone the file has failures="0", as if somebody had switched the test off, and ctest ends with 8.  And of a test that takes
# too long it is <failure message=""/> with an empty output: "Timeout" stands in ctest's own words only.
# Needs cmake (apt-get, Debian 12, as root, where it is not installed) and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v ctest > /dev/null || apt-get -qq install -y cmake > /dev/null 2>&1
cat > CMakeLists.txt << 'C'
cmake_minimum_required(VERSION 3.20)
project(shop NONE)
enable_testing()
add_test(NAME gone COMMAND /nonexistent/check-orders)
add_test(NAME database COMMAND false)
set_tests_properties(database PROPERTIES FIXTURES_SETUP database)
add_test(NAME orders COMMAND true)
set_tests_properties(orders PROPERTIES FIXTURES_REQUIRED database)
add_test(NAME slow COMMAND sleep 9)
set_tests_properties(slow PROPERTIES TIMEOUT 1)
C
cmake -S . -B build > /dev/null
cd build
ran() { # what is run, tests, failures, skipped
    code=0
    ctest -R "$1" --output-junit junit.xml > out 2>&1 || code=$?
    sed -n '/did not complete\|FAILED:/,$p' out | grep -E '^\s+[0-9]+ - '
    python3 -c 'import xml.etree.ElementTree as tree
suite = tree.parse("junit.xml").getroot()
print(*(suite.get(name) for name in ("tests", "failures", "skipped")), *(e.get("message") for e in suite.iter() if e.get("message") is not None), sep=",")' > told
    echo "status $code, file: $(cat told)"
    [ "$code" = 8 ]
    [ "$(cat told)" = "$2" ]
}
ctest --version | head -1
ran 'gone|database|orders' '3,1,2,Unable to find executable,,Fixture dependency failed'
ran gone '1,0,1,Unable to find executable'
ran slow '1,1,0,'
grep -q Timeout out
! grep -qi timeout junit.xml
echo "as stated"
