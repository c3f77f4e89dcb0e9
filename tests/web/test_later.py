"""A page is there at once; what takes long is begun once, waited for by who comes back, never from before a write."""

from __future__ import annotations

import asyncio

import pytest

from kb.doors.web.later import Later
from kb.errors import InvalidInput


class Work:
    """Work that ends when it is told to."""

    def __init__(self) -> None:
        self.begun, self.ended = 0, asyncio.Event()

    async def __call__(self) -> str:
        self.begun += 1
        number = self.begun
        await self.ended.wait()
        return f"answer {number}"


def test_what_is_there_soon_is_given_at_once():
    async def told() -> object:
        work = Work()
        work.ended.set()
        return await Later().get("key", work, patient=False)

    assert asyncio.run(told()) == "answer 1"


def test_who_comes_back_waits_for_the_work_that_was_begun():
    async def told() -> tuple[object, object, int]:
        later, work = Later(), Work()
        first = await later.get("key", work, patient=False)
        asyncio.get_running_loop().call_later(0.01, work.ended.set)
        return first, await later.get("key", work, patient=True), work.begun

    assert asyncio.run(told()) == (None, "answer 1", 1)


def test_after_a_write_nothing_from_before_it_is_given():
    async def told() -> object:
        later, work = Later(), Work()
        await later.get("key", work, patient=False)
        later.forget()
        work.ended.set()
        return await later.get("key", work, patient=True)

    assert asyncio.run(told()) == "answer 2"


def test_what_was_refused_is_told_to_who_comes_back():
    async def refused() -> str:
        raise InvalidInput("no such days")

    async def told() -> None:
        await Later().get("key", refused, patient=True)

    with pytest.raises(InvalidInput, match="no such days"):
        asyncio.run(told())
