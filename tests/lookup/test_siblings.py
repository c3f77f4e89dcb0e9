"""A sibling of the right runbook is shown, and never called known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.lookup.features import Candidate, ChunkText, Query
from kb.lookup.question import ask
from kb.lookup.rarity import CorpusStats
from kb.lookup.siblings import differences, other_number, subject_first, telling_difference, unsaid
from kb.model.ledger import Verdict
from kb.text.tokens import tokenize

RUNBOOKS = {
    "WidgetSchedulerDown": "Widget has disappeared from the target discovery of the depot. It cannot be reached.",
    "WidgetClientCertificateExpires": "The certificate of the widget is about to expire; it will be refused by all.",
    "DepotLatencyP99": "Requests to the depot take longer than they may, measured at the gate of the warehouse.",
    "DepotFillingUpCritical": "The depot is filling up, and only few shelves are empty until the next removal van.",
    "ParcelStoreFull": "A ParcelStore of the warehouse is full, so that no further parcel is taken in at the gate.",
}
SIBLINGS = [
    ("WidgetletGone: Widget has disappeared from the target discovery of the depot.", "WidgetletGone"),
    (
        '[FIRING:1] alertname="WidgetletGone" Widget has disappeared from the target discovery of the depot.'
        " The depot cannot reach it.",
        "WidgetletGone",
    ),
    ("The server certificate of the widget is about to expire, and it will be refused by all.", "'server'"),
    ("p95 of depot latency: requests take longer than they may, measured at the gate.", "'p95'"),
    (
        "The depot is filling up beyond the warning level, and only few shelves are empty until the next van.",
        "'warning'",
    ),
]


@pytest.fixture(scope="module")
def shelf(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder
) -> Iterator[KnowledgeBase]:
    """A home with one runbook of each family."""
    home = copytree(new_home, tmp_path_factory.mktemp("shelf") / "home")
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        for name, text in RUNBOOKS.items():
            (home.parent / f"{name}.md").write_text(
                f"# {name}\n\n## Meaning\n\n{text}\n\n## Mitigation\n\n1. Look at its log.\n"
            )
        kb.ingest(*home.parent.glob("*.md"))
        yield kb


@pytest.mark.parametrize(("text", "said"), SIBLINGS)
def test_what_the_text_names_and_the_first_lacks_keeps_it_from_being_known_and_is_said(
    shelf: KnowledgeBase, text: str, said: str
) -> None:
    answer = shelf.check_known_issues(text)
    assert answer.verdict is Verdict.RELATED, answer.matches[0].reason
    assert said in answer.matches[0].reason


@pytest.mark.parametrize(
    "text",
    [
        "Widget has disappeared from the target discovery of the depot. The depot cannot reach it.",
        "The client certificate of the widget is about to expire, and it will be refused by all.",
        "p99 of depot latency: requests to the depot take longer than they may, measured at the gate.",
        "A ParcelStore of the warehouse is full, so that no further parcel is taken in at the gate.",
    ],
)
def test_the_right_one_stays_known(shelf: KnowledgeBase, text: str) -> None:
    answer = shelf.check_known_issues(text)
    assert answer.verdict is Verdict.KNOWN, answer.matches[0].reason


@pytest.mark.parametrize(
    ("text", "alert"),
    [
        ("WidgetDown: a widget is gone", "WidgetDown"),
        ("[FIRING:2] etcdMembersDown depot (w-1 critical)", "etcdMembersDown"),
        ('alertname="WidgetDown" severity="critical"', "WidgetDown"),
        ('{"labels": {"alertname": "WidgetDown"}}', "WidgetDown"),
        ("WidgetDown", "WidgetDown"),
        ("PostgreSQL is down", ""),
        ("NullPointerException: widget is null", ""),
        ("FIRING: the widget is gone", ""),
        ("a DaemonSet: not scheduled", ""),
    ],
)
def test_the_alert_that_a_text_says_it_is(text: str, alert: str) -> None:
    assert ask(text).alert == alert


def test_a_product_of_two_words_is_no_other_alert_than_one_that_is_named_after_it() -> None:
    query = Query("PostgreSQL: many connections", (), alert="PostgreSQL")
    own = Candidate("a", "", "PostgreSQLTooManyConnections", ())
    other = Candidate("b", "", "RabbitMQTooManyConnections", ())
    stats = CorpusStats(100, 60.0, {})
    assert not telling_difference(query, own, [own, other], stats)
    assert telling_difference(query, other, [own, other], stats)


def difference(asked: str, title: str, text: str = "", names: tuple[str, ...] = ()) -> str:
    chunks = tuple(ChunkText("body", tuple(tokenize(one))) for one in (title, text))
    query = Query(asked, tuple(tokenize(asked)), asked, names)
    return telling_difference(query, Candidate("a", "", title, chunks), [], CorpusStats(100, 60.0, {}))


@pytest.mark.parametrize("text", ["See WidgetGone.", "the widget gone", "widget-gone"])
def test_a_name_that_the_candidate_has_in_any_spelling_is_no_difference(text: str) -> None:
    assert not difference("WidgetGone", "WidgetDown", text, names=("WidgetGone",))


def test_a_word_that_a_neighbour_is_named_by_stands_in_place_of_one_of_the_first() -> None:
    first, near, far = (
        Candidate(name, "", name, (ChunkText("body", tuple(tokenize(f"{name} stalls"))),))
        for name in ("WidgetQueueStalls", "WidgetRecordingStalls", "GateRecording")
    )
    asked, stats = "recording of the widget stalls", CorpusStats(100, 60.0, {"widget": 60})
    query = Query(asked, tuple(tokenize(asked)))
    assert "'recording'" in telling_difference(query, first, [first, far, near], stats)
    assert not telling_difference(query, first, [first, far], stats)
    assert not telling_difference(query, near, [first, far, near], stats)


def test_where_the_first_is_a_sibling_the_next_is_no_better_unless_it_speaks_of_the_alert() -> None:
    asked = "WidgetletGone: the widget has gone"
    query = Query(asked, tuple(tokenize(asked)), asked, (), "WidgetletGone")
    first, note, told = (
        Candidate(title, "", title, (ChunkText("body", tuple(tokenize(text))),))
        for title, text in (
            ("WidgetGone", "the widget has gone"),
            ("What to do when a widget has gone", "Look at it."),
            ("On widgets", "WidgetletGone fires when a widget has gone."),
        )
    )
    why = differences(query, [first, note, told], CorpusStats(100, 60.0, {}))
    assert "WidgetletGone" in why["WidgetGone"]
    assert "'WidgetGone' is nearer" in why["What to do when a widget has gone"]
    assert not why["On widgets"]
    assert not any(differences(query, [told, note], CorpusStats(100, 60.0, {})).values())


def test_a_word_and_its_opposite_in_one_name_exclude_nothing() -> None:
    assert not difference("the client fails", "ServerRefusesClient")
    assert not difference("client and server disagree", "ServerFails")


@pytest.mark.parametrize(
    ("asked", "title", "other"),
    [
        ("latency p95", "LatencyP99", ("P99", "p95")),
        ("full within 4h", "FullWithin24h", ("24h", "4h")),
        ("latency p99, p95", "LatencyP99", None),
        ("within 24h of 2026", "FullWithin24h", None),
        ("latency of 200ms", "LatencyP99", None),
        ("port 8080", "Port9090", None),
    ],
)
def test_a_number_is_another_only_among_those_of_its_kind(
    asked: str, title: str, other: tuple[str, str] | None
) -> None:
    assert other_number(asked, title) == other


def test_a_stub_is_not_known_and_never_stands_before_what_is_written(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "WidgetQueueStalls.md").write_text(
        "# WidgetQueueStalls\n\n## Mitigation\n\nTODO: not written yet\n"
    )
    (tmp_path / "WidgetQueueGrows.md").write_text(
        "# WidgetQueueGrows\n\n## Meaning\n\nThe widget queue stalls or grows, and orders wait.\n\n"
        "## Mitigation\n\n1. Add a consumer.\n"
    )
    kb.ingest(tmp_path)
    for text in ("the widget queue stalls", "[FIRING:1] WidgetQueueStalls: widget queue stalls, orders wait"):
        answer = kb.check_known_issues(text)
        titles = [match.title for match in answer.matches]
        assert titles.index("WidgetQueueGrows") < titles.index("WidgetQueueStalls")
        stub = answer.matches[titles.index("WidgetQueueStalls")]
        assert "nothing is written there yet" in stub.reason


def test_a_document_is_not_known_by_the_one_word_of_its_title(kb: KnowledgeBase, tmp_path: Path) -> None:
    text = (
        "The warehouse gate takes no parcels in when the conveyor belt stops. Ask the team of the conveyor."
    )
    (tmp_path / "a.md").write_text(f"# Conveyor\n\n{text}\n")
    kb.ingest(tmp_path / "a.md")
    assert kb.check_known_issues("the conveyor stops").verdict is not Verdict.KNOWN
    whole = kb.check_known_issues("the warehouse gate takes no parcels in, the conveyor belt stops")
    assert whole.verdict is Verdict.KNOWN


def led(asked: str, *titles: str) -> str:
    first, *others = (Candidate(one, "", one, (ChunkText("body", tuple(tokenize(one))),)) for one in titles)
    query = Query(asked, tuple(tokenize(asked)))
    return subject_first(query, [first, *others], CorpusStats(100, 60.0, {"depot": 60}))[0].title


def test_the_runbook_of_the_subject_leads_where_the_first_is_named_after_another() -> None:
    names = ("DepotSchedulerDown", "WidgetletDown")
    assert led("Widgetlet has disappeared from discovery", *names) == "WidgetletDown"
    assert led("the Widgetlet of the depot is down", *names) == "DepotSchedulerDown"
    assert led("it has disappeared from discovery", *names) == "DepotSchedulerDown"
    assert led("the latency of the Widgetlet", "DepotSchedulerDown", "WidgetletLate") == "DepotSchedulerDown"
    assert led("Widgetlet is down", "Scheduler", "WidgetletDown") == "Scheduler"


@pytest.mark.parametrize(
    ("text", "name", "word"),
    [
        ("Half of the depot's couriers restart again and again.", "DepotCourierDown", "down"),
        ("The depot fails to watch parcels.", "DepotListErrors", "list"),
        ("The filesystem of the depot runs out of space.", "DepotFilesystemFilesFillingUp", "files"),
        ("Couriers of the depot are not scheduled.", "DepotCourierQuotaScheduled", "quota"),
    ],
)
def test_a_word_of_the_name_that_the_text_says_in_no_form_is_found(text: str, name: str, word: str) -> None:
    assert unsaid(Query(text, tuple(tokenize(text))), name).startswith(word)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Depot couriers have disappeared.", "DepotCourierDown"),
        ("The courier has exceeded the parcel limit.", "DepotCourierParcelLimitHit"),
        ("The courier's parcels did not match the list.", "DepotParcelMismatch"),
        ("The filesystem of the depot runs out of inodes.", "DepotFilesystemFilesOut"),
        ("Pod is crash looping.", "KubePodCrashLooping"),
        ("A courier is non-ready.", "CourierNotReady"),
        ("Errors were sent by the courier.", "CourierErrorSending"),
        ("nothing of the kind", "No name but a sentence"),
    ],
)
def test_what_the_text_says_in_other_words_is_not_missed(text: str, name: str) -> None:
    assert unsaid(Query(text, tuple(tokenize(text))), name) == ""


def test_a_word_of_the_name_alone_does_not_part_an_entry_that_says_all_that_is_asked() -> None:
    text = "The couriers restart again and again."
    query = Query(text, tuple(tokenize(text)))
    first = Candidate("one", "", "DepotCourierDown", (ChunkText("body", tuple(tokenize(text))),))
    stats, values = CorpusStats(10, 10.0, {}), {"rare_words": 1.0, "coverage": 1.0, "cosine": 0.5}
    assert telling_difference(query, first, [first], stats, values) == ""
    apart = telling_difference(query, first, [first], stats, values | {"coverage": 0.5})
    assert apart == "but its name says 'down', and the text nothing like it"
