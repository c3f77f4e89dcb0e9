"""`kb eval`: how good are the answers of this home?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import JSON, ProgressBar, opened, print_json, print_markdown, print_text, say
from kb.errors import Refused

if TYPE_CHECKING:
    from kb.evaluation.results import Run


def add_to(app: typer.Typer) -> None:
    """Put the command of this file into the tree."""
    app.command("eval", short_help="Measure the answers on labelled cases.")(evaluate)


def evaluate(
    context: typer.Context,
    cases: list[str] = typer.Argument(
        None, metavar="CASES", help="Files of labelled cases: YAML, or JSON lines (.jsonl)."
    ),
    draft: bool = typer.Option(
        False, "--draft", help="Propose cases from the ledger instead, as a file to be checked by a person."
    ),
    against: Path = typer.Option(
        None,
        "--against",
        metavar="RUN",
        help="Compare with this older run; exit code 1 when a figure got worse.",
    ),
    output: Path = typer.Option(
        None, "--output", "-o", metavar="RUN", help="Write the run to this file, as JSON."
    ),
    limit: int = typer.Option(
        0,
        "--limit",
        "-n",
        min=0,
        metavar="N",
        help="Ask only so many cases, evenly spread, for a quick look.",
    ),
    fail_below: list[str] = typer.Option(
        [], "--fail-below", metavar="NAME=NUMBER", help="Exit code 1 when a figure is lower; may be repeated."
    ),
    as_json: bool = JSON,
) -> None:
    """Measure the answers of this home on labelled cases.  Nothing is recorded: it changes no trust.

    \b
    A case says what is asked and what is right:
      - query: "FATAL: remaining connection slots are reserved"
        service: checkout                # optional, as are tool, environment, group
        relevant: [runbooks/pool.md]     # ids, titles or ends of source paths: any one is right
      - query: "the printer is out of paper"
        relevant: []                     # the right answer is "unknown"

    Figures: recall, mean reciprocal rank, calibration, coverage at 5 % wrong answers, AUROC, latency by tier,
    tokens; each with a 95 % interval.  With --against, a figure got worse when the 95 % interval of its
    difference, over the cases of both runs, leaves out zero; what is within chance is shown and passes.
    """
    if draft:
        _draft(context, output, limit, as_json)
        return
    if not cases:
        raise typer.BadParameter(
            "give files of cases, or --draft to have some proposed from what was asked here"
        )
    from kb.evaluation.compare import compare, failures, parse_lowest
    from kb.evaluation.report import report
    from kb.evaluation.results import load_run, save_run

    lowest, older = parse_lowest(fail_below), load_run(against) if against else None
    run = _run(context, cases, limit)
    comparison = compare(run, older) if older else None
    failed = failures(run, comparison, lowest)
    if output:
        save_run(run, output)
        say(f"the run is in {output}")
    if as_json:
        print_json({"run": run, "comparison": comparison, "failed": failed})
    else:
        print_markdown(report(run, comparison))
    for reason in failed:
        say(f"FAILED: {reason}")
    if failed:
        raise typer.Exit(1)


def _draft(context: typer.Context, output: Path | None, limit: int, as_json: bool) -> None:
    """Cases of lookups with a known outcome, as YAML on stdout or into a file that is not there yet."""
    from kb.evaluation import draft
    from kb.memory.yaml_file import write_atomically

    if output and output.exists():
        raise Refused(f"{output} is there already, and may hold what somebody checked; give another file")
    with opened(context) as kb:
        kb.refresh()
        lookups = kb.incidents.ledger.judged()
    found = draft.draft(lookups)[: limit or None]
    if not found:
        say("no lookup has an outcome yet; record what helped: kb outcome ENTRY resolved --lookup LOOKUP")
    if as_json:
        print_json([{**draft.as_row(one.case), "asked": one.asked, "reasons": one.reasons} for one in found])
    elif found and output:
        write_atomically(output, draft.as_yaml(found, len(lookups)).encode())
        say(f"{len(found)} cases are in {output}; check each of them, then: kb eval {output}")
    elif found:
        print_text(draft.as_yaml(found, len(lookups)), nl=False)


def _run(context: typer.Context, files: list[str], limit: int) -> Run:
    from dataclasses import replace
    from datetime import UTC, datetime

    from kb.evaluation.cases import load_cases
    from kb.evaluation.run import evaluate, evenly

    loaded = load_cases(files)
    if loaded.ignored:
        say(f"keys that say nothing to an evaluation: {', '.join(loaded.ignored)}")
    if unread := sum(not case.checked for case in loaded.cases):
        say(
            f"{unread} of {len(loaded.cases)} cases are marked `checked: false`: nobody has read them yet, so what is"
        )
        say(
            "right in them is what the ledger holds, and the figures tell how well the home agrees with itself"
        )
    chosen, bar = replace(loaded, cases=evenly(loaded.cases, limit)), ProgressBar()
    with opened(context) as kb:
        try:
            return evaluate(kb, chosen, now=datetime.now(UTC), progress=bar)
        finally:
            bar.close()
