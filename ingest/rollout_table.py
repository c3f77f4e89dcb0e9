"""`kubectl rollout history` as it prints itself: revisions without times, so that no change can be made of it.

It is kept as a document, and the receipt says which command tells the times.
"""

from __future__ import annotations

import re

from ingest.source import Parsed, SourceFile
from kb.expression import expression

_HEADER = expression(r"^REVISION[ \t]+CHANGE-CAUSE[ \t]*$", re.M)
_ROW = expression(r"^\d+[ \t]+\S", re.M)


class RolloutTable:
    """The revisions of a workload, as a person copies them."""

    name = "kubectl rollout history"

    def recognises(self, file: SourceFile) -> float:
        """By the names of its columns, in what is no document around them."""
        first = file.text.lstrip()[:2000]
        return 0.97 if _HEADER.search(first) and not re.search(r"^```|^#{1,6} ", first, re.M) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """Nothing but what to do instead."""
        revisions = len(_ROW.findall(file.text))
        said = f"kubectl rollout history tells no times, so none of its {revisions} revisions is a change on record"
        return Parsed(notes=(f"{said}; kubectl get deployments,replicasets -o yaml has them",))
