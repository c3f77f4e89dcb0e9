#!/bin/sh
# orgparse 0.5.20260926 knows Org's keywords, priorities and tags, and not COMMENT: a subtree that is commented out is read.
#
# Org's manual ("Comment Lines"): COMMENT at the beginning of a heading, behind keyword and priority, takes the whole subtree
# out of every export.  Seen, of  "** TODO [#A] COMMENT By hand :db:"  with a step and a subheading below it:
#   todo TODO, priority A, tags {db}; heading "COMMENT By hand"; body and subheading as of any other
# and nothing of the node tells it.  Lines of comment (`# …`, #+begin_comment) stand in `body` as text, too, and "# …" is
# a heading of the first level once the body is taken for Markdown.  A runbook's retired way is handed on as a step.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site orgparse==0.5.20260926 2> /dev/null
cat > ask.py << 'P'
import orgparse

root = orgparse.loads(
    "* Mitigation\n** TODO [#A] COMMENT By hand :db:\nRestart the database.\n*** how\nWith systemctl.\n"
    "** Fail over\n# not on Fridays\n#+begin_comment\nasked in June\n#+end_comment\nSwitch the leader.\n"
)
by_hand, how, over = root[2], root[3], root[4]
print(by_hand.todo, by_hand.priority, by_hand.tags, repr(by_hand.heading), repr(by_hand.body), repr(how.body))
print(repr(over.body))
assert (by_hand.todo, by_hand.priority, by_hand.tags) == ("TODO", "A", {"db"})
assert by_hand.heading == "COMMENT By hand" and by_hand.body == "Restart the database."
assert how.parent is by_hand and how.body == "With systemctl."
assert over.body == "# not on Fridays\n#+begin_comment\nasked in June\n#+end_comment\nSwitch the leader."
print("as stated")
P
PYTHONPATH=site python3 ask.py
