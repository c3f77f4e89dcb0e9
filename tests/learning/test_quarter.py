"""The simulated quarter promises its shape; these are statistics over the generator, and one short life."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from statistics import mean

import pytest

from benchmarks.quarter_agent import live
from benchmarks.quarter_assumptions import Assumptions
from benchmarks.quarter_figures import FIGURES, Row, figures, interval
from benchmarks.quarter_memories import ClosedLoop, FrozenSelf, NoMemory, SubstringMemory
from benchmarks.quarter_stream import BEGIN, Quarter, causes
from kb.index.encoder import OnnxEncoder


@pytest.fixture(scope="module")
def quarters() -> list[Quarter]:
    return [Quarter(seed) for seed in range(20)]


def gaps(quarter: Quarter) -> list[timedelta]:
    last, found = {}, []
    for incident in quarter.incidents:
        if incident.cause.id in last:
            found.append(incident.at - last[incident.cause.id])
        last[incident.cause.id] = incident.at
    return found


def test_forty_causes_stand_over_ten_services_and_some_share_a_symptom() -> None:
    symptoms = Counter(cause.line for cause in causes().values())
    services = {name for cause in causes().values() for name in cause.services}
    assert (len(causes()), len(services)) == (40, 10)
    assert Counter(symptoms.values())[3] == 3
    assert Counter(symptoms.values())[2] == 7
    assert all(one.phrase in one.line and len(set(one.wordings)) == 3 for one in causes().values())


def test_causes_of_one_symptom_differ_in_everything_that_can_tell_them_apart() -> None:
    for cause in causes().values():
        for other in (causes()[name] for name in cause.siblings):
            assert cause.phrase == other.phrase
            assert not {cause.sign, cause.check, cause.fix, cause.later, cause.meaning} & {
                other.sign,
                other.check,
                other.fix,
                other.later,
                other.meaning,
            }
            assert (cause.trigger, cause.services) != (other.trigger, other.services)


def test_a_quarter_of_the_incidents_is_new(quarters: list[Quarter]) -> None:
    for quarter in quarters:
        seen = set[str]()
        for incident in quarter.incidents:
            assert incident.new == (incident.cause.id not in seen)
            seen.add(incident.cause.id)
        assert len(quarter.incidents) == 160
        assert sum(incident.new for incident in quarter.incidents) == 40


def test_repeats_come_within_twenty_days_as_often_as_published(quarters: list[Quarter]) -> None:
    found = [gap for quarter in quarters for gap in gaps(quarter)]
    within = mean(gap <= timedelta(days=20) for gap in found)
    assert within == pytest.approx(0.94, abs=0.015)


def test_incidents_fill_twelve_weeks_in_order(quarters: list[Quarter]) -> None:
    for quarter in quarters:
        moments = [incident.at for incident in quarter.incidents]
        assert moments == sorted(moments)
        assert moments[0] >= BEGIN
        assert moments[-1] < quarter.end
        assert {incident.week for incident in quarter.incidents} <= set(range(1, 13))


def test_the_same_seed_gives_the_same_quarter_and_another_seed_another(quarters: list[Quarter]) -> None:
    assert Quarter(3).incidents == quarters[3].incidents
    assert quarters[3].incidents != quarters[4].incidents


def test_ids_and_wording_vary_between_incidents_of_one_cause(quarters: list[Quarter]) -> None:
    incidents = [one for quarter in quarters for one in quarter.incidents]
    lines = [one.text for one in incidents if one.form != "words"]
    assert len(set(lines)) == len(lines)
    assert mean(one.form == "words" for one in incidents) == pytest.approx(0.25, abs=0.03)


def test_right_wrong_and_outdated_fixes_work_as_often_as_assumed(quarters: list[Quarter]) -> None:
    right, wrong, outdated = [], [], []
    for quarter in quarters:
        for one in quarter.incidents:
            right.append(quarter.works(one, one.fix))
            wrong.append(quarter.works(one, one.cause.wrong[1]))
            if one.changed:
                outdated.append(quarter.works(one, one.cause.fix))
    given = Assumptions()
    assert mean(right) == pytest.approx(given.works, abs=0.02)
    assert mean(wrong) == pytest.approx(given.wrong_works, abs=0.02)
    assert len(outdated) > 100
    assert mean(outdated) == pytest.approx(given.old_works, abs=0.05)


def test_luck_does_not_depend_on_the_memory(quarters: list[Quarter]) -> None:
    without, with_memory = live(quarters[0], NoMemory()), live(quarters[0], SubstringMemory())
    both = [(one, other) for one, other in zip(without, with_memory, strict=True) if not other.from_memory]
    assert len(both) > 50
    assert all(other.minutes >= one.minutes for one, other in both)
    assert any(one.from_memory for one in with_memory)


def test_a_short_quarter_is_lived_by_all_memories(tmp_path: Path, encoder: OnnxEncoder) -> None:
    quarter = Quarter(1, Assumptions(incidents=16, weeks=2))
    memories = {
        "none": NoMemory(),
        "ancestor": SubstringMemory(),
        "frozen": FrozenSelf(tmp_path / "frozen", encoder, quarter),
        "loop": ClosedLoop(tmp_path / "loop", encoder, quarter),
    }
    rows = [Row.of(1, arm, one) for arm, memory in memories.items() for one in live(quarter, memory)]
    found = figures(rows, list(memories))

    assert len(rows) == 4 * len(quarter.incidents)
    assert found.arms["none"]["correct_unknown"].mean == 100
    assert found.arms["frozen"]["minutes"].mean < found.arms["none"]["minutes"].mean
    loop = memories["loop"]
    assert isinstance(loop, ClosedLoop)
    read = loop.kb.weekly_summary(days=30, now=quarter.end).read
    assert read["outcomes"] > 0
    frozen = memories["frozen"]
    assert isinstance(frozen, FrozenSelf)
    assert frozen.kb.weekly_summary(days=30, now=quarter.end).read["outcomes"] == 0
    for memory in (loop, frozen):
        memory.close()


def test_an_interval_that_holds_zero_separates_nothing() -> None:
    assert interval([-3.0, -2.0, -4.0, -3.0]).separated == "lower"
    assert interval([3.0, -2.0, 4.0, -5.0]).separated == ""
    assert set(FIGURES) >= {"minutes", "first_right", "wrong_tries", "correct_unknown"}
