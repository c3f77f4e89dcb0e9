#!/bin/sh
# Ansible (ansible-core 2.19.14) prints what a command wrote to its two streams, and its own words, without a line end between.
#
# Seen, of `ansible localhost -m shell -a …`, its usual output:
#   echo 'replica db-2 is in sync'; echo 'cannot reach db-3' >&2     replica db-2 is in synccannot reach db-3
#   ls /nowhere                                                      ls: … No such file or directorynon-zero return code
#   a Python program that prints a line and crashes                  order 4711 writtenTraceback (most recent call last):
# Each stream loses the line end at its end, and the callback `minimal` puts stdout, stderr and msg one behind another.  What
# looks for a line by its end ("directory$"), for a word ("sync") or for the beginning of a traceback finds none of them, and
# the status is 2, whatever the command ended with.  Needs pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install ansible-core==2.19.14 > /dev/null 2>&1
cat > crash.py << 'P'
print("order 4711 written", flush=True)
raise RuntimeError("ledger has no leader")
P
export ANSIBLE_HOME="$work/ansible" ANSIBLE_PYTHON_INTERPRETER="$work/python/bin/python" ANSIBLE_NOCOLOR=1
tell() {
  python/bin/ansible localhost -i localhost, -c local -m shell -a "$1" 2> /dev/null || echo "status $?"
}
{
  tell "echo 'replica db-2 is in sync'; echo 'cannot reach db-3' >&2"
  tell "LC_ALL=C ls /nowhere"
  tell "$work/python/bin/python $work/crash.py"
} > said
sed -n '/ | .* rc=/,/^\[ERROR/p' said | grep -v '^\[ERROR'
grep -qx "replica db-2 is in synccannot reach db-3" said
grep -qx "ls: cannot access '/nowhere': No such file or directorynon-zero return code" said
grep -qx "order 4711 writtenTraceback (most recent call last):" said
grep -qx "RuntimeError: ledger has no leadernon-zero return code" said
[ "$(grep -cx 'status 2' said)" -eq 2 ]
echo "as stated"
