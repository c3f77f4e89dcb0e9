from __future__ import annotations

import pytest

from ingest.source import SourceFile
from ingest.sources.document import AnyDocument as DocumentSource
from kb.model import Document


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


@pytest.mark.parametrize("rest", ["\n\nSeen 12 times since Monday.\n", "\n", ""])
def test_without_a_heading_a_subject_line_is_the_title(rest):
    (entry,) = parse(f"Track the race of volume detach{rest}").entries

    assert entry.headline == "Track the race of volume detach"
    assert entry.body.startswith("Track the race"), "the text stays whole"


@pytest.mark.parametrize(
    "text",
    [
        "By hand, as we always did.\n\nThen look.\n",
        "Steps to take here:\n\nOne.\n",
        "Down again\n\nLook.\n",
        "One line and another\nof the same paragraph\n\nLook.\n",
        f"{'very ' * 30}long\n\nLook.\n",
    ],
)
def test_a_sentence_a_lead_in_or_a_scrap_is_no_subject(text):
    (entry,) = parse(text).entries

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
