"""`helm history RELEASE` as it prints itself: a table, in which a column begins where its name does.

Its times name no zone; they are taken as UTC, and the receipt says so: `helm history -o yaml` has the zone.
"""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.deployments.helm_history import read_history
from ingest.deployments.reading import LINE, Deployed
from ingest.source import Parsed, SourceFile
from kb.errors import Problem
from kb.expression import expression

_HEADER = expression(
    r"^REVISION\s+UPDATED\s+STATUS\s+CHART(?:\s+APP VERSION)?(?:\s+DESCRIPTION)?[ \t]*$", re.M
)
_NAMES = ("REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION")
_NO_ZONE = "times of this table name no zone and are taken as UTC; helm history -o yaml has it"


class HelmTable:
    """The history of a release, as a person copies it."""

    name = "helm history"

    def recognises(self, file: SourceFile) -> float:
        """By the names of its columns."""
        return 0.97 if _HEADER.search(file.text) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """A change for each revision."""
        header = _HEADER.search(file.text)
        assert header is not None
        first = file.text.count("\n", 0, header.start()) + 1
        starts = [header[0].index(name) for name in _NAMES if name in header[0]]
        spans = [*pairwise(starts), (starts[-1], None)]
        items = []
        for number, line in enumerate(file.text[header.end() :].split("\n"), first):
            if re.match(r"\d+\s", line):
                cells = [" ".join(line[start:end].split()) for start, end in spans]
                keys = (name.lower().replace(" ", "_") for name in _NAMES)
                items.append({LINE: number, **dict(zip(keys, cells, strict=False))})
        found = Deployed(file.path)
        if items:
            read_history(items, file.path, found)
        problems = tuple(Problem(file.path, line, message) for line, message in found.mistakes)
        return Parsed(changes=tuple(found.changes), problems=problems, notes=(*found.notes, _NO_ZONE))
