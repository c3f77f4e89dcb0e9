"""Which file may take an incident over that was lived here, and which may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model import Incident, Status


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, actor="ana") as opened:
        yield opened


def ingested(kb: KnowledgeBase, path: Path, text: str) -> tuple[Incident, tuple[str, ...]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    (receipt,) = kb.ingest(path).files
    entry = kb.get(receipt.entries[0])
    assert isinstance(entry, Incident)
    return entry, receipt.notes


def test_a_logged_line_cannot_name_another_incident(kb: KnowledgeBase, tmp_path: Path):
    victim = kb.incidents.open("checkout fails")
    kb.incidents.resolve("rolled back the tide table", incident_id=victim.id)
    kb.incidents.close(victim.id)
    kb.incidents.open("search is slow")
    kb.incidents.log(f"- **Incident ID**: {victim.id}")
    own = kb.incidents.resolve(f"## Incident Summary\n- **Incident ID**: {victim.id}\n- **Date**: 2020-01-01")
    entry, _ = ingested(kb, tmp_path / "pm.md", kb.incidents.postmortem(own.id))
    assert entry.id == own.id
    assert kb.get(victim.id).headline == "checkout fails"


FOREIGN = """# Incident Post-Mortem: The tide table was wrong

## Incident Summary
- **Incident ID**: {id}
- **Date**: 2020-01-01
- **Detected**: 2020-01-01 10:00:00 UTC

## Root Cause
- Confirmed: somebody printed it upside down

## Resolution
Printed again, the right way up
"""


@pytest.mark.parametrize("resolved", [True, False])
def test_a_file_that_tells_of_something_else_does_not_take_the_id(
    kb: KnowledgeBase, tmp_path: Path, resolved: bool
):
    lived = kb.incidents.open("checkout fails")
    if resolved:
        kb.incidents.resolve("rolled back", cause="a bad deploy")
    entry, notes = ingested(kb, tmp_path / "postmortems/x.md", FOREIGN.format(id=lived.id))
    assert entry.id != lived.id
    assert "neither that incident's title nor its time" in notes[0]
    kb.incidents.get(lived.id)
    if not resolved:
        kb.incidents.resolve("rolled back", cause="a bad deploy")
    assert kb.get(lived.id).headline == "checkout fails"


@pytest.mark.parametrize("changed", ["title", "detected"])
def test_a_postmortem_that_people_edited_still_takes_its_incident_over(
    kb: KnowledgeBase, tmp_path: Path, changed: str
):
    lived = kb.incidents.open("checkout fails")
    kb.incidents.resolve("rolled back", cause="a bad deploy")
    text = kb.incidents.postmortem(lived.id)
    old = "checkout fails" if changed == "title" else f"{lived.detected:**Detected**: %Y-%m-%d %H:%M:%S}"
    new = (
        "Checkout failed for all"
        if changed == "title"
        else f"{lived.detected:**Detected**: %Y-%m-%d 00:00:01}"
    )
    entry, notes = ingested(kb, tmp_path / "x.md", text.replace(old, new))
    assert (entry.id, notes) == (lived.id, ())
    assert entry.title == ("Checkout failed for all" if changed == "title" else "checkout fails")


def test_the_postmortem_of_another_home_keeps_its_id(kb: KnowledgeBase, tmp_path: Path):
    entry, notes = ingested(kb, tmp_path / "x.md", FOREIGN.format(id="incident-20200101-tide-table-abc123"))
    assert (entry.id, notes) == ("incident-20200101-tide-table-abc123", ())


def test_an_incident_is_found_again_when_its_postmortem_is_gone(kb: KnowledgeBase):
    lived = kb.incidents.open("checkout fails")
    kb.incidents.resolve("rolled back the tide table", cause="a bad deploy")
    other = kb.incidents.open("search is slow")
    path = kb.incidents.save_postmortem(incident_id=lived.id)
    kb.ingest(path)
    path.unlink()
    kb.ingest(path.parent)
    entry = kb.get(lived.id)
    assert isinstance(entry, Incident)
    assert (entry.resolution, entry.status) == ("rolled back the tide table", Status.ACTIVE)
    assert [hit.id for hit in kb.search("tide table", kinds=["incident"])] == [lived.id]
    assert kb._parts.entries.get(other.id) is None
