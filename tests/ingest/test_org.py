"""Org files with what their authors keep to themselves."""

from __future__ import annotations

from ingest.convert.org import org_to_markdown


def test_a_section_that_is_commented_out_is_no_step_and_is_counted() -> None:
    text = (
        "* Mitigation\n** COMMENT By hand\nRestart the database.\n*** how\nWith systemctl.\n"
        "** TODO [#A] COMMENT Later\nDrop the slot.\n** COMMENTARY is read\nFail over.\n"
    )

    said, unread = org_to_markdown(text)

    assert said == "## Mitigation\n\n### COMMENTARY is read\n\nFail over.\n"
    assert unread == "2 of its sections commented out, not read"


def test_comments_are_no_headings_and_code_keeps_its_own() -> None:
    text = (
        "* Mitigation\n# do not restart it\n#+begin_comment\nRestart it.\n#+end_comment\n#\nFail over:\n"
        "#+begin_src sh\n# drain first\nkubectl drain n1\n#+end_src\n#hashtag stays\n"
    )

    said, unread = org_to_markdown(text)

    assert said == (
        "## Mitigation\n\nFail over:\n\n```sh\n# drain first\nkubectl drain n1\n```\n\n#hashtag stays\n"
    )
    assert unread == ""


def test_what_is_struck_out_is_so_and_sums_and_code_stay() -> None:
    text = (
        "* Mitigation\n- +Restart the database+ (no longer needed)\n- a + b + c in C++, =kubectl get +x+=\n"
    )

    said, _ = org_to_markdown(text)

    assert said == (
        "## Mitigation\n\n- ~~Restart the database~~ (no longer needed)\n- a + b + c in C++, `kubectl get +x+`\n"
    )
