"""Memory YAML (`learned/patterns.yaml` and its kin): patterns, tool fixes, runbooks and quirks.

The format itself is read by `kb.memory.format`; here a file is recognised, and what the format
does not know (statistics, preferences) is kept as one document.
"""

from __future__ import annotations

import re

import yaml

from ingest.source import Parsed, SourceFile
from kb.expression import expression
from kb.memory.format import parse_memory
from kb.model import Document, Entry, Provenance, Source

_LISTS = expression(
    r"^(?:\w+_patterns|patterns|\w*tool_fixes|procedures|runbooks|service_quirks|quirks)[ \t]*:", re.M
)
_QUIRKS = expression(r"^services[ \t]*:.*?^[ \t]+quirks[ \t]*:", re.M | re.S)
_ITEMS = expression(r"^[ \t]*(?:-[ \t]+)?(?:pattern|error_pattern|steps|signature)[ \t]*:", re.M)
_NAMES = ("patterns", "tool_fixes", "runbooks", "service_quirks")


class MemoryYaml:
    """Files of learned knowledge in YAML."""

    name = "memory"

    def recognises(self, file: SourceFile) -> float:
        """By the names of its lists and the keys of their items."""
        if file.suffix not in (".yaml", ".yml"):
            return 0.0
        if _QUIRKS.search(file.text):
            return 0.9
        lists, items = _LISTS.search(file.text), _ITEMS.search(file.text)
        if lists:
            return 0.9 if items else 0.6
        by_name = 0.7 if file.name.rsplit(".", 1)[0] in _NAMES else 0.0
        return max(
            by_name, 0.55 if items and re.search(r"^\w+[ \t]*:[ \t]*$|^-[ \t]", file.text, re.M) else 0.0
        )

    def parse(self, file: SourceFile) -> Parsed:
        """Every entry that can be read; every bad one as a problem."""
        memory = parse_memory(file.text, file.path)
        entries: tuple[Entry, ...] = memory.entries
        if memory.rest:
            text = yaml.safe_dump(memory.rest, sort_keys=False, allow_unicode=True, width=110)
            rest = Document(
                title=f"{file.name}: {', '.join(memory.rest)}"[:160],
                body=text,
                provenance=Provenance(source=Source(path=file.path)),
            )
            entries = (*entries, rest)
        return Parsed(entries=entries, problems=memory.problems)
