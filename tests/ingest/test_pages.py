"""Pages as HTML allows them to be written, and what a reader of their Markdown gets."""

from __future__ import annotations

from ingest.convert.html import html_to_markdown


def markdown(body: str) -> str:
    return html_to_markdown(f"<!DOCTYPE html><html><body>{body}</body></html>").strip()


def test_steps_whose_end_tags_are_left_out_stay_steps_of_their_own() -> None:
    said = markdown(
        "<ol><li>drain the node<ul><li>wait<li>look</ul><li>restart kubelet<li>uncordon it</ol><p>Done."
    )

    assert said == "1. drain the node\n   - wait\n   - look\n2. restart kubelet\n3. uncordon it\n\nDone."


def test_rows_and_cells_whose_end_tags_are_left_out_stay_rows_and_cells() -> None:
    said = markdown(
        "<table><thead><tr><th>Time<th>Event<tbody><tr><td>10:00<td>alert fires<tr><td>10:09<td>over</table>"
    )

    assert said.splitlines()[0] == "| Time | Event |"
    assert said.splitlines()[2:] == ["| 10:00 | alert fires |", "| 10:09 | over |"]


def test_terms_and_definitions_whose_end_tags_are_left_out_are_labels() -> None:
    said = markdown("<dl><dt>Cause<dd>disk full<dt>Fix<dd>old logs deleted</dl>")

    assert said == "**Cause:** disk full\n\n**Fix:** old logs deleted"
