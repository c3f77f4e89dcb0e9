"""The page: the same bytes for the same summary, nothing fetched, whatever stands in memory escaped."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.dom.minidom
from dataclasses import replace

from kb.prose.narrative import Narrative, Sentence
from kb.review.page import as_html
from kb.review.plots import incidents_per_week, plots, trust_movements, verdicts
from kb.review.summary import Counted, WeeklySummary


def test_the_same_summary_gives_the_same_bytes(summary: WeeklySummary, page: str) -> None:
    assert as_html(summary) == page


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    links = set(re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", page))
    assert {link for link in links if not link.startswith("#")} == set()
    assert "<script" not in page
    assert "@import" not in page


def test_text_of_memory_is_escaped_in_lists_and_pictures(summary: WeeklySummary) -> None:
    title = "<script>alert(1)</script> & $x_1$"
    hostile = replace(
        summary,
        fixed=(Counted(name=title, count=2),),
        trust_moves=tuple(replace(one, title=title) for one in summary.trust_moves),
    )
    page = as_html(hostile, Narrative(paragraphs=((Sentence(text=title, cites=(title,)),),), model=title))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 4


def test_each_picture_is_well_formed_and_tells_its_numbers(summary: WeeklySummary) -> None:
    for plot in plots(summary):
        root = xml.dom.minidom.parseString(plot.svg).documentElement
        assert root is not None
        assert root.getAttribute("aria-label") == plot.alt
    assert incidents_per_week(summary).alt.endswith(
        "0, 1, 2; of these seen before: 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1."
    )
    assert "known 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2;" in verdicts(summary).alt
    assert "from 0.66 to 0.57" in trust_movements(summary).alt


def test_ids_of_two_pictures_on_one_page_do_not_meet(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_colours_follow_the_page_from_light_to_dark(page: str) -> None:
    body = page[page.index("<body>") :]
    assert "var(--c1)" in body
    assert set(re.findall(r"#[0-9a-f]{6}\b", body)) == set()


def test_an_empty_picture_says_so(summary: WeeklySummary) -> None:
    still = trust_movements(replace(summary, trust_moves=()))
    assert (still.svg, still.empty) == ("", "Nothing to draw: no trust moved.")


def test_text_formats_load_no_plotting_library() -> None:
    code = (
        "import sys, kb.review.report, kb.review.page, kb.review.review, kb.doors.cli.weekly;"
        "print(sorted({'matplotlib', 'jinja2', 'numpy', 'IPython'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
