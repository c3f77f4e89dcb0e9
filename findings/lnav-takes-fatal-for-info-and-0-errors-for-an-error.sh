#!/bin/sh
# lnav 0.11.1: of logfmt every level is info, of syslog a kernel panic is info and "0 errors" an error.
#
# Seen, of `;select log_level, log_body from all_logs`, of a file in logfmt and of one from syslog:
#   level=error msg="no leader"                            info
#   level=fatal msg="gave up"                              info
#   kernel: Kernel panic - not syncing: Fatal exception    info
#   orders.service: Failed with result 'signal'.           info
#   12 orders charged, 0 errors                            error
#   warning: disk at 91 %                                  warning
# Lines as Python's logging has them keep the levels that they were written with.  Who jumps to the next error (e), counts errors or
# looks at nothing else (:set-min-log-level error) passes over the crash, and stops at the line that says that all is well.
# Needs apt-get, dpkg (Debian 12, amd64).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'lnav=0.11.1*' libcurl3-gnutls libarchive13 libnghttp2-14 librtmp1 libssh2-1 libpsl5 \
    libldap-2.5-0 libbrotli1 libsasl2-2 libxml2 libicu72 > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export HOME="$work" LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
cat > logfmt.log << 'L'
time=2026-12-01T10:00:00Z level=info msg="started"
time=2026-12-01T10:00:01Z level=warn msg="slow"
time=2026-12-01T10:00:02Z level=error msg="no leader"
time=2026-12-01T10:00:03Z level=fatal msg="gave up"
L
cat > syslog.log << 'L'
Dec  1 10:00:00 shop kernel: Kernel panic - not syncing: Fatal exception
Dec  1 10:00:01 shop systemd[1]: orders.service: Failed with result 'signal'.
Dec  1 10:00:02 shop orders[1]: 12 orders charged, 0 errors
Dec  1 10:00:03 shop orders[1]: warning: disk at 91 %
L
cat > python.log << 'L'
2026-12-01 10:00:00,123 - ledger - INFO - 0 errors
2026-12-01 10:00:01,123 - ledger - CRITICAL - no leader
2026-12-01 10:00:02,123 - ledger - ERROR - no leader
L
levels() { # the file, and the levels that are due
    root/usr/bin/lnav -n -c ';select log_format, log_level, log_body from all_logs' -c ':write-csv-to -' "$1" 2> /dev/null > told
    cat told
    [ "$(sed 1d told | cut -d, -f 2 | tr '\n' ' ')" = "$2 " ] || { echo "changed: $1"; exit 1; }
}
levels logfmt.log 'info info info info'
levels syslog.log 'info info error warning'
levels python.log 'info critical error'
root/usr/bin/lnav -n -c ':set-min-log-level error' syslog.log 2> /dev/null > shown
grep -q '0 errors' shown
! grep -q 'panic' shown
echo "as stated"
