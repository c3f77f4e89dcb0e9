from __future__ import annotations

from pathlib import Path

import pytest

from ingest.source import Parsed, SourceFile
from ingest.sources.runbook import RunbookMarkdown
from kb.model import Document, Runbook

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


def parse(text: str, path: str = "runbooks/x.md") -> Parsed:
    return RunbookMarkdown().parse(SourceFile(path=path, text=text))


def only(parsed: Parsed) -> Runbook:
    (entry,) = parsed.entries
    assert isinstance(entry, Runbook)
    return entry


ONE = """\
---
title: Queue too long
---

# WorkerQueueTooLong

## Meaning

The queue of a worker has more than 1000 jobs.

## Impact

Mails arrive late.

## Diagnosis

1. Look at the queue:

   ```console
   $ workerctl queue --all \\
       --long
   ID  STATE
   7   waiting
   ```
2. Look for stuck jobs.

## Mitigation

Restart the worker.

```yaml
replicas: 3
```
"""


def test_a_runbook_has_the_name_of_its_alert_and_its_parts():
    runbook = only(parse(ONE))

    assert runbook.name == "WorkerQueueTooLong"
    assert runbook.when == "The queue of a worker has more than 1000 jobs."
    assert runbook.impact == "Mails arrive late."
    assert [step.split("\n")[0] for step in runbook.steps] == [
        "Look at the queue:",
        "Look for stuck jobs.",
        "Restart the worker.",
    ]
    assert "stub" not in runbook.extra


def test_commands_come_without_prompt_and_output_and_only_from_shell_blocks():
    assert only(parse(ONE)).commands == ("workerctl queue --all --long",)


def test_the_source_says_where_the_alert_stands():
    source = only(parse(ONE)).provenance.source

    assert source is not None
    assert (source.path, source.line) == ("runbooks/x.md", 5)


def test_a_runbook_without_steps_is_kept_and_marked_as_a_stub():
    runbook = only(parse("# DiskSlow\n\n## Meaning\n\nA disk is slow.\n\n## Mitigation\n\nTODO\n"))

    assert runbook.extra == {"stub": True}
    assert "A disk is slow." in runbook.body


def test_a_deprecated_alert_carries_a_warning():
    runbook = only(
        parse("# OldAlert [Deprecated]\n\nThis alert has been deprecated. It may be safely ignored.\n")
    )

    assert runbook.name == "OldAlert"
    assert runbook.warning == "This alert has been deprecated. It may be safely ignored."


MANY = """\
# Frob runbooks

How to use this page.

## Alerts

### FrobDown

Fires when no frob runs.

How it **works**:

- The ring marks it.

How to **fix** it:

- Start the frob

### FrobSlow

_TODO: this runbook has not been written yet._

### FrobFull

This alert is deprecated. You can safely ignore it.

#### Disk is full

1. Grow the disk
"""


def test_every_alert_section_of_a_page_is_its_own_entry_with_line_and_section():
    document, down, slow, full = parse(MANY).entries

    assert isinstance(document, Document)
    assert "How to use this page." in document.body
    assert [entry.headline for entry in (down, slow, full)] == ["FrobDown", "FrobSlow", "FrobFull"]
    assert down.provenance.source is not None
    assert (down.provenance.source.section, down.provenance.source.line) == ("FrobDown", 7)


def test_labels_inside_an_alert_section_part_its_text():
    down = parse(MANY).entries[1]

    assert isinstance(down, Runbook)
    assert down.when == "Fires when no frob runs.\n\n- The ring marks it."
    assert down.steps == ("Start the frob",)


def test_a_numbered_list_below_a_subheading_is_a_procedure():
    full = parse(MANY).entries[3]

    assert isinstance(full, Runbook)
    assert full.steps == ("Disk is full: Grow the disk",)
    assert full.warning.startswith("This alert is deprecated.")


def test_sections_that_repeat_the_same_labels_are_entries_of_their_own():
    text = """\
# Shop playbook

## Backlog grows

**Symptoms:** lag over 10k

**Resolution:** restart the consumer

## Cards fail

**Symptoms:** 502 from the provider

**Resolution:** switch the provider
"""

    assert [entry.headline for entry in parse(text).entries] == ["Backlog grows", "Cards fail"]


@pytest.mark.parametrize("folder", ["rb-prometheus-operator", "rb-openshift", "rb-kubevirt"])
def test_real_runbooks_have_name_and_steps_but_for_the_stubs(folder: str):
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    source = RunbookMarkdown()
    files = [
        SourceFile(path=str(p.relative_to(CORPORA)), text=p.read_text())
        for p in (CORPORA / folder).rglob("*.md")
    ]
    own = [file for file in files if source.recognises(file) >= 0.5]
    entries = [entry for file in own for entry in source.parse(file).entries]

    assert len(own) >= 0.9 * len([file for file in files if not file.name.startswith(("_index", "README"))])
    assert all(isinstance(entry, Runbook) and entry.name for entry in entries)
    stubs = [entry for entry in entries if entry.extra.get("stub")]
    assert len(stubs) <= 0.05 * len(entries)
    assert all(len(entry.body.split()) < 120 for entry in stubs if isinstance(entry, Runbook))


def test_the_boxes_of_a_check_list_are_no_part_of_its_steps() -> None:
    text = "# Rotate keys\n\n## Steps\n\n- [ ] Stop the agent with `systemctl stop agent`\n- [x] Write the new key\n"

    runbook = only(parse(text))

    assert runbook.steps == ("Stop the agent with `systemctl stop agent`", "Write the new key")


def test_a_file_that_is_called_a_runbook_is_one_in_any_folder() -> None:
    text = "# Steps\n\n1. Drain the node: `kubectl drain n1`\n2. Wait for the pods to move.\n"
    score = RunbookMarkdown().recognises(SourceFile(path="docs/cache-runbook.md", text=text))
    assert score >= 0.5 > RunbookMarkdown().recognises(SourceFile(path="docs/cache.md", text=text))
    assert len(parse(text, "docs/cache-runbook.md").entries) == 1
