"""Which candidates are shown: five places hold five answers, and nothing passes what fits better."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.lookup.candidates import Found
from kb.lookup.features import Query, named_in_title
from kb.lookup.judging import Judged
from kb.lookup.offering import MOST_LIFT, offered, spread, worth_showing
from kb.lookup.rarity import CorpusStats
from kb.lookup.scoring import KNOWN, RELATED
from kb.lookup.verdict import in_order
from kb.model import Entry, Pattern, Runbook
from kb.model.ledger import Tier, Trust, Verdict
from kb.text.tokens import tokenize

QUICK = settings(max_examples=60, deadline=None)
UNTRIED = Trust(value=0.5)
KUBELET = "Target disappeared from Prometheus target discovery. Kubelet has disappeared"
STATS = CorpusStats(
    100, 300.0, {"prometheus": 60, "target": 30, "disappear": 20, "discovery": 15, "kubelet": 10}
)


def runbook(name: str, key: str = "") -> Runbook:
    return Runbook(id=key or name, name=name)


def judged(entry: Entry, confidence: float, question: str = KUBELET) -> Judged:
    asked = Query(question, tuple(tokenize(question)))
    found = Found(
        entry.id,
        Tier.LEXICAL,
        "shares words",
        None,
        confidence,
        features={"title_loose": 0.6},
        named=named_in_title(asked, entry.headline, STATS),
    )
    return Judged(entry, found, confidence, "shares words", UNTRIED)


def ids(shown: list[Judged]) -> list[str]:
    return [one.entry.id for one in shown]


def test_a_title_names_the_words_that_the_question_has_each_with_its_share():
    asked = Query(KUBELET, tuple(tokenize(KUBELET)))

    named = named_in_title(asked, "KubeletDown", STATS)

    assert set(named) == {"kubelet"}
    assert named_in_title(asked, "KubeSchedulerDown", STATS) == {}
    assert 0 < named_in_title(asked, "PrometheusRules", STATS)["prometheus"] < named["kubelet"] < 1


def test_the_one_that_the_question_names_comes_before_the_rest_of_a_family():
    family = [
        judged(runbook(f"Kube{name}Down"), 0.6) for name in ("Scheduler", "ControllerManager", "Proxy", "API")
    ]
    named = judged(runbook("KubeletDown"), 0.35)

    shown = spread([*family, named], 3)

    assert ids(shown) == ["KubeSchedulerDown", "KubeletDown", "KubeControllerManagerDown"]


def test_what_is_named_already_lifts_nobody():
    first = judged(runbook("KubeletDown"), 0.6)
    better, again = judged(runbook("TooManyPods"), 0.5), judged(runbook("KubeletTooManyPods"), 0.45)

    assert ids(spread([first, better, again], 3)) == ["KubeletDown", "TooManyPods", "KubeletTooManyPods"]


def test_a_second_runbook_of_a_name_leaves_its_place_to_another_answer():
    copies = [judged(runbook("TargetDown", key), 0.5) for key in ("one-house", "other-house")]
    other = judged(runbook("ScrapeFailing"), 0.3)

    assert ids(spread([*copies, other], 3)) == ["one-house", "ScrapeFailing", "other-house"]


def test_two_patterns_of_one_name_stay_together_since_they_may_have_two_causes():
    causes = [judged(Pattern(id=key, pattern="pool exhausted"), 0.5) for key in ("leak", "too-small")]
    other = judged(Pattern(id="other", pattern="disk full"), 0.3)

    assert ids(spread([*causes, other], 3)) == ["leak", "too-small", "other"]


def test_no_title_lifts_what_relates_over_what_settles_nor_what_hardly_fits_over_what_relates():
    settled = [judged(runbook("KubeSchedulerDown"), 0.9), judged(runbook("KubeProxyDown"), KNOWN)]
    related = [judged(runbook("NodeNotReady"), RELATED)]
    named = [judged(runbook("KubeletDown"), RELATED - 0.01)]

    assert ids(spread([*settled, *related, *named], 4)) == [
        "KubeSchedulerDown",
        "KubeProxyDown",
        "NodeNotReady",
        "KubeletDown",
    ]


def test_a_lift_has_an_end():
    far, near = judged(runbook("KubeletDown"), 0.26), judged(runbook("NodeNotReady"), 0.78)

    assert MOST_LIFT < 2.3, "the two lie 2.3 log-odds apart"
    assert ids(spread([judged(runbook("First"), 0.79), near, far], 2)) == ["First", "NodeNotReady"]


@QUICK
@given(st.lists(st.floats(0, 1), max_size=12), st.integers(1, 6))
def test_the_best_is_first_and_nobody_is_shown_twice_or_left_out_for_nothing(values: list[float], limit: int):
    ordered = in_order([judged(runbook(f"Kubelet{n % 3}", f"r{n}"), value) for n, value in enumerate(values)])

    shown = ids(offered(ordered, limit))

    assert shown[:1] == ids(ordered)[:1]
    assert len(set(shown)) == len(shown) == min(limit, len(ordered))


@pytest.mark.parametrize(("best", "verdict"), [(0.9, Verdict.KNOWN), (0.5, Verdict.RELATED)])
def test_whatever_the_verdict_what_else_ranks_is_shown_and_says_that_it_is_unlikely(
    best: float, verdict: Verdict
):
    ordered = [judged(runbook("A"), best), judged(runbook("B"), 0.3), judged(runbook("C"), 0.01)]

    shown = worth_showing(ordered, verdict)

    assert ids(shown) == ["A", "B", "C"]
    assert ["unlikely" in one.reason for one in shown] == [False, False, True]


def test_a_home_full_of_siblings_answers_with_five_different_ones_and_the_one_that_is_asked_about(
    kb: KnowledgeBase, tmp_path: Path
):
    said = "Target disappeared from Prometheus target discovery."
    for name in ("KubeScheduler", "KubeControllerManager", "KubeProxy", "KubeStateMetrics"):
        for house in ("ours", "vendor"):
            (tmp_path / house).mkdir(exist_ok=True)
            meaning = f"{name} has disappeared from Prometheus target discovery. {said}"
            text = f"# {name}Down\n\n## Meaning\n\n{meaning}\n\n## Mitigation\n\nSee the {house} handbook.\n"
            (tmp_path / house / f"{name}Down.md").write_text(text)
    meaning, steps = "The agent of several nodes gives no sign of life.", "Look at the nodes."
    (tmp_path / "KubeletDown.md").write_text(
        f"# KubeletDown\n\n## Meaning\n\n{meaning}\n\n## Mitigation\n\n{steps}\n"
    )
    kb.ingest(tmp_path)

    answer = kb.check_known_issues(f"{said} Kubelet has disappeared from Prometheus target discovery.")

    titles = [match.title for match in answer.matches]
    assert "KubeletDown" in titles
    assert len(set(titles)) == len(titles) == 5
    assert all(("unlikely" in match.reason) == (match.confidence < RELATED) for match in answer.matches)
