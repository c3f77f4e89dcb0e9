#!/bin/sh
# supervisor 4.3.0: that a program is given up for good (FATAL) is logged at INFO, that it exited at WARN, and at CRIT that the
# server of its own has no password.
#
# Seen, of a program that ends with status 3 at once, and of one whose command is not there:
#   CRIT Server 'inet_http_server' running without any HTTP authentication checking
#   INFO spawnerr: can't find command '/nonexistent/orders'
#   WARN exited: orders (exit status 3; not expected)
#   INFO gave up: orders entered FATAL state, too many start retries too quickly
# A rule for WARN and above tells of each exit that is mended by itself a second later, and never of the last one, after which
# nothing runs; of the missing command it tells nothing at all.  A pager on CRIT rings at each start, and only then.
# Needs pip and python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install supervisor==4.3.0 setuptools > /dev/null 2>&1
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > supervisord.conf << C
[supervisord]
logfile=$work/log
pidfile=$work/pid
nodaemon=true
[inet_http_server]
port=127.0.0.1:$port
[program:orders]
command=sh -c 'exit 3'
startretries=1
[program:missing]
command=/nonexistent/orders
startretries=1
C
timeout 10 python/bin/supervisord -c supervisord.conf > /dev/null 2>&1 || true
cut -d' ' -f3- log | sort | uniq -c
cut -d' ' -f3- log > said
grep -qx "CRIT Server 'inet_http_server' running without any HTTP authentication checking" said
grep -qx "WARN exited: orders (exit status 3; not expected)" said
grep -qx "INFO gave up: orders entered FATAL state, too many start retries too quickly" said
grep -qx "INFO spawnerr: can't find command '/nonexistent/orders'" said
grep -qx "INFO gave up: missing entered FATAL state, too many start retries too quickly" said
[ "$(grep -E '^(WARN|ERRO|CRIT)' said | grep -cE 'missing|FATAL')" = 0 ] || { echo "changed: it is told at WARN or above"; exit 1; }
echo "as stated"
