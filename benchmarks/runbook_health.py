"""How public alert rules and runbooks fit together, and how many commands of those runbooks an alert fills in.

Run `python -m benchmarks.runbook_health` from the project's root; `-v` lists every rule that leads nowhere and every
line that is filled in.  Reads `al-kube-prometheus`, `al-openshift-cmo` and the `rb-*` folders of `../shared/corpora`,
without a home: nothing was ever verified, so nothing can be stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.fields import CORPORA, entries_below
from kb.model import AlertRule, Entry, Runbook
from kb.model.brief import Alert
from kb.review.runbooks import in_words, runbook_health
from kb.triage.alerts.commands import filled_steps

FOLDERS = ("al-kube-prometheus", "al-openshift-cmo", "rb-kubevirt", "rb-openshift", "rb-prometheus-operator")
ALERT = Alert(
    text="an alert",
    labels={
        "namespace": "orders",
        "pod": "cart-0",
        "container": "cart",
        "deployment": "cart",
        "statefulset": "cart",
        "daemonset": "agent",
        "job_name": "backup-28",
        "node": "n-1",
        "instance": "10.0.0.1:9100",
        "mountpoint": "/var/lib",
        "persistentvolumeclaim": "data-cart-0",
        "job": "kube-state-metrics",
    },
)
"""An alert with the labels that kube-prometheus' rules have, each with a value of its kind."""


def entries() -> Iterator[Entry]:
    """Every entry of the folders, each text once, with an id that tells them apart."""
    seen = set[tuple[str, str, str]]()
    for folder in FOLDERS:
        for path, entry in entries_below(CORPORA / folder):
            text = (entry.kind, entry.natural_key, entry.body if isinstance(entry, Runbook) else path)
            if text not in seen:
                seen.add(text)
                yield replace(entry, id=f"{path}#{entry.headline}")


def filled_lines(runbook: Runbook) -> Iterator[tuple[str, str]]:
    """The lines of its steps that the alert fills in, before and after."""
    for before, after in zip(
        runbook.steps, filled_steps(runbook.steps, runbook.commands, ALERT), strict=True
    ):
        pairs = zip(before.splitlines(), after.splitlines(), strict=True)
        yield from ((old.strip(), new.strip()) for old, new in pairs if old != new)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("-v", "--verbose", action="store_true", help="list rules and lines")
    verbose = options.parse_args().verbose
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA} is not there: nothing to measure")
    found, now = list(entries()), datetime.now(UTC)
    rules = [one for one in found if isinstance(one, AlertRule)]
    runbooks = [one for one in found if isinstance(one, Runbook)]
    health = runbook_health(rules, [(one, now) for one in runbooks], {}, now)
    print("\n".join(in_words(health)))
    if verbose:
        for name in ("without", "missing", "unwritten"):
            for rule in getattr(health, name):
                print(f"  {name}: {rule.name} {rule.runbook_url} {rule.runbook_id} ({rule.path})")
    filled = {runbook.id: lines for runbook in runbooks if (lines := list(filled_lines(runbook)))}
    print(
        f"{sum(map(len, filled.values()))} lines of steps filled in, in {len(filled)} of {len(runbooks)} runbooks"
    )
    if verbose:
        for key, lines in filled.items():
            print("\n".join(f"  {key}: {old}\n    {new}" for old, new in lines))


if __name__ == "__main__":
    main()
