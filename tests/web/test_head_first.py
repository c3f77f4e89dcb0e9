"""The head of a page is there at once; what takes long is begun once and follows, never from before a write."""

from __future__ import annotations

import asyncio

from starlette.responses import HTMLResponse, Response, StreamingResponse

from kb.doors.web.head_first import HeadFirst

HEAD = '<title>Inbox</title><main id="main" tabindex="-1">looking …</main></html>'


class Work:
    """Work that ends when it is told to."""

    def __init__(self, status: int = 200) -> None:
        self.begun, self.status, self.ended = 0, status, asyncio.Event()

    async def __call__(self) -> Response:
        self.begun += 1
        number = self.begun
        await self.ended.wait()
        text = f'<title>other</title><main id="main" tabindex="-1">answer {number}</main></html>'
        return HTMLResponse(text, self.status)


async def asked(pages: HeadFirst, work: Work, what: str = "/inbox") -> Response:
    return await pages.answer(what, work, lambda: HEAD)


async def parts(answer: Response) -> list[str]:
    assert isinstance(answer, StreamingResponse)
    return [str(one) async for one in answer.body_iterator]


def test_what_is_there_soon_is_sent_whole_with_its_own_status():
    async def told() -> Response:
        work = Work(404)
        work.ended.set()
        return await asked(HeadFirst(), work)

    answer = asyncio.run(told())

    assert (answer.status_code, b"answer 1" in answer.body) == (404, True)


def test_what_takes_long_follows_its_head_in_the_same_answer():
    async def told() -> list[str]:
        work = Work()
        answer = await asked(HeadFirst(), work)
        work.ended.set()
        return await parts(answer)

    assert asyncio.run(told()) == [
        '<title>Inbox</title><main id="main" tabindex="-1">looking …',
        "answer 1</main></html>",
    ]


def test_who_asks_once_more_waits_for_the_work_that_was_begun():
    async def told() -> tuple[list[list[str]], int]:
        pages, work = HeadFirst(), Work()
        first, again = await asked(pages, work), await asked(pages, work)
        work.ended.set()
        return [await parts(first), await parts(again)], work.begun

    both, begun = asyncio.run(told())

    assert both[0] == both[1]
    assert begun == 1


def test_after_a_write_nothing_from_before_it_is_shown():
    async def told() -> list[str]:
        pages, work = HeadFirst(), Work()
        await asked(pages, work)
        pages.forget()
        work.ended.set()
        return [bytes((await asked(pages, work)).body).decode()]

    assert "answer 2" in asyncio.run(told())[0]


def test_a_browser_that_goes_away_does_not_end_what_another_waits_for():
    async def told() -> list[str]:
        pages, work = HeadFirst(), Work()
        gone, stays = await asked(pages, work), await asked(pages, work)
        leaving = asyncio.ensure_future(parts(gone))
        await asyncio.sleep(0)
        leaving.cancel()
        work.ended.set()
        return await parts(stays)

    assert asyncio.run(told())[1] == "answer 1</main></html>"
