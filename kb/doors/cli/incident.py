"""`kb incident …`: an incident from the alert to the postmortem, a step a command, and what is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from kb.doors.cli.arguments import argument, option, taking
from kb.doors.cli.printed.output import JSON, asked, opened, print_json, print_long, print_text, say
from kb.errors import InvalidInput
from kb.operations import incidents as operations
from kb.text.times import minute

if TYPE_CHECKING:
    from datetime import datetime

    from kb.model.incident import LiveIncident

app = typer.Typer(help="Live an incident: open, log, mitigate, resolve, verify, close.", no_args_is_help=True)

WHICH = typer.Option(
    "", "--incident", "-i", metavar="ID", help="Which one; not needed while only one is open."
)


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.add_typer(app, name="incident")


@app.command("open")
@taking(operations.incident_open, title=argument("TITLE"))
def open_incident(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Open an incident; what is logged from now on belongs to it."""
    from kb.incidents.life import REPORTED_AGAIN

    found: LiveIncident = asked(context, operations.incident_open, given)
    if found.timeline[-1].action.startswith(REPORTED_AGAIN):
        back = f"; if it came back: kb incident reopen {found.id} REASON" if found.resolved else ""
        say(f"it was open already, with this title and service; this report is noted there{back}")
    report(found, as_json)


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
    """One incident with its timeline; each step has its number in front."""
    from kb.incidents.life import told
    from kb.incidents.merging import lived

    with opened(context) as kb:
        found, now = kb.incidents.get(incident), kb.incidents.clock()
    if as_json:
        print_json(found)
        return
    lines = [_incident_lines(found, now)]
    for event in lived(found.timeline):
        if line := told(event):  # lines of a text stand further in: none passes for a step
            lines.append(f"{event.id:>6}  {minute(event.at)}  {line.replace(chr(10), chr(10) + ' ' * 28)}")
    print_long("\n".join(lines), fold=True)


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
@taking(operations.incident_acknowledge)
def acknowledge(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Say that somebody is on it."""
    report(asked(context, operations.incident_acknowledge, given), as_json)


@app.command()
@taking(operations.incident_severity, severity=argument("LABEL"), reason=argument("REASON"))
def severity(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Give or change the severity."""
    report(asked(context, operations.incident_severity, given), as_json)


@app.command()
@taking(operations.incident_hypothesise, text=argument("TEXT"), hypothesis_id=option("--id", metavar="H"))
def hypothesis(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Name a possible cause, or say that one is confirmed or refuted."""
    report(asked(context, operations.incident_hypothesise, given), as_json)


@app.command()
@taking(operations.incident_mitigate, action=argument("ACTION"), worked=option("--worked/--no-help"))
def mitigate(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Note what was tried to stop the bleeding."""
    report(asked(context, operations.incident_mitigate, given), as_json)


@app.command()
@taking(operations.incident_resolve, resolution=argument("TEXT"))
def resolve(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Say what removed the cause; nothing is credited before it was verified."""
    report(asked(context, operations.incident_resolve, given), as_json)


@app.command()
def verify(
    context: typer.Context,
    held: list[str] = typer.Argument(
        None, metavar="[ITEM…]", help="Items that hold, or 'all'; ITEM=no for one that does not."
    ),
    by: str = typer.Option("", "--by", metavar="NAME", help="Who looked."),
    incident: str = WHICH,
    as_json: bool = JSON,
) -> None:
    """Note the checklist: error_rates, response_times, complaints, services, dashboards, alerts.

    Without an item it is shown, with what was noted so far.
    """
    if not held:
        _show_checklist(context, incident, as_json)
        return
    checks = "all" if held == ["all"] else dict(item.partition("=")[::2] for item in held)
    given = checks if isinstance(checks, str) else {name: value or "yes" for name, value in checks.items()}
    with opened(context) as kb:
        found = kb.incidents.verify(given, by, incident)
    report(found, as_json)


def _show_checklist(context: typer.Context, incident: str, as_json: bool) -> None:
    from kb.incidents.life import checklist

    with opened(context) as kb:
        found = kb.incidents.told(incident)
    items = found.checks or checklist({})
    if as_json:
        print_json(items)
        return
    noted = {True: "[x]", False: "[ ] no:", None: "[ ]"}
    print_text("\n".join(f"{noted[item.held]} {item.key}: {item.text}" for item in items))
    if not found.verified:
        say("what holds: kb incident verify error_rates alerts; all of it: kb incident verify all --by NAME")


@app.command("action-item")
@taking(operations.incident_action_item, text=argument("TEXT"), done=option("--done"))
def action_item(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Add something to do afterwards; the same text again changes it."""
    report(asked(context, operations.incident_action_item, given), as_json)


@app.command()
@taking(operations.incident_close)
def close(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """End it."""
    found: LiveIncident = asked(context, operations.incident_close, given)
    report(found, as_json)
    if not found.verified:
        say(
            f"nobody verified that it holds, so no fix gains trust by it: kb incident verify all -i {found.id}"
        )


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


@app.command()
@taking(operations.incident_merge, incident_id=argument("ID"), into=option("--into", metavar="ID"))
def merge(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Make one of two incidents that are the same trouble; outcomes and alerts go along."""
    report(asked(context, operations.incident_merge, given), as_json)


@app.command()
@taking(
    operations.incident_split,
    title=argument("[TITLE]"),
    steps=option("--step", "-s", metavar="N"),
    alerts=option("--alert", "-a", metavar="NAME"),
)
def split(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Make an incident of its own of steps or alerts of another one; or take out again what was merged."""
    report(asked(context, operations.incident_split, given), as_json)


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
@taking(
    operations.incident_review,
    went_well=option("--well"),
    went_wrong=option("--wrong"),
    lessons=option("--lesson"),
)
def review(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Add what the postmortem should say beside the timeline."""
    report(asked(context, operations.incident_review, given), as_json)


@app.command()
@taking(operations.incident_status_update, next_steps=option("--next"))
def update(context: typer.Context, as_json: bool = JSON, **given: Any) -> None:
    """Print a status update to post, and say when the next one is due."""
    found = asked(context, operations.incident_status_update, given)
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
