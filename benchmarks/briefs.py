"""Twenty briefs among 10,000 entries: is the right fix in, at how many tokens, beside a dump of the YAML files.

Run `python -m benchmarks.briefs` from the project's root.  The home holds twenty entries written by hand
(`briefs_cases.yaml`) and, to fill up, entries recombined by a seeded generator from the same words;
`--home DIR` keeps it there and uses it again, since embedding takes minutes.  Exits with 1 when a fix is
missing or a brief exceeds its budget.  Then `check_known_issues` is asked the same, as an agent gets its answer: the
text and the data, each within its own budget.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from mcp_types import TextContent

from kb import KnowledgeBase
from kb.doors.mcp.replies import compact, reply
from kb.model.brief import Brief
from kb.operations.asking import check_known_issues
from kb.starter import make_home
from kb.triage.brief import render
from kb.triage.budget import count_tokens

CASES = Path(__file__).with_name("briefs_cases.yaml")
SERVICES = (
    "orders",
    "billing",
    "ledger",
    "checkout",
    "catalogue",
    "search",
    "auth",
    "gateway",
    "tariffs",
    "settlement",
    "invoicing",
    "forecast",
    "frontpage",
    "recommendations",
    "report-worker",
    "sluice",
    "buoy-gateway",
    "orders-db",
    "ci",
    "mailer",
    "media",
    "chat",
    "profile",
    "stock",
    "pricing",
    "shipping",
    "audit",
    "returns",
    "vouchers",
    "reviews",
)
SYMPTOMS = (
    "connection pool exhausted while {job}",
    "certificate of {part} expired",
    "consumer lag grows during {job}",
    "OOMKilled while {job}",
    "lookup of {part} failed: no such host",
    "disk of {part} is full",
    "429 Too Many Requests from {part} while {job}",
    "deadlock detected while {job}",
    "ImagePullBackOff on {part}",
    "token rejected by {part}",
    "latency of {part} jumps while {job}",
    "lock timeout while {job}",
    "too many open files in {part}",
    "502 from {part} while {job}",
    "NullPointerException while {job}",
    "replication of {part} stopped",
    "writes to {part} are refused",
    "backlog of {part} grows while {job}",
)
JOBS = (
    "importing prices",
    "repricing",
    "settling captures",
    "rendering reports",
    "rebuilding the index",
    "sending mail",
    "migrating invoices",
    "closing the day",
    "loading tide tables",
    "ranking products",
    "resizing images",
    "syncing stock",
    "rotating keys",
    "exporting audits",
    "archiving orders",
)
PARTS = (
    "the session store",
    "the load balancer",
    "the message broker",
    "the standby database",
    "the cache",
    "the registry mirror",
    "the time server",
    "the webhook",
    "the resolver",
    "the card provider",
    "the build agent",
    "the proxy",
    "the object store",
    "the scheduler",
    "the telemetry gateway",
)
CAUSES = (
    "{job} starts once per pod since release {n}",
    "{part} was resized to {n} MB",
    "the timeout towards {part} is {n} ms",
    "a retry loop hits {part} {n} times",
    "the flag {flag} was switched on",
    "the quota of {part} is {n}",
)
FIXES = (
    "Set {flag} to {n} and restart {service}",
    "Switch {flag} off for {service}",
    "Move {job} to shard {n}",
    "Raise the limit of {part} to {n}",
    "Roll {service} back to release {n}",
    "Restart {part} and pause {job}",
)


def bulk(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Entries that share their words with the right ones: every fifth a runbook, the others patterns."""
    dice = random.Random(seed)
    for number in range(count):
        job, part = dice.choice(JOBS), dice.choice(PARTS)
        flag = f"{dice.choice(PARTS).split()[-1]}_{dice.choice(JOBS).split()[0]}_{number}"
        service = dice.choice(SERVICES)
        words = {"service": service, "job": job, "part": part, "n": number + 11, "flag": flag}
        symptom = f"{words['service']}: {dice.choice(SYMPTOMS)}, shard {number}".format(**words)
        cause, fix = dice.choice(CAUSES).format(**words), dice.choice(FIXES).format(**words)
        if number % 5 == 0:
            yield {"name": symptom, "steps": [f"Check whether {cause}", fix]}
        else:
            yield {"pattern": symptom, "meaning": cause, "fix": fix, "services": [words["service"]]}


def fill(home: Path, cases: list[dict[str, Any]], entries: int) -> None:
    """Write the entries into memory files of about a thousand each."""
    everything = [case["entry"] for case in cases]
    everything += bulk(entries - len(everything))
    for number in range(0, len(everything), 1000):
        part = everything[number : number + 1000]
        lists = {
            "shard_patterns": [one for one in part if "pattern" in one],
            "procedures": [one for one in part if "steps" in one],
            "tool_fixes": [one for one in part if "tool_name" in one],
        }
        text = yaml.safe_dump(
            {key: value for key, value in lists.items() if value}, sort_keys=False, width=10_000
        )
        (home / "learned" / f"briefs-{number // 1000}.yaml").write_text(text)


def alert_of(case: dict[str, Any]) -> Any:
    """The alert; where the case says log, between many lines that tell nothing."""
    if not case.get("log"):
        return case["alert"]
    calm = [f"2026-05-20T10:04:{n % 60:02d}Z INFO request {n} served in {n % 90} ms" for n in range(400)]
    return "\n".join([*calm[:300], f"2026-05-20T10:09:01Z ERROR {case['alert']}", *calm[300:]])


def run(kb: KnowledgeBase, cases: list[dict[str, Any]], budget: int) -> tuple[int, list[Brief]]:
    """Print a line a case; how many held, and the briefs."""
    right, briefs, spent = 0, list[Brief](), list[float]()
    for case in cases:
        started = time.perf_counter()
        brief = kb.triage(alert_of(case), budget=budget)
        spent.append((time.perf_counter() - started) * 1000)
        text = render(brief)
        held = case["must"] in text and brief.tokens <= budget
        right += held
        briefs.append(brief)
        held_in_words = "right" if held else "MISSED"
        print(
            f"{held_in_words:7}{brief.verdict:8} {brief.tokens:5} tokens {spent[-1]:6.0f} ms  {case['name']}"
        )
    print(
        f"latency: median {median(spent):.0f} ms, slowest {max(spent):.0f} ms (the first one loads the model)"
    )
    return right, briefs


def checked(kb: KnowledgeBase, cases: list[dict[str, Any]]) -> None:
    """Print how many answers to agents hold the fix, in text and data, and what they cost."""
    right, texts, data = 0, list[int](), list[int]()
    for case in cases:
        alert = alert_of(case)
        asked = alert if isinstance(alert, str) else yaml.safe_dump(alert)
        result = reply(check_known_issues, check_known_issues(kb, error_text=asked))
        content, structured = result.content[0], result.structured_content or {}
        text = content.text if isinstance(content, TextContent) else ""
        fixes = str([(one["fix"], one["commands"]) for one in structured["matches"]])
        right += case["must"] in text and case["must"] in fixes
        texts.append(count_tokens(text))
        data.append(count_tokens(compact(structured)))
    print(
        f"check: right fix in text and data: {right} of {len(cases)}; tokens of the text: median {median(texts):.0f}, "
        f"most {max(texts)}; of the data: median {median(data):.0f}, most {max(data)}"
    )


def main() -> int:
    """Measure with the options of the command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--home", type=Path, help="where the home is kept, or made")
    options.add_argument("--entries", type=int, default=10_000)
    options.add_argument("--budget", type=int, default=1000)
    given = options.parse_args()
    cases = yaml.safe_load(CASES.read_text())["cases"]
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch) / "home"
        if not (home / "learned" / "briefs-0.yaml").is_file():
            make_home(home)
            fill(home, cases, given.entries)
        with KnowledgeBase.open(home) as kb:
            started = time.perf_counter()
            kb.repair()
            print(f"{sum(kb.counts().values())} entries, made ready in {time.perf_counter() - started:.0f} s")
            right, briefs = run(kb, cases, given.budget)
            checked(kb, cases)
        dump = sum(count_tokens(path.read_text()) for path in (home / "learned").glob("*.yaml"))
    tokens = median(brief.tokens for brief in briefs)
    print(f"right fix within {given.budget} tokens: {right} of {len(cases)}")
    print(
        f"tokens of a brief: median {tokens:.0f}; of dumping learned/*.yaml: {dump} ({dump / tokens:.0f} times as many)"
    )
    return 0 if right == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
