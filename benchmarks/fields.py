"""How well the fields of real postmortems and runbooks are read, against an answer file made by hand.

Run `python -m benchmarks.fields` from the project's root; `-v` lists every miss.  Reads
`../shared/corpora`, `tests/answers/postmortems.yaml` and `runbooks.yaml`; says so and stops where the first is absent.
`--checkouts FOLDER` asks of public repositories instead, which lie in FOLDER as `owner+name`, the answers of
`tests/answers/reports_elsewhere.yaml` and `runbooks.yaml`; a repository that is not there is named and left out.
`--half NAME` asks only of one part of them; the table of reports in `docs/reading.md` says which of them the reader was
mended by, and when.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from ingest.pipeline import Unreadable, discover, parse_file, read_file
from kb.model import Entry, Incident, Runbook

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
ANSWERS = ROOT / "tests" / "answers" / "postmortems.yaml"
ELSEWHERE = ROOT / "tests" / "answers" / "reports_elsewhere.yaml"
RUNBOOKS = ROOT / "tests" / "answers" / "runbooks.yaml"
HALVES = (
    "looked-at",
    "held-back",
    "last",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)

Check = tuple[str, bool, str]
"""What was checked, whether it was right, and what stood there."""


def entries_below(folder: Path) -> Iterator[tuple[str, Entry]]:
    """Every entry below a folder with its file's path relative to the corpora."""
    for path in discover([folder]):
        read = path if isinstance(path, Unreadable) else read_file(path)
        if not isinstance(read, Unreadable):
            _, parsed = parse_file(read.file)
            for entry in parsed.entries:
                yield str(Path(read.file.path).relative_to(CORPORA)), entry


def postmortems() -> dict[str, Incident]:
    """The incidents of the `pm-*` folders by path."""
    folders = sorted(CORPORA.glob("pm-*"))
    found = (pair for folder in folders for pair in entries_below(folder))
    return {path: entry for path, entry in found if isinstance(entry, Incident)}


def check_all(answers: dict[str, Any], found: dict[str, Incident]) -> Iterator[Check]:
    """Dates, timelines and action items of all postmortems."""
    for path, said in answers["dates"].items():
        incident = found.get(path)
        yield "read as an incident", incident is not None, path
        if incident is None:
            continue
        allowed = [said["date"], *said.get("also", [])]
        yield "date", incident.date in allowed, f"{path}: {incident.date}, not {said['date']}"
        if said["has_timeline"]:
            yield "timeline where there is one", bool(incident.timeline), path
        if said["has_action_items"]:
            yield "action items where there are some", bool(incident.action_items), path


def check_full(path: str, said: dict[str, Any], incident: Incident) -> Iterator[Check]:
    """Everything that the answer file says of one postmortem."""
    events, actions = incident.timeline, incident.action_items
    yield "events, number", _fits(len(events), said.get("events")), f"{path}: {len(events)}"
    yield "action items, number", _fits(len(actions), said.get("actions")), f"{path}: {len(actions)}"
    ends: tuple[tuple[str, Sequence[Any]], ...] = (
        ("first_event", events[:1]),
        ("last_event", events[-1:]),
        ("first_action", actions[:1]),
        ("last_action", actions[-1:]),
    )
    for name, items in ends:
        if said.get(name):
            right = bool(items) and _words(said[name]) in _words(items[0].text)
            yield name.replace("_", " "), right, f"{path}: {said[name]}"
    yield "cause", bool(incident.causes) or not said["has_cause"], path
    told = bool(incident.resolution or incident.mitigation)
    yield "resolution", told == said["has_resolution"], path


def check_elsewhere(checkouts: Path, half: str = "") -> Iterator[Check]:
    """Everything that the answers say of the reports and runbooks in other repositories, of all or of one half."""
    for repository, folder, said in _answered(ELSEWHERE, checkouts, half):
        for path, answer in said["files"].items():
            found = incident_at(folder / path, f"{repository.partition('/')[2]}/{path}")
            yield from check_report(f"{repository} {path}", answer, found)
    for repository, folder, said in _answered(RUNBOOKS, checkouts, half):
        for path, steps in said["files"].items():
            runbooks = runbooks_at(folder / path, f"{repository.partition('/')[2]}/{path}")
            yield from check_steps(f"{repository} {path}", steps, runbooks)


def _answered(answers: Path, checkouts: Path, half: str) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """The repositories that are there, with their folders and what is said of them."""
    for repository, said in yaml.safe_load(answers.read_text()).items():
        folder = checkouts / repository.replace("/", "+")
        if "commit" not in said or (half and said.get("half", "looked at").replace(" ", "-") != half):
            continue
        if folder.is_dir():
            yield repository, folder, said
        else:
            print(f"{repository} is not there: left out", file=sys.stderr)


def runbooks_at(path: Path, place: str) -> list[Runbook]:
    """The runbooks of a file, as if it lay at `place`."""
    read = read_file(path)
    if isinstance(read, Unreadable):
        return []
    _, parsed = parse_file(replace(read.file, place=place))
    return [entry for entry in parsed.entries if isinstance(entry, Runbook)]


def check_steps(name: str, said: list[Any] | dict[str, Any], runbooks: list[Runbook]) -> Iterator[Check]:
    """Whether each step of the answer was read, with its commands beside its words, in order; and what else is said."""
    yield "read as a runbook", bool(runbooks), name
    steps = said["steps"] if isinstance(said, dict) else said
    read = [step for runbook in runbooks for step in runbook.steps]
    places: list[int] = []
    for step in steps:
        words, *commands = [step] if isinstance(step, str) else step
        found = [place for place, one in enumerate(read) if _is_step(one, words, commands)]
        yield (
            "step with its commands" if commands else "step without commands",
            bool(found),
            f"{name}: {step}",
        )
        at_least = places[-1] if places else 0
        places += [place for place in found if place >= at_least][:1] or found[:1]
    if isinstance(said, dict):
        yield "steps in order", places == sorted(places), f"{name}: {places}"
        names = " ".join(_words(runbook.name) for runbook in runbooks)
        yield "name", _words(said["name"]) in names, f"{name}: {names}"
        linked = "\n".join(f"{runbook.body} {runbook.steps}" for runbook in runbooks)
        for link in said.get("links", []):
            yield "link", link in linked, f"{name}: {link}"


def _is_step(read: str, words: str, commands: Sequence[str]) -> bool:
    whole = " ".join(read.split())
    return _words(words) in _words(read) and all(" ".join(one.split()) in whole for one in commands)


def incident_at(path: Path, place: str) -> Incident | None:
    """The incident of a file, as if it lay at `place`."""
    read = read_file(path)
    if isinstance(read, Unreadable):
        return None
    _, parsed = parse_file(replace(read.file, place=place))
    return next((entry for entry in parsed.entries if isinstance(entry, Incident)), None)


def check_report(name: str, answer: dict[str, Any], incident: Incident | None) -> Iterator[Check]:
    """What was found of a report, beside its answer."""
    yield "read as an incident", incident is not None, name
    if incident is None:
        return
    yield "date", incident.date in [answer["date"], *answer.get("also", [])], f"{name}: {incident.date}"
    for field, found in (("events", incident.timeline), ("actions", incident.action_items)):
        if field in answer:
            yield f"{field}, number", _fits(len(found), answer[field]), f"{name}: {len(found)}"
    instants = [event.at for event in incident.timeline if event.at]
    for field, ends in (("first", instants[:1]), ("last", instants[-1:])):
        if field in answer:
            right = ends == [datetime.fromisoformat(answer[field])]
            yield f"{field} instant", right, f"{name}: {[*map(str, ends)]}, not {answer[field]}"
    causes = "\n".join(one.text for one in incident.causes)
    done = "\n".join((incident.resolution, incident.mitigation, *(one.text for one in incident.done)))
    for field, told in (("cause", causes), ("fix", done)):
        if field in answer:
            any_of = answer[field] if isinstance(answer[field], list) else [answer[field]]
            words = [_words(one) for one in any_of if one]
            right = any(one in _words(told) for one in words) if words else not told.strip()
            yield f"{field}, told" if words else f"{field}, not told", right, f"{name}: {told[:160]!r}"
    for wrong in answer.get("wrong", []):
        yield "wrong step, not shown", _words(wrong) not in _words(done), f"{name}: {wrong}"


def check_runbooks() -> Iterator[Check]:
    """Name and steps of every runbook that is not a stub."""
    for folder in sorted(CORPORA.glob("rb-*")):
        for path, entry in entries_below(folder):
            if isinstance(entry, Runbook):
                yield "runbook, name", bool(entry.name), path
                if not entry.extra.get("stub"):
                    yield "runbook, steps (stubs left out)", bool(entry.steps), path
    for path, steps in yaml.safe_load(RUNBOOKS.read_text())["corpora"]["files"].items():
        yield from check_steps(path, steps, runbooks_at(CORPORA / path, path))


def _fits(count: int, said: Any) -> bool:
    return said[0] <= count <= said[1] if isinstance(said, list) else said is None or count == said


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^\w ]+", " ", text).lower().split())


def main() -> None:
    """Ask what the options name."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("-v", "--verbose", action="store_true", help="list every miss")
    options.add_argument("--checkouts", type=Path, help="a folder with other repositories")
    options.add_argument("--half", choices=HALVES, default="", help="only these of them")
    given = options.parse_args()
    if given.checkouts:
        report([*check_elsewhere(given.checkouts, given.half)], given.verbose)
        return
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA} is not there: nothing to measure")
    answers = yaml.safe_load(ANSWERS.read_text())
    found = postmortems()
    checks = [*check_all(answers, found), *check_runbooks()]
    for path, said in answers["full"].items():
        checks += check_full(path, said, found[path])
    report(checks, given.verbose)


def report(checks: Sequence[Check], verbose: bool) -> None:
    """Print right and total of every check, and with `verbose` each miss."""
    right, total = Counter[str](), Counter[str]()
    for name, fits, what in checks:
        total[name] += 1
        right[name] += fits
        if verbose and not fits:
            print(f"miss: {name}: {what}")
    for name in total:
        print(f"{name:<34} {right[name]:>4} of {total[name]:>4}  {right[name] / total[name]:6.1%}")


if __name__ == "__main__":
    main()
