"""Pages as HTML allows them to be written, and what a reader of their Markdown gets."""

from __future__ import annotations

from ingest.convert.html import html_to_markdown
from ingest.markdown.inside import html_tables_in
from ingest.pipeline import Read, decode, parse_file
from kb.model import Entry, Runbook


def markdown(body: str) -> str:
    return html_to_markdown(f"<!DOCTYPE html><html><body>{body}</body></html>").strip()


def parsed(page: str) -> tuple[Entry, ...]:
    found = decode(page.encode(), "runbooks/orders.html")
    assert isinstance(found, Read)
    return tuple(parse_file(found.file)[1].entries)


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


def test_a_cell_of_several_rows_is_said_in_each_of_them() -> None:
    said = markdown(
        "<table><tr><th>Time</th><th>Event</th><th>Who</th></tr>"
        "<tr><td rowspan='2'>10:00</td><td>alert fires</td><td rowspan='2'>pager</td></tr>"
        "<tr><td>failover starts</td></tr>"
        "<tr><td>10:09</td><td colspan='2'>over</td></tr></table>"
    )

    assert said.splitlines()[2:] == [
        "| 10:00 | alert fires | pager |",
        "| 10:00 | failover starts | pager |",
        "| 10:09 | over | |",
    ]


def test_commands_in_a_cell_are_not_joined_and_a_bar_begins_no_cell() -> None:
    said = markdown(
        "<table><tr><th>Step</th><th>Command</th><th>Then</th></tr>"
        "<tr><td>1</td><td><pre>kubectl drain n1\nkubectl uncordon n1</pre></td><td>wait</td></tr>"
        "<tr><td>2</td><td><code>ps aux | grep orders</code></td><td>look</td></tr></table>"
    )

    assert said.splitlines()[2:] == [
        "| 1 | `kubectl drain n1` `kubectl uncordon n1` | wait |",
        "| 2 | `ps aux \\| grep orders` | look |",
    ]


def test_a_command_of_a_cell_with_a_bar_is_offered_as_it_is_typed() -> None:
    page = (
        "<!DOCTYPE html><html><body><h1>HighErrorRate</h1><h2>Mitigation</h2>"
        "<table><tr><th>Step</th><th>Command</th></tr>"
        "<tr><td>1</td><td><pre>kubectl get pods | grep orders\nkubectl rollout undo deploy/orders</pre></td></tr>"
        "</table></body></html>"
    )

    [runbook] = [one for one in parsed(page) if isinstance(one, Runbook)]

    assert runbook.commands == ("kubectl get pods | grep orders", "kubectl rollout undo deploy/orders")


def test_a_table_of_a_page_inside_markdown_keeps_its_columns_beside_a_cell_of_several_rows() -> None:
    text = (
        "<table>\n<tr><th>Time</th><th>Event</th><th>Who</th></tr>\n"
        "<tr><td rowspan='2'>10:00</td><td>alert fires</td><td rowspan='2'>pager</td></tr>\n"
        "<tr><td>failover starts</td></tr>\n"
        "<tr><td>10:09</td><td>over</td><td>ann</td></tr>\n</table>\n"
    )

    (table,) = html_tables_in(text, 1)

    assert table.header == ("Time", "Event", "Who")
    assert table.rows == (
        ("10:00", "alert fires", "pager"),
        ("10:00", "failover starts", "pager"),
        ("10:09", "over", "ann"),
    )


def test_boxes_of_lists_stay_ticked_or_open() -> None:
    said = markdown(
        "<ul><li><input type='checkbox' checked disabled> Page on lag</li>"
        "<li><input type='checkbox' disabled> Cap it</li></ul>"
        "<p>Later:</p><ul class='inline-task-list'><li class='checked'><span>Alert added</span></li>"
        "<li>Drill held</li></ul>"
    )

    assert said == "- [x] Page on lag\n- [ ] Cap it\n\nLater:\n\n- [x] Alert added\n- [ ] Drill held"


def test_what_a_page_sets_in_a_typewriters_letters_is_code() -> None:
    # the form of an export of Google Docs: fonts in classes, each line of code a paragraph
    page = (
        '<html><head><style>.c1{color:#000}.c4{font-weight:400;font-family:"Courier New"}</style></head><body>'
        '<p class="c1"><span class="c1">Use </span><span class="c4">kubectl drain n1</span><span> once.</span></p>'
        '<p class="c1"><span class="c4"># look first</span></p>'
        '<p class="c1"><span class="c4">./failover.sh </span><span class="c4">--shard 9</span></p>'
        "<p>Then wait until the new leader has caught up with all that was written before.</p></body></html>"
    )

    assert html_to_markdown(page).strip() == (
        "Use `kubectl drain n1` once.\n\n```\n# look first\n./failover.sh --shard 9\n```\n\n"
        "Then wait until the new leader has caught up with all that was written before."
    )


def test_a_page_in_nothing_but_a_typewriters_letters_is_text() -> None:
    page = '<html><body><p><span style="font-family: monospace">Restart the queue.</span></p></body></html>'

    assert html_to_markdown(page).strip() == "Restart the queue."
