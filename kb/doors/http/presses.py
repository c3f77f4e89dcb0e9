"""`/hooks/slack` and `/hooks/mattermost`: buttons below what people are told, pressed.

Whoever asks must prove to be the tool (`kb.notify.pressing`); whoever cannot is refused, and that is logged.  A press
is an outcome in the name of the person who pressed.  Bearer tokens are not asked for: no tool would send one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kb.base import KnowledgeBase
from kb.errors import EntryNotFound, KbError
from kb.home import Home
from kb.notify.presses import Pressed
from kb.notify.pressing import NotBelieved, Press, pressed_in_mattermost, pressed_in_slack
from kb.text.escaping import visible
from kb.text.times import utc_now

LARGEST = 64 * 1024
"""Bytes of a press; Slack's have some thousand."""
_log = logging.getLogger("kb.server")


class PressDoor:
    """The two addresses, for one home.  A press has a connection of its own, and waits for the one before it."""

    def __init__(self, home: Home) -> None:
        self._home, self._turn = home, threading.Lock()

    def routes(self) -> list[BaseRoute]:
        """Where the tools press."""
        return [
            Route("/hooks/slack", self.slack, methods=["POST"]),
            Route("/hooks/mattermost", self.mattermost, methods=["POST"]),
        ]

    async def slack(self, request: Request) -> Response:
        """Take a press from Slack; it shows nothing of the answer, so the thread tells."""
        body = await _body(request)
        if body is None:
            return _too_large(request)
        headers = {name.lower(): value for name, value in request.headers.items()}

        def read(secrets: dict[str, str]) -> Press:
            return pressed_in_slack(headers, body, secrets, utc_now())

        return await self._answer(request, "slack", read)

    async def mattermost(self, request: Request) -> Response:
        """Take a press from Mattermost; the answer is shown to who pressed."""
        body = await _body(request)
        if body is None:
            return _too_large(request)

        def read(secrets: dict[str, str]) -> Press:
            return pressed_in_mattermost(body, secrets, utc_now())

        return await self._answer(request, "mattermost", read)

    async def _answer(self, request: Request, kind: str, read: Callable[[dict[str, str]], Press]) -> Response:
        try:
            pressed = await anyio.to_thread.run_sync(partial(self._press, kind, read))
        except NotBelieved as error:
            who = request.client.host if request.client else "?"
            _log.warning(
                "a press of a button from %s at /hooks/%s was refused: %s", who, kind, visible(str(error))
            )
            return JSONResponse({"error": str(error)}, 401)
        except EntryNotFound as error:
            return JSONResponse({"error": str(error), "ephemeral_text": str(error)}, 404)
        except KbError as error:
            _log.warning("a press of a button was not recorded: %s", error)
            return JSONResponse({"error": str(error)}, 503)
        return Response() if kind == "slack" else JSONResponse({"ephemeral_text": pressed.said})

    def _press(self, kind: str, read: Callable[[dict[str, str]], Press]) -> Pressed:
        with self._turn:
            with KnowledgeBase(self._home) as kb:
                press = read(kb.notices.secrets(kind))
            with KnowledgeBase(self._home, actor=press.person or press.person_id) as kb:
                return kb.notices.press(press)


async def _body(request: Request) -> bytes | None:
    """The body; None where it is longer than any press."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > LARGEST:
            return None
    return bytes(read)


def _too_large(request: Request) -> Response:
    _log.warning("a press of a button at %s was refused: more than %d bytes", request.url.path, LARGEST)
    return JSONResponse({"error": f"a press of a button has at most {LARGEST} bytes"}, 413)
