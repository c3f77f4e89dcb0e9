"""Object definitions of Nagios, Naemon, Centreon and Icinga as alert rules: text that is neither YAML nor prose."""

from __future__ import annotations

from ingest.convert.forms import FileForm
from ingest.monitors import nagios
from ingest.source import Parsed, SourceFile
from kb.errors import Problem


class NagiosObjects:
    """The source of checks that stand in configuration files."""

    name = "nagios objects"

    def recognises(self, file: SourceFile) -> float:
        """By a definition in the grammar of either."""
        likely = file.form in (FileForm.CODE, FileForm.PLAIN) and (
            "define" in file.text or "Service" in file.text or "Host" in file.text
        )
        return 0.93 if likely and nagios.SHAPE.search(file.text) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """An alert rule for each check; one without a name is a problem."""
        rules = [monitor.rule(file.path) for monitor in nagios.monitors(file.text)]
        problems = tuple(
            Problem(file.path, rule.provenance.source.line, "a check without a name was left out")
            for rule in rules
            if not rule.name and rule.provenance.source
        )
        return Parsed(entries=tuple(rule for rule in rules if rule.name), problems=problems)
