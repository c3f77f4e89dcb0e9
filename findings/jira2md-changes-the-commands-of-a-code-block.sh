#!/bin/sh
# jira2md 3.0.1 (npm): Jira's markup is read within {code}, too: an asterisk becomes two, an underscore an asterisk, a comment an item.
#
# Seen, of a runbook in Jira's markup with a {code} block, line by line:
#   rm -f /srv/ledger/*.wal /srv/ledger/*.tmp        rm -f /srv/ledger/**.wal /srv/ledger/**.tmp
#   export MAX_OPEN=10 NO_PROXY_OF=a                 export MAX*OPEN=10 NO_PROXY*OF=a
#   curl "http://ledger/health?a=1+b=2+c=3"          curl "http://ledger/health?a=1<ins>b=2</ins>c=3"
#   # then drop the cache                            1. then drop the cache
# Within a block Jira shows what stands there, letter by letter, and so does Markdown show what jira2md wrote.  Nothing tells that the
# step was changed: the export is refused, the address is another one, and the comment is a command.  jira2markdown 0.5.3
# (PyPI) leaves the block as it was.
# Needs node 20 or newer, npm, pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site jira2markdown==0.5.3 2> /dev/null
npm install --silent --no-audit --no-fund jira2md@3.0.1 > /dev/null 2>&1
cat > runbook.txt << 'T'
h2. Ledger is full
{code:bash}
rm -f /srv/ledger/*.wal /srv/ledger/*.tmp
export MAX_OPEN=10 NO_PROXY_OF=a
curl "http://ledger/health?a=1+b=2+c=3"
# then drop the cache
{code}
T
cat > changed.txt << 'T'
## Ledger is full
```bash
rm -f /srv/ledger/**.wal /srv/ledger/**.tmp
export MAX*OPEN=10 NO_PROXY*OF=a
curl "http://ledger/health?a=1<ins>b=2</ins>c=3"
1. then drop the cache
```
T
node -e 'process.stdout.write(require("jira2md").to_markdown(require("fs").readFileSync("runbook.txt", "utf8")))' > jira2md.txt
cat jira2md.txt
cmp jira2md.txt changed.txt
PYTHONPATH=site python3 -c 'import jira2markdown; print(jira2markdown.convert(open("runbook.txt").read()))' > kept.txt
for line in 3 4 5 6; do
    sed -n "${line}p" runbook.txt | grep -qxF -f - kept.txt || { echo "changed: jira2markdown, line $line"; exit 1; }
done
echo "as stated"
