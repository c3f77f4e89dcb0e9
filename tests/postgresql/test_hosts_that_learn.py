"""Hosts that learn at once in one memory: each lesson is found by all, and none of them reads the whole file for it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.errors import HomeNotWritable
from kb.store.catalogue import Catalogue
from kb.text import safe_yaml
from tests.doubles.encoders import HashedEncoder

pytestmark = pytest.mark.full
WORDS = "quay", "crane", "tide", "buoy", "keel", "lamp", "pump", "hull", "mast", "rope", "oar", "pier"


def lesson(number: int) -> str:
    first, second = WORDS[number % 12], WORDS[number // 12]
    return f"FATAL the {first} of the {second} refuses to turn"


@pytest.fixture
def hosts(shared_home: Path) -> Iterator[list[KnowledgeBase]]:
    """Three that share a memory in which twelve lessons stand."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(KnowledgeBase.open(shared_home, encoder=HashedEncoder())) for _ in range(3)
        ]
        for number in range(12):
            opened[0].learn_pattern(lesson(number), "a drill", "end the drill")
        yield opened


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are parsed from here on."""
    texts = list[str]()
    parse = safe_yaml.compose

    def compose(text: str, *given: Any, **named: Any) -> Any:
        texts.append(text)
        return parse(text, *given, **named)

    monkeypatch.setattr(safe_yaml, "compose", compose)
    return texts


def test_lessons_of_three_at_once_are_all_found_by_all_and_only_their_own_items_are_read(
    hosts: list[KnowledgeBase], read: list[str]
) -> None:
    def learn(host: int) -> list[str]:
        numbers = range(12 + host, 60, 3)
        return [hosts[host].learn_pattern(lesson(one), "a drill", "end the drill").id for one in numbers]

    with ThreadPoolExecutor(3) as threads:
        learned = [one for ids in threads.map(learn, range(3)) for one in ids]
    assert len(set(learned)) == 48
    for host in hosts:
        found = [host.check_known_issues(lesson(one)) for one in range(60)]
        assert [one for one, answer in enumerate(found) if answer.verdict != "known"] == []
    assert max(text.count("pattern:") for text in read) <= 2


def test_a_lesson_that_cannot_be_taken_in_is_not_in_the_memory_either(
    hosts: list[KnowledgeBase], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise HomeNotWritable("no room is left; nothing was changed")

    before = hosts[1].memory.text("learned/patterns")
    with monkeypatch.context() as patched:
        patched.setattr(Catalogue, "bring_in_step", full)
        with pytest.raises(HomeNotWritable, match=r"^no room is left; nothing was changed$"):
            hosts[0].learn_pattern(lesson(12), "a drill", "end the drill")
    assert hosts[1].memory.text("learned/patterns") == before
    assert hosts[0].learn_pattern(lesson(12), "a drill", "end the drill").created
    assert hosts[1].check_known_issues(lesson(12)).verdict == "known"
