"""The material of benchmarks/questions holds what its README promises, so that figures on it mean something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CORPORA = Path(__file__).parents[3] / "shared" / "corpora"

RARE = 4
"""A word is rare if at most so many of the entries have it."""
SHARED_WITH_PATTERN, SHARED_WITH_MEANING = 0.3, 0.35
"""The largest share of the rare words of its entry that a single question may have."""
ON_AVERAGE = 0.1
"""The largest share on average, over all questions."""


def read(name: str) -> Any:
    """One file of the material."""
    return yaml.safe_load((BENCHMARKS / "questions" / name).read_text())


ENTRIES, PARAPHRASES, STRANGERS = read("entries.yaml"), read("paraphrases.yaml"), read("strangers.yaml")
AMBIGUOUS, OF_CORPORA = read("ambiguous.yaml"), read("corpora_questions.yaml")
BY_ID = {one["id"]: one for one in ENTRIES}


def words(text: str) -> set[str]:
    """Words of at least three characters, lower case."""
    return set(re.findall(r"[a-z][a-z0-9_]{2,}", text.lower()))


def third_is_held(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether about a third is kept untouched; families and documents are drawn as a whole."""
    held = [row["held"] for row in rows]
    return 0.25 <= sum(held) / len(held) <= 0.42


def rare_words_shared(field: str) -> list[float]:
    """For every paraphrase: the share of its entry's rare words that it has, without tool and service."""
    known = {one["id"]: words(one[field]) for one in ENTRIES}
    often = Counter(word for one in known.values() for word in one)
    shares = []
    for row in PARAPHRASES:
        entry = BY_ID[row["entry"]]
        named = words(f"{entry['tool']} {entry['service']}")
        rare = {word for word in known[entry["id"]] - named if often[word] <= RARE}
        shares.append(len(rare & words(row["question"])) / max(len(rare), 1))
    return shares


def test_the_counts_are_those_of_the_readme() -> None:
    readme = (BENCHMARKS / "questions" / "README.md").read_text()
    questions, strangers = OF_CORPORA["questions"], OF_CORPORA["strangers"]
    in_families = sum("family" in one for one in ENTRIES)
    for count in (ENTRIES, PARAPHRASES, STRANGERS, questions, strangers, AMBIGUOUS):
        assert re.search(rf"\b{len(count)}\b", readme)
    assert re.search(rf"\b{in_families} of them have a `family`", readme)


def test_ids_are_unique_and_every_paraphrase_means_an_entry() -> None:
    ids = [one["id"] for one in ENTRIES] + [one["id"] for case in AMBIGUOUS for one in case["entries"]]
    assert len(set(ids)) == len(ids)
    assert {row["entry"] for row in PARAPHRASES} == set(BY_ID)


def test_an_entry_has_all_its_fields_and_a_family_has_siblings_that_differ() -> None:
    for one in ENTRIES:
        assert all(one[field] for field in ("pattern", "meaning", "fix", "tool", "service", "category"))
    families = Counter(one["family"] for one in ENTRIES if "family" in one)
    assert min(families.values()) >= 2
    for field in ("pattern", "meaning", "fix"):
        assert len({one[field] for one in ENTRIES}) == len(ENTRIES)


def test_no_question_is_asked_twice() -> None:
    asked = [row["question"] for row in (*PARAPHRASES, *STRANGERS, *OF_CORPORA["questions"])]
    asked += [row["question"] for row in OF_CORPORA["strangers"]]
    assert len(set(asked)) == len(asked)


def test_three_hands_write_differently() -> None:
    lengths: dict[str, list[int]] = {hand: [] for hand in "abc"}
    for row in PARAPHRASES:
        lengths[row["hand"]].append(len(row["question"].split()))
    mean = {hand: sum(found) / len(found) for hand, found in lengths.items()}
    assert all(len(found) >= 50 for found in lengths.values())
    assert mean["a"] < 0.75 * mean["c"] < mean["c"] < 0.75 * mean["b"]
    assert sum(not row["names_tool"] for row in PARAPHRASES) >= 60


@pytest.mark.parametrize(
    ("field", "limit"), [("pattern", SHARED_WITH_PATTERN), ("meaning", SHARED_WITH_MEANING)]
)
def test_a_paraphrase_has_few_rare_words_of_its_entry(field: str, limit: float) -> None:
    shares = rare_words_shared(field)
    too_near = [row["question"] for row, share in zip(PARAPHRASES, shares, strict=True) if share > limit]
    assert too_near == []
    assert sum(shares) / len(shares) < ON_AVERAGE


def test_a_third_is_held_and_it_is_spread_over_hands_styles_and_kinds() -> None:
    questions = OF_CORPORA["questions"]
    assert all(map(third_is_held, (ENTRIES, AMBIGUOUS, STRANGERS, OF_CORPORA["strangers"])))
    for rows, field in (
        (PARAPHRASES, "hand"),
        (STRANGERS, "style"),
        (STRANGERS, "kind"),
        (questions, "kind"),
    ):
        for value in {row[field] for row in rows}:
            assert third_is_held(row for row in rows if row[field] == value), (field, value)


def test_what_is_held_is_held_with_its_siblings_its_entry_and_its_document() -> None:
    held: dict[str, set[bool]] = {}
    for one in ENTRIES:
        held.setdefault(one.get("family", one["id"]), set()).add(one["held"])
    for row in OF_CORPORA["questions"]:
        for document in row["document"]:
            held.setdefault(document, set()).add(row["held"])
    assert [name for name, found in held.items() if len(found) > 1] == []
    assert all(row["held"] == BY_ID[row["entry"]]["held"] for row in PARAPHRASES)


def test_questions_about_the_corpora_are_of_all_kinds() -> None:
    kinds = Counter(row["kind"] for row in OF_CORPORA["questions"])
    wanted = {"postmortem": 25, "status": 10, "runbook": 25, "known_error": 20}
    assert kinds.keys() == wanted.keys()
    assert all(kinds[kind] >= count for kind, count in wanted.items())


@pytest.mark.skipif(not CORPORA.is_dir(), reason="../shared/corpora is not here")
def test_their_documents_exist_and_no_six_words_in_a_row_are_copied() -> None:
    for row in OF_CORPORA["questions"]:
        assert row["document"]
        asked = re.findall(r"\w+", row["question"].lower())
        for document in row["document"]:
            text = " ".join(re.findall(r"\w+", (CORPORA / document).read_text().lower()))
            copied = [" ".join(asked[at : at + 6]) for at in range(len(asked) - 5)]
            assert [piece for piece in copied if f" {piece} " in text] == []


def test_an_ambiguous_symptom_is_decided_by_its_log_alone() -> None:
    assert len(AMBIGUOUS) >= 20
    for case in AMBIGUOUS:
        symptom, log = case["without_evidence"], case["log"]
        assert case["all"] == [one["id"] for one in case["entries"]]
        assert case["right"] in case["all"]
        assert 2 <= len(case["all"]) <= 4
        assert len({one["meaning"] for one in case["entries"]}) == len(case["all"])
        assert {one["pattern"] for one in case["entries"]} == {symptom}
        assert 3 <= len(log.splitlines()) <= 10
        assert symptom.lower() in log.lower()
        assert case["telling"] in log
        assert case["telling"] not in symptom


def test_the_second_file_of_causes_has_the_form_of_the_first_and_other_causes() -> None:
    first, second = (
        yaml.safe_load((BENCHMARKS / name).read_text())
        for name in ("quarter_causes.yaml", "quarter_causes_2.yaml")
    )
    ids, phrases, shapes, services, triggers, remedies = [], [], [], [], [], []
    for symptoms in (first, second):
        causes = [one for symptom in symptoms for one in symptom["causes"]]
        ids.append({one["id"] for one in causes})
        phrases.append({symptom["phrase"] for symptom in symptoms})
        shapes.append(Counter(len(symptom["causes"]) for symptom in symptoms))
        services.append({name for one in causes for name in one["services"]})
        triggers.append({one["trigger"] for one in causes})
        remedies.append({text for one in causes for text in (one["fix"], one["later"], one["wrong"][1])})
    assert len(ids[0]) == len(ids[1]) == 40
    assert not ids[0] & ids[1]
    assert not phrases[0] & phrases[1]
    assert not remedies[0] & remedies[1]
    assert shapes[0] == shapes[1]
    assert services[0] == services[1]
    assert triggers[0] == triggers[1]


def test_the_second_file_of_causes_can_be_rendered_and_its_siblings_differ() -> None:
    fields = {"ts", "svc", "n", "id", "ms", "pod", "ip", "host"}
    for symptom in yaml.safe_load((BENCHMARKS / "quarter_causes_2.yaml").read_text()):
        causes = symptom["causes"]
        assert symptom["phrase"] in symptom["line"]
        assert len(set(symptom["wordings"])) == 3
        for text in (symptom["line"], *symptom["wordings"], *(one["sign"] for one in causes)):
            assert set(re.findall(r"\{(\w*)\}", text)) <= fields
            assert text.count("{") == text.count("}") == len(re.findall(r"\{\w+\}", text))
        for field in ("sign", "check", "meaning", "fix", "later"):
            assert len({one[field] for one in causes}) == len(causes)
        assert len({(one["trigger"], *one["services"]) for one in causes}) == len(causes)
        assert all(len(one["wrong"]) == 2 for one in causes)
