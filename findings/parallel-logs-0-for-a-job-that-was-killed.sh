#!/bin/sh
# GNU parallel 20221122 and GNU time 1.9: a job that was killed, as by the kernel for its memory, has exit value 0 in what they write.
#
# Seen, of three jobs, of which the first kills itself with SIGKILL, the second ends with 7 and the third is well:
#   parallel --joblog    Exitval 0, Signal 9    kill -9 $$          time -f '%x'   Command terminated by signal 9 / 0
#                        Exitval 7, Signal 0    exit 7                             Command exited with non-zero status 7 / 7
#                        Exitval 0, Signal 0    true                               0
# Both end as they should (parallel with 2, the number of jobs that failed; time with 137).  But the file stays, and is what one reads
# after the night: by its column Exitval the job that was out of memory is as well as the one that succeeded.  `time -v` says "Exit
# status: 0", too, and its "Signals delivered: 0" counts others.  `parallel --resume-failed` reads both columns: it runs two again.
# Needs apt-get, dpkg, perl (Debian 12, amd64).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'parallel=20221122*' 'time=1.9*' > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export HOME="$work"
# shellcheck disable=SC2016
printf 'kill -9 $$\nexit 7\ntrue\n' > jobs
ended() { # the status that is due, and the command
    due=$1
    shift
    code=0
    "$@" || code=$?
    [ "$code" = "$due" ] || { echo "changed: ends with $code: $*"; exit 1; }
}
ended 2 root/usr/bin/parallel --will-cite -j 1 --joblog log < jobs
cut -f 7- log
[ "$(sed 1d log | cut -f 7,8 | tr '\t\n' '  ')" = '0 9 7 0 0 0 ' ]
ended 2 root/usr/bin/parallel --will-cite -j 1 --joblog log --resume-failed < jobs
[ "$(sed 1,4d log | cut -f 7,8 | tr '\t\n' '  ')" = '0 9 7 0 ' ]
# shellcheck disable=SC2016
ended 137 root/usr/bin/time -o killed -f %x sh -c 'kill -9 $$'
ended 7 root/usr/bin/time -o failed -f %x sh -c 'exit 7'
# shellcheck disable=SC2016
ended 137 root/usr/bin/time -o verbose -v sh -c 'kill -9 $$'
cat killed failed
[ "$(cat killed)" = "$(printf 'Command terminated by signal 9\n0')" ]
[ "$(cat failed)" = "$(printf 'Command exited with non-zero status 7\n7')" ]
grep -E 'Exit status: 0$' verbose
grep -E 'Signals delivered: 0$' verbose
echo "as stated"
