"""`kb eval`: how good are the answers of this home?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import JSON, ProgressBar, opened, print_json, print_text, say

if TYPE_CHECKING:
    from kb.evaluation.results import Run


def add_to(app: typer.Typer) -> None:
    """Put the command of this file into the tree."""
    app.command("eval", short_help="Measure the answers on labelled cases.")(evaluate)


def evaluate(
    context: typer.Context,
    cases: list[str] = typer.Argument(
        ..., metavar="CASES", help="Files of labelled cases: YAML, or JSON lines (.jsonl)."
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
        print_text(report(run, comparison))
    for reason in failed:
        say(f"FAILED: {reason}")
    if failed:
        raise typer.Exit(1)


def _run(context: typer.Context, files: list[str], limit: int) -> Run:
    from dataclasses import replace
    from datetime import UTC, datetime

    from kb.evaluation.cases import load_cases
    from kb.evaluation.run import evaluate, evenly

    loaded = load_cases(files)
    if loaded.ignored:
        say(f"keys that say nothing to an evaluation: {', '.join(loaded.ignored)}")
    chosen, bar = replace(loaded, cases=evenly(loaded.cases, limit)), ProgressBar()
    with opened(context) as kb:
        try:
            return evaluate(kb, chosen, now=datetime.now(UTC), progress=bar)
        finally:
            bar.close()
