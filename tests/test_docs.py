"""The documentation says what is so: generated pages, dependencies, the README, the JSON shapes."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from docs import generate, json_meanings, readme
from kb import KnowledgeBase
from kb.doors.cli.app import app
from tests.conftest import ROOT


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text() == generate.PAGES[name](), f"{name} is out of date; run: make docs"


def test_every_dependency_has_its_reason() -> None:
    assert generate.dependency_mistakes() == []


def test_what_varies_from_run_to_run_is_not_compared() -> None:
    one = "trust 0.67, last 2026-11-02\nlookup lookup-0123456789ab, 115 ms\n3 texts embedded, 4.5 s\n"
    other = "trust 0.66, last 2027-01-30\nlookup lookup-ba9876543210, 90 ms\n3 texts embedded, 12 s\n"
    assert readme.same(one, other)
    assert not readme.same(one, one.replace("3 texts", "4 texts"))


def test_links_between_the_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/README.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.slow
def test_json_has_the_fields_that_the_page_names(home: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Disk full on the build host\n\nRemove old images.\n")
    cases = tmp_path / "cases.yaml"
    cases.write_text("- {query: disk full, relevant: [note.md]}\n- {query: owls, relevant: []}\n")
    with KnowledgeBase.open(home) as kb:
        entry_id = kb.learn_pattern("scheduler quota exhausted for tenant blue", meaning="Too many jobs").id
    commands = {
        ("init",): [str(tmp_path / "other")],
        ("check",): ["scheduler quota exhausted for tenant blue"],
        ("search",): ["disk full"],
        ("show",): [entry_id],
        ("learn pattern", "learn tool-fix"): ["replica set lost its quorum"],
        ("outcome",): [entry_id, "resolved"],
        ("ingest",): [str(note)],
        ("eval",): [str(cases)],
        ("doctor",): [],
        ("weekly",): [],
        ("memory append",): ["learned/notes", "notes", "one"],
        ("memory update",): ["learned/notes", "title", "two"],
        ("memory log",): ["restarted the builder"],
        ("change record",): ["drift", "--service", "builder", "--reason", "more memory"],
        ("change list",): [],
        ("change rollback-target",): ["builder"],
        ("change drift",): [],
    }
    for shape in json_meanings.COMMANDS:
        if shape.commands in commands:
            words = [*shape.commands[0].split(), *commands[shape.commands], "--json"]
            done = CliRunner().invoke(app, words, env={"KB_HOME": str(home)}, catch_exceptions=False)
            assert done.exit_code == 0, done.stderr
            _same_fields(json.loads(done.stdout), shape)


def _same_fields(printed: Any, shape: json_meanings.Shape) -> None:
    record = shape.record
    if isinstance(printed, list):
        (record,), (printed, *_) = record.__args__, printed
    named = {field.name for field in fields(record)} if is_dataclass(record) else set(shape.fields)
    missing, unnamed = named - printed.keys(), printed.keys() - named
    assert not missing, f"{shape.commands}: {missing}"
    assert not unnamed or shape.commands == ("show",), f"{shape.commands}: {unnamed}"
