"""From a text that nobody knows to a lesson that all have; what is seen in a long log while it is read; undoing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.configuration.reading import read_text
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import served
from tests.web.conftest import LINE, READ, WRITE, Visit

pytestmark = pytest.mark.full
NEW = "the foghorn of pier 3 is out of breath"
TELLING = "quorum of the ledger store lost, 2 of 5 replicas answer"
CALM = "INFO the tide is as the table says it is and nobody need do anything about it\n"


def test_what_nobody_knows_is_learned_after_a_dry_run(visit: Visit, web_home: Path):
    page = visit.ask(f"09:14:21 INFO all calm\n09:14:22 CRITICAL {NEW}\n09:14:23 INFO all calm")
    assert page.select_one(".verdict h1").get_text() == "Not known"
    assert page.select_one(".log mark").get_text() == f"09:14:22 CRITICAL {NEW}"
    form = page.select_one(".learn form")
    assert form is not None
    assert form.select_one("[name=pattern]").get_text().strip() == NEW  # without what carries it

    tried = visit.send(
        form, pattern=NEW, meaning="the membrane is torn", fix="change it", commands="horn stop"
    )
    assert "It would have answered: 1 lookup" in tried.get_text()
    assert NEW in tried.select_one(".rehearsal code").get_text()
    with KnowledgeBase.open(web_home) as kb:
        assert NEW not in [one.title for one in kb.places()]  # nothing is kept by trying

    form = visit.form(tried)
    said = {one["name"]: one.get_text().strip() for one in form.select("textarea")}
    assert said["commands"] == "horn stop"
    kept = visit.send(form, **said)

    assert kept.select_one("h1").get_text() == NEW
    again = visit.ask(NEW)
    assert again.select_one(".verdict h1").get_text() == "Known"
    assert again.select_one(".commands code").get_text() == "horn stop"
    with KnowledgeBase.open(web_home) as kb:
        (entry,) = [kb.get(one.id) for one in kb.places() if one.title == NEW]
    import getpass

    assert entry.provenance.author == getpass.getuser()


def test_what_was_not_this_one_is_asked_again_with_one_press(
    visit: Visit, web_home: Path, encoder: OnnxEncoder
):
    with KnowledgeBase.open(web_home, encoder=encoder) as kb:
        kb.learn_pattern("the ebb gate of dock 4 groans", "sand", "rinse it")
    page = visit.ask("INFO all calm\nERROR the ebb gate of dock 4 groans")
    box = visit.form(page, "asking")
    told = visit.send(page.select_one(".match .outcome form"), result="not_applied")

    from_the_box = visit.send(box)  # as where a script keeps the answer on the screen
    from_the_entry = visit.send(told.find("button", string="Ask again without it").find_parent("form"))

    assert page.select_one(".verdict h1").get_text() == "Known"
    assert from_the_box.select_one(".verdict h1").get_text() != "Known"
    assert from_the_entry.select_one(".verdict h1").get_text() != "Known"


def test_a_text_that_is_too_long_to_stand_in_the_page_twice_leaves_the_box_empty(visit: Visit):
    page = visit.ask("INFO the tide is slow\n" * 2_000)

    assert page.select_one("#error_text").get_text().strip() == ""


def test_who_was_helped_is_offered_no_other_answer(visit: Visit):
    page = visit.ask(LINE)

    told = visit.send(page.select_one(".match .outcome form"), result="resolved")

    assert told.select_one("h1").get_text() == LINE
    assert "Ask again" not in told.get_text()


def test_what_is_only_near_to_what_is_known_is_learned_from_its_answer(visit: Visit):
    other = "FATAL: berth 7 of the tide gauge lost its moorings"
    page = visit.ask(f"INFO all calm\n{other}\nINFO all calm")
    assert page.select_one(".verdict h1").get_text() == "Related"
    form = page.select_one(".learn form[action='/learn/try']")
    assert form is not None
    assert form.select_one("[name=pattern]").get_text().strip() == other

    tried = visit.send(form, meaning="the chain broke", fix="another chain")
    said = {one["name"]: one.get_text().strip() for one in visit.form(tried).select("textarea")}
    visit.send(visit.form(tried), **said)

    again = visit.ask(other)
    assert again.select_one(".verdict h1").get_text() == "Known"
    assert again.select_one(".match .columns").get_text(" ", strip=True).startswith("Cause the chain broke")


def test_unknowns_lead_to_where_one_writes_down_what_nobody_asked_about(visit: Visit):
    link = visit.look("/unknowns").find("a", string="Write it down")

    assert visit.look(str(link["href"])).select_one("h1").get_text() == "Keep what it means"


def test_a_pattern_that_can_help_nobody_is_told_beside_what_was_typed(visit: Visit):
    page = visit.look("/learn?pattern=error&meaning=bad")

    after = visit.send(visit.form(page), pattern="error", meaning="")

    assert visit.answer.status_code == 400
    assert visit.told
    assert after.select_one("[name=pattern]").get_text().strip() == "error"


def test_who_may_not_write_may_try_and_not_keep(stranger: Visit):
    stranger.sign_in(READ)
    page = stranger.look("/learn?pattern=a+buoy+sank+at+the+pier")
    form = stranger.form(page)
    form["action"] = "/learn/try"

    tried = stranger.send(form, pattern="a buoy sank at the pier")
    assert "No lookup of the past" in tried.get_text()
    assert "Keep it" not in tried.get_text()

    form["action"] = "/learn"
    stranger.send(form, pattern="a buoy sank at the pier", meaning="rust", fix="raise it")
    assert stranger.answer.status_code == 403


def test_the_last_move_of_an_entry_is_taken_back_with_a_reason(
    stranger: Visit, web_home: Path, encoder: OnnxEncoder
):
    with KnowledgeBase.open(web_home, encoder=encoder) as kb:
        entry_id = kb.learn_pattern("the lamp of buoy 12 is dim", "salt", "wipe it").id
        kb.moves.set_status(entry_id, "quarantined", "it never helps")
    stranger.sign_in(WRITE, name="")
    page = stranger.look(f"/entries/{entry_id}")
    form = page.select_one(f"form[action='/entries/{entry_id}/undo']")
    assert form is not None
    assert form.get_text(" ", strip=True).endswith("Make it candidate again")

    after = stranger.send(form, reason="it was the wrong buoy")

    assert "quarantined → candidate" in after.select_one(".moves").get_text()
    with KnowledgeBase.open(web_home) as kb:
        last = kb.moves.of(entry_id)[-1]
        assert (kb.get(entry_id).status, last.reason, last.actor) == (
            "candidate",
            "it was the wrong buoy",
            "mara",
        )


def test_who_may_not_change_what_is_known_is_not_asked_to(
    stranger: Visit, web_home: Path, encoder: OnnxEncoder
):
    with KnowledgeBase.open(web_home, encoder=encoder) as kb:
        entry_id = kb.learn_pattern("the lamp of buoy 13 is dim", "salt", "wipe it").id
        kb.moves.set_status(entry_id, "retired", "gone")
    stranger.sign_in(READ)

    assert not stranger.look(f"/entries/{entry_id}").select("form[action$=undo]")


@pytest.fixture(scope="module")
def linked_url(web_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = Path(shutil.copytree(web_home, tmp_path_factory.mktemp("linked") / "home"))
    (home / "kb.toml").write_text('[links]\nsource = "https://git.example/blob/main/{path}#L{line}"\n')
    with served(home) as (url, _):
        yield url.removesuffix("/mcp")


def test_the_source_of_an_entry_leads_to_where_people_read_it(linked_url: str, entry_id: str):
    page = Visit(linked_url).look(f"/entries/{entry_id}")

    link = page.select_one(".where a")
    assert link is not None
    assert str(link["href"]).startswith("https://git.example/blob/main/learned/patterns.yaml#L")


@pytest.mark.parametrize("address", ["https://git.example/blob/main", "ftp://git.example/{path}"])
def test_an_address_of_sources_that_leads_nowhere_is_told(address: str):
    (wrong,) = read_text(f'[links]\nsource = "{address}"\n').problems

    assert "links.source must be an address of http or https with {path} in it" in str(wrong)


def test_what_is_known_in_a_long_log_is_told_while_it_is_read(
    visit: Visit, web_home: Path, encoder: OnnxEncoder
):
    with KnowledgeBase.open(web_home, encoder=encoder) as kb:
        entry_id = kb.learn_pattern(TELLING, "two are no quorum", "start a third").id
    log = CALM * 50 + f"FATAL {TELLING}\n" + CALM * 20_000
    proof = visit.form(visit.look("/"), "asking").select_one("[name=proof]")["value"]

    def lookups() -> int:
        with KnowledgeBase.open(web_home) as kb:
            return len(kb.known.record(kb.get(entry_id)).answered)

    before = lookups()
    events = list[tuple[str, object]]()
    with visit.client.stream(
        "POST",
        "/sightings",
        data={"proof": str(proof), "error_text": log},
        headers={"Origin": visit.url},
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-security-policy" in answer.headers
        for line in answer.iter_lines():
            if line.startswith("event: "):
                events.append((line.removeprefix("event: "), lookups() if not events else None))
            elif line.startswith("data: "):
                last = json.loads(line.removeprefix("data: "))
                events.append(("data", last))

    assert events[0] == ("sighting", before)  # told before the lookup was at its end, and so recorded
    assert events[1] == ("data", {"id": entry_id, "title": TELLING, "line": 51})
    assert events[-2][0] == "answer"
    assert 'class="verdict known"' in str(events[-1][1])
    assert lookups() == before + 1


def test_a_short_text_is_answered_by_the_same_stream_and_a_mistake_is_told_in_it(visit: Visit):
    proof = str(visit.form(visit.look("/"), "asking").select_one("[name=proof]")["value"])

    for text, said in ((f"ERROR {LINE}", 'class="verdict known"'), ("", "nothing was looked up")):
        answer = visit.client.post(
            "/sightings", data={"proof": proof, "error_text": text}, headers={"Origin": visit.url}
        )
        assert answer.text.count("event: answer") == 1
        assert said in json.loads(answer.text.split("data: ")[-1])
