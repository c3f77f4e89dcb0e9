import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.lookup.features import FEATURE_NAMES, GROUPS, Candidate, ChunkText, Query, opinion, rank
from kb.lookup.rarity import CorpusStats
from kb.lookup.scoring import probability
from kb.text.kinds import Kind
from kb.text.tokens import tokenize

STATS = CorpusStats(
    documents=50, average_length=40.0, df={"pool": 10, "timeout": 30}, average_chunk_length=20.0
)
QUESTION = "connection pool exhausted in checkout"


def query(text=QUESTION):
    return Query(text, tuple(tokenize(text)))


def entry(entry_id, text="", title="", cosine=math.nan):
    tokens = tuple(tokenize(f"{title}\n{text}"))
    return Candidate(entry_id, "pattern", title, (ChunkText("body", tokens),), (cosine,), cosine)


def ids(ranked):
    return [one.entry_id for one in ranked]


def test_no_candidates_give_no_ranking():
    assert rank(query(), [], STATS) == []


def test_one_candidate_is_ranked_with_a_score_that_can_be_explained():
    (only,) = rank(query(), [entry("a", "the pool was exhausted", "Pool exhausted", 0.6)], STATS)

    assert 0 < only.score < 1
    explained = sum(weight * opinion(only.features, group) for group, (weight, _) in GROUPS.items())
    assert only.score == pytest.approx(explained / sum(weight for weight, _ in GROUPS.values()))
    assert tuple(only.features) == FEATURE_NAMES


def test_the_entry_about_the_same_thing_comes_first():
    candidates = [
        entry("disk", "the disk of the node is full", "DiskFull", 0.2),
        entry("pool", "all connections of the pool are in use", "ConnectionPoolExhausted", 0.7),
        entry("timeout", "requests of checkout time out", "CheckoutTimeout", 0.5),
    ]

    assert ids(rank(query(), candidates, STATS)) == ["pool", "timeout", "disk"]


def test_words_alone_rank_where_no_vectors_are_known():
    candidates = [entry("disk", "disk full", "DiskFull"), entry("pool", "pool exhausted", "PoolExhausted")]

    assert ids(rank(query(), candidates, STATS)) == ["pool", "disk"]


def test_meaning_alone_ranks_where_no_word_is_shared():
    candidates = [
        entry("far", "disk full", "DiskFull", 0.1),
        entry("near", "sessions used up", "NoSessions", 0.6),
    ]

    assert ids(rank(query(), candidates, STATS)) == ["near", "far"]


def test_equal_entries_come_in_the_order_of_their_ids():
    candidates = [entry(entry_id, "pool exhausted", "Pool", 0.4) for entry_id in ("c", "a", "b")]

    assert ids(rank(query(), candidates, STATS)) == ["a", "b", "c"]


def test_an_empty_question_gives_every_candidate_back():
    candidates = [entry("b", "pool"), entry("a", "disk")]

    ranked = rank(query(""), candidates, STATS)

    assert ids(ranked) == ["a", "b"]
    assert ranked[0].score == 0.0


@given(st.randoms(use_true_random=False), st.lists(st.floats(-1, 1), min_size=1, max_size=6))
def test_the_order_does_not_depend_on_the_order_of_the_candidates(chance: random.Random, cosines):
    candidates = [entry(str(n), "pool", "Pool", cosine) for n, cosine in enumerate(cosines)]
    shuffled = chance.sample(candidates, len(candidates))

    assert rank(query(), candidates, STATS) == rank(query(), shuffled, STATS)


@given(st.floats(0, 1), st.floats(0, 1))
def test_greater_similarity_never_lowers_score_or_probability(one, other):
    low, high = sorted((one, other))
    (less,) = rank(query(), [entry("a", "pool", "Pool", low)], STATS)
    (more,) = rank(query(), [entry("a", "pool", "Pool", high)], STATS)

    assert less.score <= more.score
    assert probability(less.features) <= probability(more.features)


def test_a_full_agreement_is_probable_and_none_at_all_is_not():
    everything, nothing = dict.fromkeys(FEATURE_NAMES, 1.0), dict.fromkeys(FEATURE_NAMES, 0.0)

    assert probability(everything) > 0.95
    assert probability(nothing) < 0.05


def test_a_line_that_says_little_of_an_entry_is_likelier_explained_by_it_than_an_alert_is():
    some = dict.fromkeys(FEATURE_NAMES, 0.3)

    assert probability(some, Kind.LINE) > probability(some, Kind.ALERT)


def test_every_kind_of_text_has_its_coefficients():
    everything, nothing = dict.fromkeys(FEATURE_NAMES, 1.0), dict.fromkeys(FEATURE_NAMES, 0.0)

    assert all(probability(everything, kind) > 0.95 for kind in Kind)
    assert all(probability(nothing, kind) < 0.05 for kind in Kind)
