"""What is only promised is told from what is written."""

from __future__ import annotations

import pytest

from kb.text.specificity import is_unwritten


@pytest.mark.parametrize(
    "text",
    [
        "TODO: not written yet",
        "TBD",
        "## Meaning\n\nTODO\n\n## Mitigation\n\n_TBD_",
        "This runbook is not yet written.",
        "<!-- TODO: describe -->",
        "- [ ] TODO",
        "Coming soon!",
    ],
)
def test_a_promise_is_nothing_written(text: str) -> None:
    assert is_unwritten(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "## Meaning",
        "Restart the widget.",
        "TODO\n\nRestart the widget.",
        "The todo list of the compactor grows.",
        "TODO: until somebody writes more, restart the widget on the node that the alert names, then wait",
    ],
)
def test_what_says_anything_or_promises_nothing_is_no_promise(text: str) -> None:
    assert not is_unwritten(text)
