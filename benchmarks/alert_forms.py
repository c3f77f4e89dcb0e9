"""How many facts of an alert are read right, for each form that a tool sends: name, service, environment, severity …

`python -m benchmarks.alert_forms` prints right of expected over the tables in `tests/triage/alerts/` (the documented
forms, and tools that have none here: those by which the reading of unknown forms was mended, and those that were only
measured) and over `../shared/cases/alerts`, and what one alert costs in processor time.
With another checkout first on `PYTHONPATH` and `python benchmarks/alert_forms.py` that one reads the same tables.
"""

from __future__ import annotations

import importlib.util
import json
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kb.triage.alert import parse_alert
from kb.triage.severity import judge_severity

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT.parent / "shared/cases/alerts"
FACTS = ("name", "service", "environment", "severity", "start", "over")
TIMES = 20


def main() -> None:
    told, more = table("test_tools"), table("test_more_tools")
    others, further = table("test_unknown"), table("test_further_tools")
    sets = {
        "documented forms": [
            (sent, (*want[1:4], want[5], *want[6:]))
            for sent, want in (*told.SENT.values(), *more.SENT.values())
        ],
        "tools without a form": list(others.SENT.values()),
        "further, first half": [(sent, further.wanted(told)) for sent, told in further.FIRST.values()],
        "further, second half": [(sent, further.wanted(told)) for sent, told in further.SECOND.values()],
        "further, later": [(sent, further.wanted(told)) for sent, told in further.LATER.values()],
        "../shared/cases/alerts": list(shared_cases()),
    }
    print(
        f"{'':24}{'alerts':>7} " + " ".join(f"{fact:>12}" for fact in FACTS) + f"{'whole':>8}{'ms each':>9}"
    )
    for name, cases in sets.items():
        print(f"{name:24}{len(cases):7} {row(cases, of_end=name.startswith('further'))}")


def table(name: str) -> Any:
    """The module of tests by its file: another checkout on the path has none."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tests/triage/alerts/{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shared_cases() -> Iterable[tuple[str, tuple[Any, ...]]]:
    """Where a fact is not in `EXPECTED.md`, it is `...`."""
    if not CASES.is_dir():
        return
    tests = table("test_shared_cases")
    for name, (called, service, environment, severity) in tests.NAMED.items():
        yield (CASES / name).read_text(), (called, service, environment, severity, ..., False)
    for name in ("cloudwatch-ok.json", "pingdom-up.json", "nagios-recovery.txt"):
        yield (CASES / name).read_text(), (..., ..., ..., ..., ..., True)


def row(cases: list[tuple[Any, tuple[Any, ...]]], *, of_end: bool) -> str:
    """`of_end`: what is over is expected with its end rather than its start."""
    right, asked, whole = Counter[str](), Counter[str](), 0
    sent = [one if isinstance(one, str) else json.dumps(one) for one, _ in cases]
    began = time.process_time()
    for _ in range(TIMES):
        for one in sent:
            parse_alert(one)
    took = (time.process_time() - began) / TIMES / max(1, len(cases)) * 1000
    for one, (_, want) in zip(sent, cases, strict=True):
        pairs = [
            (fact, got == expected)
            for fact, got, expected in zip(FACTS, facts(one, of_end=of_end), want, strict=True)
            if expected is not ...
        ]
        asked.update(fact for fact, _ in pairs)
        right.update(fact for fact, is_right in pairs if is_right)
        whole += all(is_right for _, is_right in pairs)
    shares = " ".join(f"{right[fact]:>6} of {asked[fact]:2}" for fact in FACTS)
    return f"{shares}{whole:8}{took:9.2f}"


def facts(sent: str, *, of_end: bool) -> tuple[Any, ...]:
    alert = parse_alert(sent)
    severity = judge_severity(alert).severity
    starts, ends = alert.starts, getattr(alert, "ends", None)  # an older checkout knows no end
    moment = (ends or starts) if of_end and alert.is_resolved else starts or ends
    return (
        alert.name,
        alert.service,
        alert.environment,
        severity and str(severity),
        moment and moment.replace(microsecond=0),
        alert.is_resolved,
    )


if __name__ == "__main__":
    main()
