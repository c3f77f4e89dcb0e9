"""`kb incident …`: an incident from the alert to the postmortem, a step a command, and what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import JSON, opened, print_json, print_text, say
from kb.errors import InvalidInput
from kb.text.times import minute

if TYPE_CHECKING:
    from datetime import datetime

    from kb.model.incident import LiveIncident

app = typer.Typer(help="Live an incident: open, log, mitigate, resolve, verify, close.", no_args_is_help=True)

WHICH = typer.Option(
    "", "--incident", "-i", metavar="ID", help="Which one; not needed while only one is open."
)
_ENTRY = typer.Option("", "--entry", metavar="ID", help="The entry whose advice was followed.")


@app.command("open")
def open_incident(
    context: typer.Context,
    title: str = typer.Argument(..., metavar="TITLE", help="What is wrong, in a few words."),
    service: list[str] = typer.Option([], "--service", metavar="NAME", help="Affected; may be repeated."),
    environment: str = typer.Option("", "--environment", "--env", metavar="NAME", help="Where."),
    severity: str = typer.Option("", "--severity", metavar="LABEL", help="SEV1 to SEV4, P1, critical …"),
    impact: str = typer.Option("", "--impact", metavar="TEXT", help="Who is affected, and how."),
    alert: str = typer.Option("", "--alert", metavar="TEXT", help="The alert as it came."),
    started: str = typer.Option("", "--started", metavar="TIME", help="When it began (UTC), if known."),
    lookup: str = typer.Option("", "--lookup", metavar="ID", help="The lookup of its triage."),
    as_json: bool = JSON,
) -> None:
    """Open an incident; what is logged from now on belongs to it."""
    with opened(context) as kb:
        incident = kb.incidents.open(
            title,
            service=service,
            environment=environment,
            severity=severity,
            impact=impact,
            alert=alert,
            started=started or None,
            lookup_id=lookup or None,
        )
    report(incident, as_json)


@app.command("list")
def list_incidents(
    context: typer.Context,
    limit: int = typer.Option(20, "--limit", "-n", min=1, metavar="N", help="How many at the most."),
    as_json: bool = JSON,
) -> None:
    """The incidents that were opened here, newest first."""
    with opened(context) as kb:
        found, now = kb.incidents.recent(limit), kb.incidents.clock()
    if as_json:
        print_json(found)
        return
    for incident in found:
        print_text(_incident_lines(incident, now))
    if not found:
        say("no incident was opened here yet")


@app.command()
def show(context: typer.Context, incident: str = WHICH, as_json: bool = JSON) -> None:
    """One incident with its timeline."""
    from kb.incidents.life import told

    with opened(context) as kb:
        found, now = kb.incidents.get(incident), kb.incidents.clock()
    if as_json:
        print_json(found)
        return
    print_text(_incident_lines(found, now))
    for event in found.timeline:
        if line := told(event):  # lines of a text stand further in: none passes for a step
            print_text(f"  {minute(event.at)}  {line.replace(chr(10), chr(10) + ' ' * 24)}")


@app.command()
def log(
    context: typer.Context,
    action: str = typer.Argument(..., metavar="ACTION", help="What was done or seen."),
    details: str = typer.Argument("", metavar="DETAILS", help="More about it."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Note what was done or seen."""
    with opened(context) as kb:
        event = kb.incidents.log(action, details, incident)
    if as_json:
        print_json(event)
    else:
        say(f"logged with {event.subject}")


@app.command()
def acknowledge(
    context: typer.Context,
    by: str = typer.Option("", "--by", metavar="NAME", help="Who is on it."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Say that somebody is on it."""
    with opened(context) as kb:
        found = kb.incidents.acknowledge(by, incident)
    report(found, as_json)


@app.command()
def severity(
    context: typer.Context,
    label: str = typer.Argument(..., metavar="LABEL", help="SEV1 to SEV4, P1, critical …"),
    reason: str = typer.Argument("", metavar="REASON", help="Why."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Give or change the severity."""
    with opened(context) as kb:
        found = kb.incidents.set_severity(label, reason, incident)
    report(found, as_json)


@app.command()
def hypothesis(
    context: typer.Context,
    text: str = typer.Argument("", metavar="TEXT", help="The possible cause."),
    status: str = typer.Option("suspected", "--status", metavar="S", help="suspected, confirmed or refuted."),
    evidence: list[str] = typer.Option([], "--evidence", "-e", metavar="TEXT", help="What speaks for it."),
    known: str = typer.Option("", "--id", metavar="H", help="News of a known one, such as h1."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Name a possible cause, or say that one is confirmed or refuted."""
    with opened(context) as kb:
        found = kb.incidents.hypothesise(text, status, evidence, known, incident)
    report(found, as_json)


@app.command()
def mitigate(
    context: typer.Context,
    action: str = typer.Argument(..., metavar="ACTION", help="What was tried."),
    worked: bool = typer.Option(None, "--worked/--no-help", help="Whether it helped, once that is known."),
    entry: str = _ENTRY,
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Note what was tried to stop the bleeding."""
    with opened(context) as kb:
        found = kb.incidents.mitigate(action, entry, worked, incident)
    report(found, as_json)


@app.command()
def resolve(
    context: typer.Context,
    resolution: str = typer.Argument(..., metavar="TEXT", help="What removed the cause."),
    cause: str = typer.Option("", "--cause", metavar="TEXT", help="The confirmed cause."),
    prevention: str = typer.Option("", "--prevention", metavar="TEXT", help="So that it cannot come back."),
    entry: str = _ENTRY,
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Say what removed the cause; nothing is credited before it was verified."""
    with opened(context) as kb:
        found = kb.incidents.resolve(resolution, cause, entry, prevention, incident)
    report(found, as_json)


@app.command()
def verify(
    context: typer.Context,
    held: list[str] = typer.Argument(
        ..., metavar="ITEM…", help="Items that hold, or 'all'; ITEM=no for one that does not."
    ),
    by: str = typer.Option("", "--by", metavar="NAME", help="Who looked."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Note the checklist: error_rates, response_times, complaints, services, dashboards, alerts."""
    checks = "all" if held == ["all"] else dict(item.partition("=")[::2] for item in held)
    given = checks if isinstance(checks, str) else {name: value or "yes" for name, value in checks.items()}
    with opened(context) as kb:
        found = kb.incidents.verify(given, by, incident)
    report(found, as_json)


@app.command("action-item")
def action_item(
    context: typer.Context,
    text: str = typer.Argument(..., metavar="TEXT", help="What is to be done."),
    owner: str = typer.Option("", "--owner", metavar="NAME", help="By whom."),
    due: str = typer.Option("", "--due", metavar="YYYY-MM-DD", help="By when."),
    done: bool = typer.Option(False, "--done", help="It is done."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Add something to do afterwards; the same text again changes it."""
    with opened(context) as kb:
        found = kb.incidents.add_action_item(text, owner, due or None, done, incident)
    report(found, as_json)


@app.command()
def close(context: typer.Context, incident: str = WHICH, as_json: bool = JSON) -> None:
    """End it."""
    with opened(context) as kb:
        found = kb.incidents.close(incident)
    report(found, as_json)


@app.command()
def reopen(
    context: typer.Context,
    said: list[str] = typer.Argument(
        ...,
        metavar="[ID] REASON",
        help="The incident that came back, by default the last one; how that showed.",
    ),
    as_json: bool = JSON,
) -> None:
    """It came back: what was applied did not hold."""
    if len(said) > 2:
        raise InvalidInput("give the incident's id and one reason, in quotes")
    with opened(context) as kb:
        found = kb.incidents.reopen(" ".join(said[-1:]), *said[:-1])
    report(found, as_json)


def _incident_lines(incident: LiveIncident, now: datetime) -> str:
    from kb.incidents.life import overdue
    from kb.incidents.updates import affected, severity_text

    begun = minute(incident.started or incident.detected)
    what = f"{incident.phase}, {severity_text(incident)}, {begun}, {affected(incident)}"
    lines = [incident.id, f"  {incident.title} ({what})"]
    if incident.update_due:
        said = "status update OVERDUE since" if overdue(incident, now) else "next status update due at"
        lines.append(f"  {said} {minute(incident.update_due)}")
    return "\n".join(lines)


def report(incident: LiveIncident, as_json: bool) -> None:
    """What a step prints: the incident, or its id and phase."""
    if as_json:
        print_json(incident)
        return
    open_checks = [item.key for item in incident.checks if not item.held]
    if open_checks and not incident.verified:
        say(f"not verified yet: {', '.join(open_checks)}")
    print_text(f"{incident.id} {incident.phase}")


@app.command()
def review(
    context: typer.Context,
    well: list[str] = typer.Option([], "--well", metavar="TEXT", help="What went well; may be repeated."),
    wrong: list[str] = typer.Option([], "--wrong", metavar="TEXT", help="What went wrong; may be repeated."),
    lesson: list[str] = typer.Option([], "--lesson", metavar="TEXT", help="What was learned."),
    impact: str = typer.Option("", "--impact", metavar="TEXT", help="Who was affected, and how."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Add what the postmortem should say beside the timeline."""
    with opened(context) as kb:
        found = kb.incidents.review(well, wrong, lesson, impact, incident)
    report(found, as_json)


@app.command()
def update(
    context: typer.Context,
    style: str = typer.Option("report", "--style", metavar="STYLE", help="report or chat."),
    focus: str = typer.Option("", "--focus", metavar="TEXT", help="What is being worked on."),
    next_step: list[str] = typer.Option([], "--next", metavar="TEXT", help="What comes; may be repeated."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Print a status update to post, and say when the next one is due."""
    with opened(context) as kb:
        found = kb.incidents.status_update(style, focus, next_step, incident)
    if as_json:
        print_json(found)
        return
    print_text(found.text, nl=False)
    if found.next_due:
        say(f"the next update is due at {minute(found.next_due)}")


@app.command()
def postmortem(
    context: typer.Context,
    save: bool = typer.Option(False, "--save", help="Write it where the home keeps postmortems."),
    folder: str = typer.Option("", "--folder", metavar="DIR", help="Write it into this folder."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Draft the postmortem from the timeline; `kb ingest` reads it back as the same incident."""
    with opened(context) as kb:
        path = kb.incidents.save_postmortem(folder, incident) if save or folder else None
        text = kb.incidents.postmortem(incident)
    if as_json:
        print_json({"path": str(path) if path else None, "markdown": text})
    else:
        print_text(path or text, nl=path is not None)
