"""`kb learn pattern`, `kb learn tool-fix`."""

from __future__ import annotations

import typer

from kb.doors.cli.output import JSON, opened, print_json, print_text, say
from kb.model.receipts import Learned

app = typer.Typer(help="Keep what was learned; it is found at once, by every process.", no_args_is_help=True)

_CHECK = typer.Option(
    "", "--check", metavar="TEXT", help="What separates this cause from others with the same symptom."
)
_WARNING = typer.Option("", "--warning", metavar="TEXT", help="What does not work, or why this is no error.")
_COMMAND = typer.Option([], "--command", "-c", metavar="LINE", help="A command to run; may be repeated.")
_SERVICE = typer.Option([], "--service", metavar="NAME", help="The service it holds for; may be repeated.")
_ENVIRONMENT = typer.Option(
    [], "--environment", "--env", metavar="NAME", help="The environment it holds in; may be repeated."
)
_MUST = typer.Option([], "--must-match", metavar="TEXT", help="A text that the pattern must match.")
_MUST_NOT = typer.Option([], "--must-not-match", metavar="TEXT", help="A text that it must not match.")
_REGEX = typer.Option(None, "--regex/--literal", help="How to read the pattern; else its own syntax tells.")
_EXPIRES = typer.Option(
    "", "--expires", metavar="YYYY-MM-DD", help="The day after which it no longer counts."
)
_AUTHOR = typer.Option("", "--author", metavar="NAME", help="Who says so.")


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="learn", short_help="Keep a pattern or a tool fix.")


@app.command("pattern")
def learn_pattern(
    context: typer.Context,
    pattern: str = typer.Argument(..., metavar="PATTERN", help="The text that gives the error away."),
    meaning: str = typer.Option("", "--meaning", "-m", metavar="TEXT", help="What it means."),
    fix: str = typer.Option("", "--fix", "-f", metavar="TEXT", help="What fixes it."),
    category: str = typer.Option("", "--category", metavar="NAME", help="Such as pod_errors."),
    tool: list[str] = typer.Option(
        [], "--tool", metavar="NAME", help="The tool it holds for; may be repeated."
    ),
    command: list[str] = _COMMAND,
    check: str = _CHECK,
    warning: str = _WARNING,
    service: list[str] = _SERVICE,
    environment: list[str] = _ENVIRONMENT,
    must_match: list[str] = _MUST,
    must_not_match: list[str] = _MUST_NOT,
    regex: bool = _REGEX,
    expires: str = _EXPIRES,
    author: str = _AUTHOR,
    as_json: bool = JSON,
) -> None:
    """Keep an error pattern."""
    with opened(context) as kb:
        learned = kb.learn_pattern(
            pattern,
            meaning,
            fix,
            command,
            category,
            check=check,
            warning=warning,
            services=service,
            environments=environment,
            tools=tool,
            must_match=must_match,
            must_not_match=must_not_match,
            regex=regex,
            expires=expires or None,
            author=author or None,
        )
    _report(learned, as_json)


@app.command("tool-fix")
def learn_tool_fix(
    context: typer.Context,
    tool_name: str = typer.Argument(..., metavar="TOOL", help="The tool that fails, such as kubectl_exec."),
    error_pattern: str = typer.Argument(..., metavar="PATTERN", help="The text that it fails with."),
    cause: str = typer.Option("", "--cause", "-m", metavar="TEXT", help="Why."),
    fix: str = typer.Option("", "--fix", "-f", metavar="TEXT", help="What helps."),
    command: list[str] = _COMMAND,
    check: str = _CHECK,
    warning: str = _WARNING,
    service: list[str] = _SERVICE,
    environment: list[str] = _ENVIRONMENT,
    must_match: list[str] = _MUST,
    must_not_match: list[str] = _MUST_NOT,
    regex: bool = _REGEX,
    expires: str = _EXPIRES,
    author: str = _AUTHOR,
    as_json: bool = JSON,
) -> None:
    """Keep what makes a tool fail and what helps."""
    with opened(context) as kb:
        learned = kb.learn_tool_fix(
            tool_name,
            error_pattern,
            cause,
            fix,
            command,
            check=check,
            warning=warning,
            services=service,
            environments=environment,
            must_match=must_match,
            must_not_match=must_not_match,
            regex=regex,
            expires=expires or None,
            author=author or None,
        )
    _report(learned, as_json)


def _report(learned: Learned, as_json: bool) -> None:
    if as_json:
        print_json(learned)
        return
    say(learned.note or f"learned as {learned.status}, written to {learned.file}")
    for entry_id in learned.similar:
        say(f"nearly the same: {entry_id}")
    print_text(learned.id)
