"""`kb learn pattern`, `kb learn tool-fix`, `kb outcome`."""

from __future__ import annotations

import typer

from kb.cli.output import JSON, opened, print_json, say
from kb.loop.trust import record_in_words
from kb.records.receipts import Learned

app = typer.Typer(help="Keep what was learned; it is found at once, by every process.", no_args_is_help=True)

_CHECK = typer.Option("", "--check", help="What separates this cause from others with the same symptom.")
_WARNING = typer.Option("", "--warning", help="What does not work, or why this is no error.")
_COMMAND = typer.Option([], "--command", "-c", help="A command to run; may be repeated.")
_SERVICE = typer.Option([], "--service", help="Where it holds; may be repeated.")
_ENVIRONMENT = typer.Option([], "--environment", "--env", help="Where it holds; may be repeated.")
_MUST = typer.Option([], "--must-match", help="A text that the pattern must match.")
_MUST_NOT = typer.Option([], "--must-not-match", help="A text that it must not match.")
_REGEX = typer.Option(None, "--regex/--literal", help="How to read the pattern; else its own syntax tells.")
_EXPIRES = typer.Option("", "--expires", help="The day after which it no longer counts, as 2026-12-31.")
_AUTHOR = typer.Option("", "--author", help="Who says so.")


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="learn")
    root.command()(outcome)


@app.command("pattern")
def learn_pattern(
    context: typer.Context,
    pattern: str = typer.Argument(..., help="The text that gives the error away."),
    meaning: str = typer.Option("", "--meaning", "-m", help="What it means."),
    fix: str = typer.Option("", "--fix", "-f", help="What fixes it."),
    category: str = typer.Option("", "--category", help="Such as pod_errors."),
    tool: list[str] = typer.Option([], "--tool", help="Where it holds; may be repeated."),
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
            pattern, meaning, fix, command, category, check=check, warning=warning, services=service,
            environments=environment, tools=tool, must_match=must_match, must_not_match=must_not_match,
            regex=regex, expires=expires or None, author=author or None,
        )  # fmt: skip
    _report(learned, as_json)


@app.command("tool-fix")
def learn_tool_fix(
    context: typer.Context,
    tool_name: str = typer.Argument(..., help="The tool that fails, such as kubectl_exec."),
    error_pattern: str = typer.Argument(..., help="The text that it fails with."),
    cause: str = typer.Option("", "--cause", "-m", help="Why."),
    fix: str = typer.Option("", "--fix", "-f", help="What helps."),
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
            tool_name, error_pattern, cause, fix, command, check=check, warning=warning, services=service,
            environments=environment, must_match=must_match, must_not_match=must_not_match,
            regex=regex, expires=expires or None, author=author or None,
        )  # fmt: skip
    _report(learned, as_json)


def _report(learned: Learned, as_json: bool) -> None:
    if as_json:
        print_json(learned)
        return
    say(learned.note or f"learned as {learned.status}, written to {learned.file}")
    for entry_id in learned.similar:
        say(f"nearly the same: {entry_id}")
    typer.echo(learned.id)


def outcome(
    context: typer.Context,
    entry_id: str = typer.Argument(..., help="The entry that was applied."),
    result: str = typer.Argument(..., help="resolved, failed, not_applied or made_worse."),
    lookup: str = typer.Option("", "--lookup", help="The lookup that offered it."),
    verified_by: str = typer.Option("", "--verified-by", help="Who checked that it held; unverified counts less."),
    note: str = typer.Option("", "--note", help="Anything worth keeping."),
    as_json: bool = JSON,
) -> None:
    """Record what came of applying an entry; its trust follows from that."""
    with opened(context) as kb:
        trust = kb.record_outcome(entry_id, result, lookup or None, verified_by or None, note)
    if as_json:
        print_json({"id": entry_id, "trust": trust})
    else:
        typer.echo(f"trust {trust.value:.2f}, {record_in_words(trust)}")
