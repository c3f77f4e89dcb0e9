import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.lookup.features import FEATURE_NAMES, Candidate, ChunkText, Query, features, plain_words
from kb.lookup.rarity import CorpusStats
from kb.text.tokens import tokenize

STATS = CorpusStats(
    documents=100,
    average_length=60.0,
    df={"pool": 40, "exhaust": 5, "connection": 60},
    average_chunk_length=30.0,
)
WORDS = st.sampled_from(["pool", "exhausted", "connection", "refused", "leak", "deploy", "replica", "quorum"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


def query(text):
    return Query(text, tuple(tokenize(text)))


def candidate(text="", title="", cosines=(), title_cosine=math.nan, entry_id="a"):
    pairs = [(role, one) for role, one in (("title", title), ("body", text)) if one]
    chunks = tuple(ChunkText(role, tuple(tokenize(one))) for role, one in pairs)
    return Candidate(entry_id, "pattern", title, chunks, cosines, title_cosine)


def values(question, *candidates):
    table = features(query(question), candidates, STATS)
    return [dict(zip(FEATURE_NAMES, row, strict=True)) for row in table]


def test_without_candidates_the_table_is_empty():
    assert features(query("pool exhausted"), [], STATS).shape == (0, len(FEATURE_NAMES))


def test_an_empty_question_shares_no_words_with_anything():
    (row,) = values("", candidate("pool exhausted", title="Pool exhausted"))

    assert not any(row.values())


def test_an_empty_home_has_no_rare_words_and_no_errors():
    table = features(query("pool exhausted"), [candidate("pool")], CorpusStats(0, 0.0, {}, 0.0))

    assert 0 < table[0][FEATURE_NAMES.index("best_chunk")] < 1


def test_a_rare_word_weighs_more_than_a_common_one():
    rare, common = values("pool exhausted", candidate("exhausted"), candidate("pool"))

    assert rare["whole_entry"] > common["whole_entry"]


def test_words_that_stand_together_count_as_a_pair():
    together, apart = values(
        "pool exhausted", candidate("pool exhausted"), candidate("pool was not exhausted")
    )

    assert together["word_pairs"] == pytest.approx(1.0)
    assert apart["word_pairs"] == 0.0


def test_a_title_in_camel_case_is_covered_by_plain_words():
    (row,) = values("the connection pool is exhausted", candidate(title="ConnectionPoolExhausted"))

    assert row["title_exact"] == pytest.approx(1.0)


def test_another_ending_of_a_title_word_counts_loosely():
    (row,) = values("reload of the configuration failed", candidate(title="ConfigReloadError"))

    assert row["title_exact"] < row["title_loose"] < 1


def test_what_is_done_is_no_word_for_what_does_it():
    (row,) = values("blocks were compacted late", candidate(title="CompactorLate"))
    (same,) = values("both compactors are late", candidate(title="CompactorLate"))

    assert row["title_loose"] < 1
    assert same["title_loose"] == pytest.approx(1.0)


def test_a_word_is_not_there_because_its_neighbour_is():
    (row,) = values("the alertmanager is late", candidate(title="AlertmanagerRingLate"))

    assert row["title_exact"] < 1


def test_a_title_of_words_that_many_entries_have_counts_as_none():
    told = candidate("pool is empty", "Pool exhausted", cosines=(0.1, 0.7), title_cosine=0.1)
    empty = candidate("pool is empty", "Connection pool 1263", cosines=(0.1, 0.7), title_cosine=0.1)
    named, bare = values("connection pool is empty", told, empty)

    assert (named["title_loose"] > 0, named["mean_cosine"]) == (True, pytest.approx(0.4))
    assert (bare["title_loose"], bare["mean_cosine"]) == (0, pytest.approx(0.7))
    assert named["cosine"] == bare["cosine"] == bare["title_cosine"] == pytest.approx(0.7)


def test_where_nothing_else_is_said_a_common_title_counts():
    (row,) = values("connection pool", candidate(title="Connection pool"))

    assert row["title_exact"] == pytest.approx(1.0)


def test_a_cosine_that_is_not_known_counts_as_the_lowest_that_is():
    near, far, unknown = values(
        "pool",
        candidate(cosines=(0.9, 0.5), title_cosine=0.8),
        candidate(cosines=(0.3,), title_cosine=0.2),
        candidate(cosines=(math.nan,)),
    )

    assert (near["cosine"], near["mean_cosine"]) == (0.9, pytest.approx(0.7))
    assert (unknown["cosine"], unknown["title_cosine"]) == (far["cosine"], far["title_cosine"])


def test_without_any_vector_meaning_says_nothing():
    (row,) = values("pool", candidate("pool"))

    assert row["cosine"] == row["mean_cosine"] == row["title_cosine"] == 0.0


def test_plain_words_are_those_that_the_corpus_counts():
    assert set(plain_words("PodsCrashLooping in the API")) <= set(tokenize("PodsCrashLooping in the API"))


@given(TEXTS, TEXTS, TEXTS)
def test_every_feature_lies_between_0_and_1(question, text, title):
    (row,) = values(question, candidate(text, title, cosines=(-0.2, 0.4), title_cosine=1.0))

    assert all(0.0 <= value <= 1.0 for value in row.values())


@given(TEXTS, TEXTS, st.sampled_from(["quorum", "exhausted"]))
def test_a_shared_rare_word_in_place_of_a_strange_one_never_lowers_a_word_feature(question, text, rare):
    question = f"{question} {rare}"
    strange, shared = values(question, candidate(f"{text} zebra"), candidate(f"{text} {rare}"))

    for name in ("best_chunk", "whole_entry", "word_pairs", "rare_words"):
        assert shared[name] >= strange[name] - 1e-12


@given(TEXTS, TEXTS)
def test_a_candidate_has_the_same_features_alone_and_in_company(question, text):
    one, other = (
        candidate(text, cosines=(0.5,), title_cosine=0.1),
        candidate("leak", cosines=(0.4,), title_cosine=0.3),
    )

    assert values(question, one)[0] == values(question, one, other)[0]


def test_a_word_of_the_question_that_is_two_of_the_title_is_both_of_them():
    joined, other = values(
        "pods are misscheduled", candidate(title="PodsMisScheduled"), candidate(title="PodsNotScheduled")
    )

    assert joined["title_exact"] == pytest.approx(1.0)
    assert other["title_exact"] < 0.5


def test_an_entry_without_a_title_is_compared_by_its_text_alone():
    untitled, titled = values(
        "pool",
        candidate("pool", cosines=(0.8, 0.6)),
        candidate("pool", title="Pool leak", cosines=(0.1,), title_cosine=0.1),
    )

    assert untitled["title_cosine"] == pytest.approx(0.75)
    assert titled["title_cosine"] == pytest.approx(0.1)


def test_coverage_counts_a_word_once_and_in_one_place():
    once, often, half = values(
        "pool exhausted", candidate("pool exhausted"), candidate("pool exhausted " * 9), candidate("pool")
    )

    assert once["coverage"] == often["coverage"] == pytest.approx(1.0)
    assert 0 < half["coverage"] < 0.5
