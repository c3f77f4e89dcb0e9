#!/bin/sh
# restic 0.14.0: a backup of two folders of which one is not there is a snapshot without it, with status 0; 3 is for files it cannot read.
#
# Seen, where /srv/orders is there and /srv/ledger, as a mount that is away, is not:
#   restic backup /srv/orders /srv/ledger          /srv/ledger does not exist, skipping … snapshot … saved     0
#   restic backup /srv/ledger                      Fatal: all target directories/files do not exist            1
#   restic restore latest --include /srv/ledger    restoring <Snapshot …> to …, and nothing is restored         0
# Its help has "Exit status is 3 if some source data could not be read", which holds for what is there and cannot be read.  With --json
# the line of it is plain text on stderr, and the summary has no word of it.  So a check of the status, or of the age of the last
# snapshot, is green, `forget` ages the good ones out, and at the restore it is 0 again.
# Needs apt-get, dpkg (Debian 12, amd64), python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'restic=0.14.0*' > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export RESTIC_PASSWORD=of-this-run RESTIC_REPOSITORY="$work/repository" RESTIC_CACHE_DIR="$work/cache"
mkdir orders
echo 4711 > orders/order
restic() {
    code=0
    root/usr/bin/restic "$@" > out 2> err || code=$?
    echo "restic $*: $code" | sed "s|$work/||g"
}
restic init
restic backup "$work/orders" "$work/ledger" --json
[ "$code" = 0 ]
grep 'ledger does not exist, skipping' err | sed "s|$work/||"
python3 -c 'import json
summary = json.loads(open("out").read().splitlines()[-1])
assert summary["message_type"] == "summary" and not [key for key in summary if "error" in key or "skip" in key], summary'
! grep -q ledger out
restic backup "$work/ledger"
[ "$code" = 1 ]
restic restore latest --target "$work/back" --include "$work/ledger"
[ "$code" = 0 ]
[ -z "$(find . -path './back/*' -type f)" ]
root/usr/bin/restic backup --help | grep 'Exit status is 3'
echo "as stated"
