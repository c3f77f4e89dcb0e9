from __future__ import annotations

from pathlib import Path

import pytest

from ingest.source import Parsed, SourceFile
from ingest.sources.known_error import KnownErrorArticles
from kb.model import Document, KnownError, Signature

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


def parse(text: str, path: str = "docs/x.md") -> Parsed:
    return KnownErrorArticles().parse(SourceFile(path=path, text=text))


ARTICLE = """\
---
title: "Volumes stay detached after an upgrade"
authors: ["Jo Doe"]
date: 2024-05-31
versions: ["< v1.4.2"]
categories: ["volume"]
---

## Applicable versions

All versions before the fix.

## Symptoms

Pods stay pending. The manager logs:

```
level=error msg="cannot attach volume: node is unknown"
```

## Root cause

A stale ticket.

## Workaround

1. Delete the ticket.
   ```bash
   # kubectl delete ticket t1
   ```

## Related information

- A link
"""


def test_an_article_has_its_parts_and_the_log_stays_in_the_symptom():
    (entry,) = parse(ARTICLE).entries

    assert isinstance(entry, KnownError)
    assert entry.title == "Volumes stay detached after an upgrade"
    assert "cannot attach volume: node is unknown" in entry.symptom
    assert entry.cause == "A stale ticket."
    assert entry.workaround.startswith("- Delete the ticket.")
    assert entry.commands == ("kubectl delete ticket t1",)


def test_front_matter_gives_versions_author_date_and_categories():
    (entry,) = parse(ARTICLE).entries

    assert entry.scope.versions == ("< v1.4.2",)
    assert entry.provenance.author == "Jo Doe"
    assert entry.provenance.at is not None
    assert entry.provenance.at.date().isoformat() == "2024-05-31"
    assert entry.extra == {"categories": ["volume"]}


PAGE = """\
# Widget docs

## Install

Run the installer.

## Troubleshooting

### Error: `could not open lock file`

This happens because another process holds the lock:

```
ERROR: could not open lock file /var/lock/widget
```

To fix this, stop the other process:

```shell
systemctl stop widget
```

### "connection reset by peer" during sync

Raise the timeout.

### The build is slow or times out

Use a larger machine.

## The `error_log` setting

Where errors go.
"""


def test_each_section_headed_by_an_error_is_its_own_entry_and_the_rest_one_document():
    document, lock, reset, slow = parse(PAGE).entries

    assert isinstance(document, Document)
    assert "Run the installer." in document.body
    assert "Where errors go." in document.body
    assert "stop the other process" not in document.body
    assert [entry.headline for entry in (lock, reset, slow)] == [
        "Error: could not open lock file",
        '"connection reset by peer" during sync',
        "The build is slow or times out",
    ]
    assert lock.provenance.source is not None
    assert (lock.provenance.source.section, lock.provenance.source.line) == (
        "Error: could not open lock file",
        9,
    )


def test_the_quoted_error_becomes_the_signature():
    _, lock, reset, slow = parse(PAGE).entries

    assert lock.signatures == (Signature(needles=("could not open lock file",)),)
    assert reset.signatures == (Signature(needles=("connection reset by peer",)),)
    assert slow.signatures == ()


def test_a_section_without_headings_is_told_apart_by_its_wording():
    lock = parse(PAGE).entries[1]

    assert isinstance(lock, KnownError)
    assert lock.symptom == "ERROR: could not open lock file /var/lock/widget"
    assert lock.cause.startswith("This happens because")
    assert lock.resolution.startswith("To fix this")
    assert lock.commands == ("systemctl stop widget",)


def test_a_heading_about_a_setting_is_no_error():
    source = KnownErrorArticles()

    assert (
        source.recognises(SourceFile(path="a.md", text="# A\n\n## The `error_log` setting\n\nWhere.\n")) < 0.4
    )


def test_a_postmortem_with_a_cause_and_a_resolution_is_no_article():
    text = (
        "# Out\n\n## Symptoms\n\nx\n\n## Root cause\n\ny\n\n## Resolution\n\nz\n\n## Timeline\n\n- 10:00 a\n"
    )

    assert KnownErrorArticles().recognises(SourceFile(path="a.md", text=text)) < 0.4


def test_every_article_of_a_real_knowledge_base_is_one_known_error():
    folder = CORPORA / "ke-longhorn-kb"
    if not folder.is_dir():
        pytest.skip("../shared/corpora is absent")
    source = KnownErrorArticles()
    files = [
        SourceFile(path=str(path.relative_to(CORPORA)), text=path.read_text())
        for path in folder.rglob("*.md")
        if path.name != "_index.md"
    ]

    assert all(source.recognises(file) >= 0.5 for file in files)
    entries = [entry for file in files for entry in source.parse(file).entries]
    assert len(entries) == len(files)
    assert (
        sum(bool(e.cause or e.resolution or e.workaround) for e in entries if isinstance(e, KnownError)) >= 58
    )
