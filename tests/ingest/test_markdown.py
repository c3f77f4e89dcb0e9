"""The section model: headings of every kind, and what stands under them."""

from __future__ import annotations

from ingest.markdown.sections import MarkdownDocument, MarkdownSection, parse_markdown


def parsed(text: str) -> MarkdownDocument:
    return parse_markdown(text, "notes/example.md")


def section(document: MarkdownDocument, title: str) -> MarkdownSection:
    return next(s for s in document.sections if s.title == title)


def test_front_matter_gives_values_and_leaves_line_numbers_alone() -> None:
    document = parsed("---\ntitle: Disk full\ndate: 2024-03-01\n---\n\n# Impact\nNobody could write.\n")
    assert document.front["title"] == "Disk full"
    assert document.title == "Disk full"
    assert section(document, "Impact").line == 6


def test_broken_front_matter_is_a_problem_and_the_body_is_still_read() -> None:
    document = parsed("---\ntitle: [unclosed\n---\n# Impact\nNobody could write.\n")
    assert [(p.path, p.line is not None) for p in document.problems] == [("notes/example.md", True)]
    assert section(document, "Impact").text == "Nobody could write."


def test_a_rule_at_the_top_is_not_front_matter() -> None:
    document = parsed("---\nJust prose here.\n---\n\n# Impact\nx\n")
    assert document.front == {}
    assert "Just prose here." in document.body


def test_underlined_and_html_headings_count_as_headings() -> None:
    document = parsed("Outage\n======\n\nText.\n\nImpact\n------\n\nMore.\n\n<h2>Next</h2>\n\nLast.\n")
    assert [(s.title, s.level) for s in document.sections] == [("Outage", 1), ("Impact", 2), ("Next", 2)]


def test_labels_above_a_rule_are_not_an_underlined_heading() -> None:
    document = parsed("# T\n\nDate: 2024-03-01\nStatus: done\n---\n\nText.\n")
    assert [s.title for s in document.sections] == ["T"]
    assert "Status: done" in document.sections[0].text


def test_bold_labels_are_sections_below_every_heading() -> None:
    document = parsed(
        "## Review\n\n**Root cause**: a full disk\nof logs\n\n**Timeline**\n\n- one\n- two\n\n## End\n"
    )
    cause, timeline = section(document, "Root cause"), section(document, "Timeline")
    assert cause.text == "a full disk\nof logs"
    assert cause.path == ("Review",)
    assert timeline.items == ("one", "two")
    assert document.under(section(document, "Review")).count("**") == 4


def test_bold_words_in_a_sentence_and_bold_times_are_not_labels() -> None:
    document = parsed("# T\n\n**Never** do this: it hurts.\n\n**14:05** the alert fired\n")
    assert [s.title for s in document.sections] == ["T"]


def test_list_items_join_their_lines_and_keep_nested_items() -> None:
    document = parsed("# T\n\n- [ ] first\n  goes on\n  - detail\n- [x] second\n")
    assert document.sections[0].items == ("[ ] first goes on\n  - detail", "[x] second")


def test_tables_have_a_header_and_rows() -> None:
    document = parsed("# T\n\n| Time | Event |\n|---|---|\n| 14:05 | alert |\n| 14:10 | fix |\n")
    assert document.sections[0].header == ("Time", "Event")
    assert document.sections[0].rows == (("14:05", "alert"), ("14:10", "fix"))


def test_html_tables_are_tables() -> None:
    document = parsed(
        "# T\n\n<table><tr><th>Time</th><th>Event</th></tr>\n"
        "<tr><td>14:05</td><td>alert <b>one</b></td></tr></table>\n"
    )
    assert document.sections[0].header == ("Time", "Event")
    assert document.sections[0].rows == (("14:05", "alert one"),)


def test_comments_are_dropped_but_not_inside_code() -> None:
    document = parsed("# T\n<!-- hidden\nlines -->\nseen\n\n```html\n<!-- kept -->\n```\n")
    assert "hidden" not in document.sections[0].text
    assert document.sections[0].code[0].lang == "html"
    assert "<!-- kept -->" in document.sections[0].code[0].text


def test_a_hash_inside_code_is_no_heading() -> None:
    document = parsed("# T\n\n```sh\n# restart\nsystemctl restart x\n```\n")
    assert len(document.sections) == 1


def test_text_before_the_first_heading_is_the_preamble() -> None:
    document = parsed("Hello.\n\n# T\n")
    assert (document.sections[0].level, document.sections[0].text) == (0, "Hello.")


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    document = parsed("\ufeff# T\r\n\r\n- a\r\n- b\r\n")
    assert document.title == "T"
    assert document.sections[0].items == ("a", "b")
