from __future__ import annotations

import pytest

from ingest.document import Document as DocumentSource
from ingest.source import SourceFile
from kb.records import Document


def parse(text: str, path: str = "notes/deploys.md"):
    return DocumentSource().parse(SourceFile(path=path, text=text))


def test_a_text_is_kept_whole_under_its_first_heading():
    (entry,) = parse("Intro.\n\n## How we deploy\n\nBy hand.\n").entries

    assert isinstance(entry, Document)
    assert entry.title == "How we deploy"
    assert entry.body.startswith("Intro.")


def test_without_a_heading_the_file_name_is_the_title():
    (entry,) = parse("By hand.\n").entries

    assert entry.headline == "deploys"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("LICENSE", "MIT License\n\nPermission is hereby granted, free of charge\n", "a licence"),
        ("a.md", " \n\n", "empty"),
        (
            "_index.md",
            "---\ntitle: Runbooks\nweight: 1\n---\n\n# Runbooks\n",
            "an index page: front matter and headings only",
        ),
    ],
)
def test_what_holds_nothing_is_skipped_with_the_reason(path: str, text: str, reason: str):
    assert parse(text, path).skipped == reason
