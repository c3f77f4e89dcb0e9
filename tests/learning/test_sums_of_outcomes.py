"""What outcomes add up to is kept, and is what the outcomes themselves say, whatever becomes of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.learning.trust import evidence, trust, worth
from kb.learning.trust_book import added_up
from kb.model.ledger import Outcome, Result, Trust
from kb.store.ledger import Ledger
from tests.learning.test_outcomes import Clock
from tests.learning.test_outcomes import clock as clock

LINE = "FATAL the sluice of basin 4 jammed at 0x17"


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder, clock: Clock) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder, clock=clock) as opened:
        yield opened


@pytest.fixture
def learned(kb: KnowledgeBase) -> str:
    return kb.learn_pattern(LINE, "grit", "rinse it").id


def by_outcomes(kb: KnowledgeBase, entry_id: str) -> Trust:
    """The trust of an entry, from its outcomes one by one."""
    parts = kb._parts
    outcomes = parts.ledger.outcomes_of([entry_id]).get(entry_id, [])
    return trust(kb.get(entry_id), outcomes, kb._clock(), reviewed=bool(parts.trust.reviewed([entry_id])))


def kept(kb: KnowledgeBase, entry_id: str) -> bool:
    """Whether the sums of an entry are kept."""
    return bool(kb._parts.db.value("SELECT sums FROM outcome_sums WHERE entry_id = ?", [entry_id]))


def asked(kb: KnowledgeBase) -> Trust:
    """The trust that an answer tells of what was learned."""
    (found,) = (one.trust for one in kb.check_known_issues(LINE).matches if one.kind == "pattern")
    return found


def test_a_lookup_keeps_what_it_added_up_until_the_next_outcome(kb: KnowledgeBase, learned: str) -> None:
    lookup = kb.check_known_issues(LINE).lookup_id
    kb.record_outcome(learned, "resolved", note="held", verified_by="ana")
    assert not kept(kb, learned)
    assert asked(kb).n == 1
    assert kept(kb, learned)
    kb.record_outcome(learned, "failed", lookup)
    assert not kept(kb, learned)
    assert asked(kb) == by_outcomes(kb, learned)


def test_what_is_kept_is_not_added_up_again(
    kb: KnowledgeBase, learned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[Sequence[str]]()
    outcomes_of = Ledger.outcomes_of

    def counting(self: Ledger, entry_ids: Sequence[str]) -> dict[str, list[Outcome]]:
        read.append(entry_ids)
        return outcomes_of(self, entry_ids)

    kb.record_outcome(learned, "resolved", note="held")
    kb.check_known_issues(LINE)
    monkeypatch.setattr(Ledger, "outcomes_of", counting)
    with KnowledgeBase.open(kb._parts.home.root, encoder=kb._options.encoder, clock=kb._clock) as other:
        assert (asked(other).n, read) == (1, [])


def test_what_is_only_asked_keeps_nothing(kb: KnowledgeBase, learned: str) -> None:
    kb.record_outcome(learned, "resolved", note="held")
    kb.check_known_issues(LINE, record=False)
    assert not kept(kb, learned)


def test_sums_that_somebody_overtook_are_not_kept(kb: KnowledgeBase, learned: str) -> None:
    kb.record_outcome(learned, "resolved", note="held")
    kb.check_known_issues(LINE, record=False)  # adds up, and keeps nothing yet
    with KnowledgeBase.open(kb._parts.home.root, encoder=kb._options.encoder, clock=kb._clock) as other:
        other.record_outcome(learned, "made_worse", note="it broke")
    with kb._parts.ledger.write():
        kb._parts.ledger.sums.keep()
    assert not kept(kb, learned)
    assert asked(kb) == by_outcomes(kb, learned)


OF_PD_1 = "INSERT INTO events (at, action, details, actor, subject, kind) VALUES ('2026', '', '', '', 'PD-1', 'opened')"
REPORT_OF_IT = (
    "INSERT INTO entries (id, kind, status, headline, digest, data, origin, file, path, created_at, updated_at)"
    " VALUES ('PD-1', 'incident', 'active', '', '', '{}', 'ingested', '', '', '2026', '2026')"
)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE outcomes SET result = 'failed'",
        "DELETE FROM outcomes",
        "UPDATE lookups SET incident = 'PD-2'",
        "UPDATE lookups SET repeats = 'lookup-1'",
        "DELETE FROM lookups",
        OF_PD_1,
        REPORT_OF_IT,
    ],
)
def test_whatever_outcomes_count_by_ends_their_sums(kb: KnowledgeBase, learned: str, deed: str) -> None:
    lookup = kb.check_known_issues(LINE).lookup_id
    kb.record_outcome(learned, "resolved", lookup, incident_id="PD-1")
    kb.check_known_issues(LINE)
    assert kept(kb, learned)
    db = kb._parts.db
    with db.write():
        db.execute(deed)
    assert not kept(kb, learned)


def test_a_report_that_goes_ends_the_sums_of_what_counted_by_it(kb: KnowledgeBase, learned: str) -> None:
    db = kb._parts.db
    with db.write():
        db.execute(REPORT_OF_IT)
    kb.record_outcome(learned, "resolved", incident_id="PD-1")
    kb.check_known_issues(LINE)
    with db.write():
        db.execute("DELETE FROM entries WHERE id = 'PD-1'")
    assert not kept(kb, learned)


def test_the_trust_of_an_earlier_moment_leaves_out_what_came_later(
    kb: KnowledgeBase, learned: str, clock: Clock
) -> None:
    kb.record_outcome(learned, "resolved", note="held")
    assert asked(kb).n == 1
    clock.now -= timedelta(days=1)
    assert kb.trust_of(kb.get(learned)).n == 0


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_trust_is_what_the_outcomes_say(
    kb: KnowledgeBase, learned: str, clock: Clock, seed: int
) -> None:
    rng = random.Random(seed)
    incidents = ["PD-1", "PD-2"]
    for _ in range(25):
        clock.now += timedelta(hours=rng.randrange(60))
        deed = rng.choice(["outcome", "outcome", "outcome", "open", "merge"])
        if deed == "outcome":
            lookup = kb.check_known_issues(LINE, service=rng.choice(["", "Basin", "quay"])).lookup_id
            kb.record_outcome(
                learned,
                rng.choice(["resolved", "resolved", "resolved", "failed", "not_applied"]),
                rng.choice([None, lookup]),
                incident_id=rng.choice(["", *incidents]),
                verified_by=rng.choice([None, "ana"]),
            )
        elif deed == "open":
            incidents.append(kb.incidents.open(f"basin {len(incidents)}", service="basin").id)
        elif deed == "merge" and len(open_ones := kb.incidents.open_ones()) > 1:
            kb.incidents.merge(open_ones[0].id, into=open_ones[1].id)
        kb.check_known_issues(LINE)  # keeps the sums
        assert kb.trust_of(kb.get(learned)) == by_outcomes(kb, learned), deed


@pytest.mark.parametrize("seed", range(6))
def test_what_trust_was_worth_at_any_moment_is_what_the_outcomes_before_it_say(
    kb: KnowledgeBase, learned: str, clock: Clock, seed: int
) -> None:
    rng = random.Random(seed)
    incidents, moments = ["", "PD-1", kb.incidents.open("basin", service="basin").id], [clock.now]
    for _ in range(20):
        clock.now += timedelta(hours=rng.choice([0, 1, 1, 30, 400]))
        moments.append(clock.now)
        lookup = kb.check_known_issues(LINE, incident_id=rng.choice(incidents)).lookup_id
        result = rng.choice(["resolved", "resolved", "failed", "not_applied"])
        kb.record_outcome(learned, result, rng.choice([None, lookup]), incident_id=rng.choice(incidents))
    entry, parts = kb.get(learned), kb._parts
    outcomes = parts.ledger.outcomes_of([learned])[learned]
    for at in moments:
        told = worth(entry, evidence([one for one in outcomes if one.at < at], at))
        found = parts.trust.just_before([entry], at, set())[learned]
        assert (found.value, found.n) == (pytest.approx(told.value, abs=0.0002), told.n)


def test_sums_are_added_up_without_a_question_where_the_home_is_looked_after(
    kb: KnowledgeBase, learned: str
) -> None:
    kb.record_outcome(learned, "resolved", note="held")
    assert not kept(kb, learned)
    kb.upkeep.look_after()
    assert kept(kb, learned)


def test_sums_age_as_their_outcomes_do() -> None:
    rng = random.Random(4)
    for _ in range(200):
        outcomes = [_outcome(number, rng) for number in range(rng.randrange(1, 12))]
        later = Clock().now + timedelta(days=rng.randrange(900))
        sums, there = added_up(outcomes), evidence(outcomes, later)
        aged = sums.weights.aged(sums.as_of, later)
        assert (aged.success, aged.failure) == pytest.approx((there.success, there.failure))
        assert (aged.resolved, aged.failed, aged.recurred) == (there.resolved, there.failed, there.recurred)
        assert (aged.streak, aged.last) == (there.streak, there.last)


def test_a_service_is_told_by_its_name_in_any_case() -> None:
    told = [
        ("Quay", Result.RESOLVED),
        ("quay", Result.RESOLVED),
        ("QUAY", Result.MADE_WORSE),
        ("", Result.FAILED),
    ]
    rng = random.Random(1)
    outcomes = [
        Outcome(id=f"o{n}", at=_outcome(n, rng).at, entry_id="e", result=result, service=service)
        for n, (service, result) in enumerate(told)
    ]
    assert added_up(outcomes).balance == {"quay": 1}


def _outcome(number: int, rng: random.Random) -> Outcome:
    return Outcome(
        id=f"o{number}",
        at=Clock().now - timedelta(hours=rng.randrange(9_000)),
        entry_id="e",
        result=rng.choice(list(Result)),
        lookup_id=rng.choice([None, f"l{number // 2}"]),
        verified_by=rng.choice([None, "ana"]),
    )
