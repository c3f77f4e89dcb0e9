"""Templates of one's own: what a notice says, in the words and the order that a team wants.

A template is Jinja, sandboxed, and gives lines of text; a line that begins with `# ` is the heading of what follows.
It has `notice` with `kind`, `headline`, `severity`, `facts` (by name), `sections` (each with `title` and `lines`),
`links`, `entry_id` and `incident_id`.  What it writes is fitted and made inert as kb's own lines are.  A template that
fails takes nothing away: kb's own lines are told, and why.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from kb.errors import InvalidInput
from kb.home import Home
from kb.model.brief import Section
from kb.model.notice import Notice
from kb.text.entries.codec import to_builtins

HEADING = "# "
UNNAMED = "Message"
"""The heading of what has none."""
MOST_CHARACTERS = 100_000
"""Of what a template writes; nobody reads more, and no tool takes it."""


def load(home: Home, name: str) -> str:
    """The text of a template of the home; empty for no name.  Raises InvalidInput where it cannot be read."""
    if not name:
        return ""
    path = (home.root / name).resolve()
    if not path.is_relative_to(home.root.resolve()):
        raise InvalidInput(f"the template {name!r} lies outside of the home; put it below {home.root}")
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the template {name!r} cannot be read: {error}") from None


def with_template(notice: Notice, template: str) -> Notice:
    """The notice in the words of a template; as it is where there is none."""
    if not template:
        return notice
    try:
        text = render(notice, template)
    except InvalidInput as error:
        said = Section(title="Template", lines=(str(error),))
        return replace(notice, sections=(*notice.sections, said))
    return replace(notice, sections=tuple(_sections(text)))


def render(notice: Notice, template: str) -> str:
    """What the template writes.  Raises InvalidInput where it fails."""
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    data: dict[str, Any] = to_builtins(notice)
    data["facts"] = dict(notice.facts)
    try:
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
        return str(environment.from_string(template).render(notice=data))[:MOST_CHARACTERS]
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"the template failed ({type(error).__name__}: {error})") from None


def _sections(text: str) -> list[Section]:
    title, lines, found = UNNAMED, list[str](), list[Section]()
    for line in [*text.splitlines(), f"{HEADING}end"]:
        if line.startswith(HEADING):
            if lines:
                found.append(Section(title=title, lines=tuple(lines)))
            title, lines = line.removeprefix(HEADING).strip() or UNNAMED, []
        elif line.strip():
            lines.append(line.strip())
    return found
