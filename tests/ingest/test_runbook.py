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


def test_a_paragraph_that_leads_to_code_is_a_step_with_it() -> None:
    text = "# QueueStuck\n\n## Diagnosis\n\nCheck the depth of the queue:\n\n```shell\nqueuectl depth --all\n```\n\n"
    text += "Look at its logs.\n\n```console\n$ kubectl logs deploy/queue\n```\n\n"
    text += "The output looks like this:\n\n```\nready\n```\n"

    assert only(parse(text)).steps == (
        "Check the depth of the queue:\nqueuectl depth --all",
        "Look at its logs.\n$ kubectl logs deploy/queue",
        "The output looks like this:",
    )


def test_a_paragraph_with_code_between_numbered_steps_is_a_step_too() -> None:
    text = "# QueueStuck\n\n## Mitigation\n\n1. Stop the writers.\n2. Wait a minute.\n\n"
    text += "Then clear the queue:\n\n```sh\nqueuectl clear\n```\n"

    assert only(parse(text)).steps == (
        "Stop the writers.",
        "Wait a minute.",
        "Then clear the queue:\nqueuectl clear",
    )


def test_sections_whose_headings_tell_to_do_something_are_steps() -> None:
    text = "# Deployment runbook\n\n## Create the cluster\n\nUse the form of the console.\n\n"
    text += "## Updating the record\n\nPoint it to the new balancer.\n\n"
    text += "## Notes\n\nWe have two of them.\n"

    assert only(parse(text)).steps == (
        "Create the cluster: Use the form of the console.",
        "Updating the record: Point it to the new balancer.",
    )


def test_a_link_below_a_step_belongs_to_it_and_so_does_the_code_below_the_link() -> None:
    text = "# QueueStuck\n\n## Mitigation\n\nGive the group its rights.\n\n"
    text += "File: https://example.com/rights.yaml\n\n```\nkubectl apply -f rights.yaml\n```\n"

    assert only(parse(text)).steps == (
        "Give the group its rights. File: https://example.com/rights.yaml\nkubectl apply -f rights.yaml",
    )


def test_things_to_check_are_steps_also_before_the_first_heading() -> None:
    text = "# Queue cannot be reached runbook\n\nSome things to check:\n\n* Is the broker up?\n"
    text += "* Is its port open?\n\n## Reset the link\n\n1. Run `queuectl reset --link`.\n"

    assert only(parse(text)).steps[1:] == (
        "Is the broker up?",
        "Is its port open?",
        "Reset the link: Run `queuectl reset --link`.",
    )


def test_a_guide_with_commands_is_a_runbook_and_one_without_is_none() -> None:
    commands = "# How to resync\n\nOn the backup host:\n\n```bash\nzfs rollback tank/data@daily\n```\n"
    prose = "# How to write to us\n\nSend a letter. We read all of them.\n"

    source = RunbookMarkdown()

    assert source.recognises(SourceFile(path="docs/how-to-resync.md", text=commands)) > 0.3
    assert source.recognises(SourceFile(path="docs/how-to-write.md", text=prose)) == 0
