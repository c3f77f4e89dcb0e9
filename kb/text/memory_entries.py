"""One item of a memory file as a record: which spellings of a key mean the same."""

from __future__ import annotations

from dataclasses import replace

from kb.records import Pattern, Quirk, Runbook, ToolFix
from kb.text.memory_reader import EntryError, Reader


def pattern(item: Reader) -> Pattern:
    """An item of a `*_patterns` list."""
    text = item.name("pattern", "signature", "error_pattern", "name")
    return Pattern(
        pattern=text,
        meaning=item.text("meaning", "description", "root_cause", "cause"),
        fix=item.text("fix", "fix_template", "fix_description", "fix_applied", "solution", "resolution"),
        commands=item.texts("commands", "command", comma=", "),
        category=item.text("category"),
        signatures=item.signature(text),
        **item.common(),
    )


def tool_fix(item: Reader) -> ToolFix:
    """An item of `tool_fixes`."""
    text = item.name("error_pattern", "pattern", "error")
    tool = item.text("tool_name", "tool", "name")
    if not tool:
        raise EntryError("the entry has no `tool_name`")
    return ToolFix(
        tool_name=tool,
        error_pattern=text,
        root_cause=item.text("root_cause", "cause", "meaning"),
        fix=item.text("fix_applied", "fix_description", "fix", "solution", "resolution"),
        commands=item.texts("commands", "command", comma=", "),
        signatures=item.signature(text),
        **item.common(),
    )


def runbook(item: Reader) -> Runbook:
    """An item of `procedures`, or of the mapping `runbooks`."""
    return Runbook(
        name=item.name("name", "title"),
        when=item.text("when", "description", "trigger", "meaning"),
        impact=item.text("impact"),
        steps=item.texts("steps", "procedure"),
        commands=item.texts("commands", "command", comma=", "),
        verified=item.verification(),
        **item.common(),
    )


def quirk(item: Reader) -> Quirk:
    """An item of `services.<name>.quirks`; as a mapping, a bare text is the description."""
    name = item.name("name", "title", "quirk")
    service = item.text("service")
    if not service:
        raise EntryError("the entry has no `service`")
    description = item.text("description", "meaning", "details")
    workaround = item.text("workaround", "fix")
    fields = item.common()
    scope = replace(fields.pop("scope"), services=(service,))
    return Quirk(
        service=service, name=name, description=description, workaround=workaround, scope=scope, **fields
    )
