"""A learned line is found by its template inside whatever carries it, and nowhere else."""

from __future__ import annotations

import time

import pytest

from kb.text.contradictions import differ_in_none_left, none_left
from kb.text.masking import message
from kb.text.signatures.templates import anchor_of, find, template_of

LEARNED = "stock ledger refuses write: shard 17 has no leader since epoch 40211"


def standing(learned: str, text: str) -> str | None:
    """What of the text is the learned line."""
    data = text.encode()
    found = find(template_of(learned), data)
    return data[found.start : found.end].decode() if found else None


def test_a_template_goes_from_the_first_word_to_the_last_of_the_message() -> None:
    line = "2026-11-20T10:15:12.123Z stderr F stock ledger refuses write: shard 17 has no leader since epoch 40211"

    assert template_of(line) == "stock ledger refuses write: shard <*> has no leader since epoch"


def test_what_holds_nothing_but_what_varies_is_not_looked_for() -> None:
    assert template_of("2026-11-20T10:15:12.123Z 4711 0x7f1c2d8a1e37 10.0.0.7") == ""


def test_the_piece_that_tells_most_is_looked_for_first() -> None:
    assert anchor_of("at <*> shard <*> has no leader") == "has no leader"


@pytest.mark.parametrize(
    "text",
    [
        "zorp!! unit-of-work 3/9 ==> stock ledger refuses write: shard 9 has no leader since epoch 77 (giving up)",
        "STOCK LEDGER REFUSES WRITE: SHARD 9 HAS NO LEADER SINCE EPOCH 77",
        "the log said 'stock ledger refuses write: shard 9 has no leader since epoch 77', then nothing",
        'err="handle order 4711: stock ledger refuses write: shard 9 has no leader since epoch 77" level=x',
        '{"a":{"b":["stock ledger refuses write: shard 9 has no leader since epoch 77"]}}',
        "first\nstock ledger refuses write: shard 9 has no\n        leader since epoch 77\nlast",
        "first\nstock ledger refuses write: shard\n9 has no leader since epoch 77\nlast",
        "stock ledger refuses write:\tshard 9  has no leader since epoch 77",
    ],
    ids=[
        "prefix",
        "capitals",
        "quotes",
        "wrapped error",
        "nested JSON",
        "folded",
        "folded at the gap",
        "tab",
    ],
)
def test_the_line_is_found_with_other_numbers_inside(text: str) -> None:
    found = standing(LEARNED, text)

    assert found is not None
    assert " ".join(found.lower().split()) == "stock ledger refuses write: shard 9 has no leader since epoch"


@pytest.mark.parametrize(
    "text",
    [
        "stock ledger refuses write: shard 3 of 12 has no leader since epoch 77",
        "stock ledger refuses write: shard of the north has no leader since epoch 77",
        "stock ledger refuses write: shard 9 has no follower since epoch 77",
        "stock ledger refuses write: the shard 9 has no leader since epoch 77",
        "has no leader since epoch 77: stock ledger refuses write: shard 9",
        "restock ledger refuses write: shard 9 has no leader since epoch 77",
        "stock ledger refuses write: shard 9 has no leader since epochal 77",
        "stock ledger refuses write: shard 9 has no",
    ],
    ids=[
        "more in a gap",
        "words in a gap",
        "another word",
        "a word more",
        "other order",
        "within a word",
        "a longer word",
        "cut off",
    ],
)
def test_the_line_is_not_found_where_something_else_is_said(text: str) -> None:
    assert standing(LEARNED, text) is None


# neo4j 6.4.1 (PyPI) writes the second line of its ServiceUnavailable with the name of a class that has a number in it.
NO_DRIVER = (
    "Failed to establish connection to ResolvedIPv4Address(('{host}', {port})) "
    "(reason [Errno 111] Connection refused)"
)


@pytest.mark.parametrize(
    ("learned", "text"),
    [
        (
            NO_DRIVER.format(host="10.0.4.7", port=7687),
            f"zorp {NO_DRIVER.format(host='10.0.9.31', port=17687)}, so",
        ),
        ("cannot reach ledger7", "zorp!! cannot reach ledger12 after three tries"),
        ("cannot reach ledger7", "zorp!! cannot reach ledger12:5432, after three tries"),
        (
            "shop.ShardError: no leader on shard12",
            "Caused by: com.acme.shop.ShardError: no leader on shard4\n\tat x",
        ),
        ("no route to Ledger4Client of the shop", "zorp!! no route to Ledger6Client of the shop, so"),
        ("cannot reach ledger7", "cannot reach ledger7"),
    ],
)
def test_a_word_is_found_with_another_number_in_it_or_at_its_end(learned: str, text: str) -> None:
    assert standing(learned, text) is not None


@pytest.mark.parametrize(
    ("learned", "text"),
    [
        ("cannot reach ledger7", "zorp!! cannot reach ledgers after three tries"),
        ("cannot reach ledger7", "zorp!! cannot reach ledger after three tries"),
        ("cannot reach ledger7", "zorp!! cannot reach ledger-north, after three tries"),
        ("no route to Ledger4Client of the shop", "zorp!! no route to LedgerClient of the shop"),
        ("no route to Ledger4Client of the shop", "zorp!! no route to Ledger4Server of the shop"),
        (
            NO_DRIVER.format(host="10.0.4.7", port=7687),
            NO_DRIVER.format(host="10.0.4.7", port=7687).replace(
                "[Errno 111] Connection refused", "[Errno 113] No route"
            ),
        ),
    ],
)
def test_another_word_is_not_taken_for_one_with_another_number(learned: str, text: str) -> None:
    assert standing(learned, text) is None


def test_of_two_places_that_begin_alike_the_one_that_says_the_same_is_found() -> None:
    text = "shard 3 of 12 has no leader, so shard 4 has no leader since epoch 9"

    assert standing("shard 17 has no leader since epoch 40211", text) == "shard 4 has no leader since epoch"


def test_places_are_bytes_of_the_text() -> None:
    data = "— déjà vu — shard 4 has no leader".encode()

    found = find(template_of("shard 17 has no leader"), data)

    assert found is not None
    assert data[found.start : found.end] == b"shard 4 has no leader"


def test_a_search_goes_on_in_the_lines_behind_a_place() -> None:
    data = b"shard 4 has no leader\n\n\nshard 5 has no leader\n"
    template = template_of("shard 17 has no leader")
    first = find(template, data)
    assert first is not None

    second = find(template, data, first.end)

    assert second is not None
    assert data[second.start : second.end] == b"shard 5 has no leader"
    assert find(template, data, second.end) is None


@pytest.mark.parametrize(
    ("learned", "same", "other"),
    [
        (
            "backend web has 0 active and 0 backup servers left",
            "proxy: backend api has 0 active and 0 backup servers left",
            "proxy: backend web has 1 active and 0 backup servers left",
        ),
        (
            "pool drained: idle=0 waiting=12",
            "pool drained: idle=0 waiting=3",
            "pool drained: idle=6 waiting=12",
        ),
        ("replicas ready: 0 for set 41", "replicas ready: 0 for set 7", "replicas ready: 2 for set 41"),
    ],
)
def test_none_left_is_found_only_where_none_is_left(learned: str, same: str, other: str) -> None:
    # (the name of a backend is a word of its own, which does not vary)
    same = same.replace("backend api", "backend web")

    assert standing(learned, same) is not None
    assert standing(learned, other) is None
    assert standing(other, learned) is None


def test_for_each_count_of_what_is_left_it_is_said_whether_it_is_none() -> None:
    line = "2 active and 0 backup servers, idle=0, free: 14, 3 errors, available=0.5, idle=00"

    assert none_left(line) == (False, True, True, False, True)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("0 active servers", "1 active servers", True),
        ("0 active servers", "0 active servers", False),
        ("3 active servers", "9 active servers", False),
        ("idle=0", "idle=6", True),
        ('{"idle": 0}', '{"idle": 6}', True),
        ("0 errors", "1 errors", False),
        ("0 active servers", "no servers", False),
    ],
)
def test_two_texts_are_apart_where_none_is_left_in_only_one(one: str, other: str, expected: bool) -> None:
    assert differ_in_none_left(one, other) is expected


@pytest.mark.parametrize(
    "hostile",
    [
        "shard 1 " * 60_000,
        "has no leader since epoch " * 20_000,
        "stock ledger refuses write: shard 1 of 2 has no leader since epoch 3 " * 7_000,
        "stock ledger refuses write: shard " * 14_000,
        "stock ledger refuses write: shard\n" * 14_000,
        " " * 500_000,
        "a" * 500_000 + " has no leader since epoch",
    ],
    ids=["begins", "anchors", "nearly", "never ends", "never ends in lines", "blanks", "one word"],
)
def test_a_text_made_to_be_slow_is_not(hostile: str) -> None:
    data, template = hostile.encode(), template_of(LEARNED)

    began = time.process_time()
    find(template, data)

    # Far above what it takes, and far below what looking again and again from every place would take.
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Nov 20 10:15:12 node-7 ledgerd[4312]: shard 9 has no leader", "shard 9 has no leader"),
        (
            "PHP Fatal error:  Uncaught LedgerException: shard 9 has no leader in /srv/a/ledger.php:4",
            "LedgerException: shard 9 has no leader",
        ),
        ("thread 'main' panicked at 'shard 9 has no leader', src/main.rs:3:112", "shard 9 has no leader"),
        (
            "Nov 20 10:15:12 node-7 ledgerd[4312]: thread 'main' panicked at 'shard 9 has no leader', src/main.rs:3:1",
            "shard 9 has no leader",
        ),
        ("panic: shard 9 has no leader", "shard 9 has no leader"),
        ("shard 9 has no leader", "shard 9 has no leader"),
        ("    at com.shop.Ledger.append(Ledger.java:91)", "at com.shop.Ledger.append(Ledger.java:91)"),
        ("", ""),
    ],
)
def test_a_message_is_a_line_without_its_carrier_and_without_its_runtime(line: str, expected: str) -> None:
    assert message(line).strip() == expected
