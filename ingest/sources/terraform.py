"""Alert rules that Terraform (or OpenTofu) declares, each an entry with its line (`docs/reading.md`)."""

from __future__ import annotations

import re
from pathlib import PurePath

from ingest.monitors.hcl import resources
from ingest.monitors.hcl_json import json_resources
from ingest.monitors.terraform import is_monitor, monitors
from ingest.source import Parsed, SourceFile
from kb.errors import InvalidInput, Problem
from kb.expression import expression

_RESOURCE = expression(r'^[ \t]*resource[ \t]+"(?P<kind>\w+)"[ \t]+"[^"\n]+"', re.M)
_NAMES = (".tf", ".tofu", ".hcl")
_RESOURCES_IN_JSON = expression(r'"resource"\s*:\s*[\[{]')
_KIND_IN_JSON = expression(r'"(?P<kind>\w+)"\s*:\s*[\[{]')


class Terraform:
    """The source of monitors in HCL and in its JSON form."""

    name = "terraform"

    def recognises(self, file: SourceFile) -> float:
        """By a resource of a kind that alerts; a document that quotes one in a block of code is none."""
        if file.is_data and _RESOURCES_IN_JSON.search(file.text):
            kinds = (found["kind"] for found in _KIND_IN_JSON.finditer(file.text))
            return 0.96 if any(map(is_monitor, kinds)) else 0.0
        if not any(suffix in _NAMES for suffix in PurePath(file.name).suffixes):
            return 0.0
        return 0.96 if any(is_monitor(found["kind"]) for found in _RESOURCE.finditer(file.text)) else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        """One entry for each rule."""
        try:
            found = list(json_resources(file.text) if file.is_data else resources(file.text))
        except InvalidInput as error:
            return Parsed(problems=(Problem(file.path, None, str(error)),))
        rules = [monitor.rule(file.path) for resource in found for monitor in monitors(resource)]
        return Parsed(entries=tuple(rules))
