#!/bin/sh
# pgBackRest 2.45: `verify` and `info` of a repository in which there is nothing end with 0, `verify` without a word.
#
# Seen, of a stanza whose repository is empty, as after a mount that is away, or under a path that is misspelled:
#   pgbackrest --stanza=shop verify                            (nothing)                                        0
#   … verify --output=text --verbose                           stanza: shop status: error No usable backup.info file …  0
#   its log                                                    verify command end: completed successfully
#   pgbackrest --stanza=shop info                              stanza: shop status: error (missing stanza path)  0
#   pgbackrest info                                            No stanzas exist in the repository.               0
#   pgbackrest --stanza=shop restore                           ERROR: [075]: no backup set found to restore     75
# So a job that verifies the backups each night is green without any, and what there is (not) shows at the restore.
# Only the JSON of info tells a program: status.code is 1.
# Needs apt-get, dpkg (Debian 12, amd64), python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -qq -o APT::Sandbox::User=root download 'pgbackrest=2.45*' libpq5 libxml2 > /dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
mkdir log lock data
chmod 700 data
cat > backrest.conf << C
[global]
repo1-path=$work/repository
log-path=$work/log
lock-path=$work/lock
[shop]
pg1-path=$work/data
C
ran() { # the status, and what is run
    expected=$1
    shift
    code=0
    root/usr/bin/pgbackrest --config="$work/backrest.conf" "$@" > out 2>&1 || code=$?
    echo "pgbackrest $*: $(tr -s ' \n' ' ' < out | tail -c 130) $code"
    [ "$code" = "$expected" ]
}
ran 0 --stanza=shop verify
[ ! -s out ]
grep -q 'verify command end: completed successfully' log/shop-verify.log
ran 0 --stanza=shop verify --output=text --verbose
grep -q 'status: error' out
ran 0 --stanza=shop info
grep -q 'status: error (missing stanza path)' out
ran 0 info
ran 0 --stanza=shop --output=json info
python3 -c 'import json; assert json.load(open("out"))[0]["status"]["code"] == 1'
ran 75 --stanza=shop restore
echo "as stated"
