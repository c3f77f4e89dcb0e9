"""Public postmortems, status pages, runbooks and known errors: each claimed by its source, dates right."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.postmortem.postmortem import Postmortem
from ingest.source import SourceFile
from ingest.sources.status_page import StatusPage
from kb.model import Incident

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
ANSWERS = ROOT / "tests" / "answers" / "postmortems.yaml"

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="../shared/corpora is absent")


def files(pattern: str) -> list[SourceFile]:
    paths = (path for path in sorted(CORPORA.glob(f"{pattern}/**/*")) if path.is_file())
    return [
        SourceFile(path=path.relative_to(CORPORA).as_posix(), text=path.read_text(encoding="utf-8"))
        for path in paths
    ]


@cache
def incidents() -> dict[str, Incident]:
    found = {}
    for file in files("pm-*"):
        if Postmortem().recognises(file) > StatusPage().recognises(file):
            for entry in Postmortem().parse(file).entries:
                assert isinstance(entry, Incident)
                found[file.path] = entry
    return found


@cache
def answers() -> dict[str, dict[str, Any]]:
    dates: dict[str, dict[str, Any]] = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))["dates"]
    return dates


def test_every_postmortem_is_claimed_and_nothing_else_of_those_folders() -> None:
    assert set(incidents()) == set(answers())


def test_no_runbook_known_error_or_alert_rule_is_claimed() -> None:
    others = [file for pattern in ("rb-*", "ke-*", "al-*") for file in files(pattern)]
    claimed = [f.path for f in others if Postmortem().recognises(f) or StatusPage().recognises(f)]
    assert claimed == []


def test_every_status_page_incident_is_claimed_with_a_date_and_a_severity() -> None:
    pages = [file for file in files("status-*") if file.suffix == ".md"]
    entries = [entry for file in pages for entry in StatusPage().parse(file).entries]
    assert all(StatusPage().recognises(file) > Postmortem().recognises(file) for file in pages)
    assert len(entries) == len(pages) == 297
    assert all(isinstance(e, Incident) and e.date and e.severity for e in entries)


def test_dates_timelines_and_actions_are_found_where_a_careful_reader_finds_them() -> None:
    right = sum(
        incidents()[path].date in (answer["date"], *answer.get("also", ()))
        for path, answer in answers().items()
    )
    timed = [path for path, answer in answers().items() if answer["has_timeline"]]
    acted = [path for path, answer in answers().items() if answer["has_action_items"]]
    assert right / len(answers()) >= 0.98
    assert sum(bool(incidents()[path].timeline) for path in timed) / len(timed) >= 0.95
    assert sum(bool(incidents()[path].action_items) for path in acted) / len(acted) >= 0.95
