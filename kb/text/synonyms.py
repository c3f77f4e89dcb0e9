"""Words of operations that say the same of a thing: an alert is named `…Down`, and its text says "has disappeared".

Each row is a set of words, any of which stands for any other.  What alerts tell apart is never in one row: what is down
need not restart, and what is missing need not differ.
"""

from __future__ import annotations

from kb.text.tokens import stem

_ROWS = """
down disappeared absent gone unreachable unavailable inactive unresponsive
high higher elevated exceeds exceeded excess above over increased close
low lower insufficient few fewer below small
hit exceeds exceeded reached
error err failed failure issue problem unable
mismatch differs different inconsistent inconsistency misconfigured disagrees
bad invalid failed wrong broken misconfigured
full exhausted exceeded
missing unfound lost
network nic
file inode
slow latency delay long longer
timeout delay slow
send sent delivered
alert notification
expires expired expiration expiry
stuck hang hung finished progressed
degraded reduced impaired
rejected refused denied
"""


def _synonyms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in filter(None, _ROWS.splitlines()):
        words = {stem(word) for word in row.split()}
        for word in words:
            found.setdefault(word, set()).update(words - {word})
    return {word: frozenset(others) for word, others in found.items()}


SYNONYMS = _synonyms()
"""For each stem the others that say the same."""
_DENYING = """
no not non never none without cannot isn doesn hasn unable failed
"""
NEGATIONS = frozenset(map(stem, _DENYING.split()))
"""Stems that deny what stands beside them."""
