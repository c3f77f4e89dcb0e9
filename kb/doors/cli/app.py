"""The whole command tree of `kb`, as the documentation shows it and the tests type it."""

from __future__ import annotations

from kb.doors.cli.tree.root import tree

app = tree()
