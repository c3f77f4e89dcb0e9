"""`POST /hooks/<tool>`, `/hooks/generic/<name>`: alerts come in, are believed or refused, and kept before the answer.

The answer says that the delivery is on the disk (202), or came before (200); what follows from it is the worker's.  Who
is refused is told why in a problem of RFC 9457, and logged.  Only hooks of `kb.toml` are there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kb.base import KnowledgeBase
from kb.configuration.file import ConfigurationFile
from kb.doors.calls.workers import calling
from kb.doors.http.problems import problem
from kb.errors import HomeBusy, InvalidInput, KbError
from kb.home import Home
from kb.hooks.inbox import Accepted, HookInbox
from kb.hooks.senders import sender_of
from kb.hooks.signing import Refusal, is_signed, refusal
from kb.hooks.worker import HookWorker
from kb.store.engines.turn import Turn
from kb.text.times import utc_now

ACTOR = "alerts"
"""Who opens and ends incidents, where an alert does."""
BUSY_SECONDS = 10.0
"""How long a delivery waits for another process that writes, before it is to be sent again."""
_LOG_SECONDS = 1.0
_STATUS = {Refusal.NO_PROOF: 401, Refusal.WRONG_TOKEN: 401}
_log = logging.getLogger("kb.hooks")


class HookDoor:
    """The webhooks of one home: what comes to `/hooks/…`."""

    def __init__(
        self, inbox: HookInbox, wake: Callable[[], None], most: int, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._inbox, self._wake, self._most, self._clock = inbox, wake, most, clock
        self._one = anyio.CapacityLimiter(1)
        self._logged, self._unlogged = -_LOG_SECONDS, 0

    @classmethod
    @contextmanager
    def of(cls, kb: KnowledgeBase, most: int) -> Iterator[HookDoor]:
        """The door over connections of its own, with its worker at work; `most` are bytes of a body."""
        accepting, working, asking = kb.beside(), kb.beside(), kb.beside()

        @contextmanager
        def of(one: KnowledgeBase) -> Iterator[HookInbox]:
            with calling(ACTOR):
                yield one.hooks

        accepting.hooks.make_durable()
        with suppress(OSError):  # of a home that cannot be written, every delivery says so
            kb.home.locks.mkdir(parents=True, exist_ok=True)
        worker = HookWorker(
            partial(of, working), partial(of, asking), Turn(kb.home, kb.home.locks / "hooks.lock")
        )
        with worker.at_work():
            yield cls(accepting.hooks, worker.wake, most)

    def routes(self) -> list[BaseRoute]:
        """Where deliveries come to."""
        return [Route("/hooks/{name:path}", self.deliver, methods=["POST"])]

    async def deliver(self, request: Request) -> Response:
        """Answer one delivery."""
        name, body = request.path_params["name"], await request.body()
        headers = {key.lower(): value for key, value in request.headers.items()}
        if len(body) > self._most:
            return self._refused(request, 413, f"the body is larger than {self._most:,} bytes")
        if headers.get("content-encoding", "identity") != "identity":
            return self._refused(request, 415, "the body is compressed; send it as it is")
        if not body.strip():
            return self._refused(request, 400, "the body is empty; an alert is expected")
        try:
            why = await anyio.to_thread.run_sync(self._why_not, name, headers, body, _token(request))
            if why is not None:
                return self._refused(request, *why)
            done = await self._accepted(name, headers, body)
        except InvalidInput as error:
            return self._refused(request, 422, str(error))
        except KbError as error:
            return self._refused(request, 503, str(error), {"Retry-After": "10"})
        self._wake()
        told = {"accepted": True, "repeated": done.repeated, "delivery": done.number}
        return JSONResponse(told, 200 if done.repeated else 202)

    def _why_not(
        self, name: str, headers: Mapping[str, str], body: bytes, url_token: str
    ) -> tuple[int, str] | None:
        """Status and reason of a refusal; None where the delivery is to be kept."""
        try:
            hook = self._inbox.configuration().hooks.named().get(name)
        except InvalidInput as error:
            return 503, str(error)
        if hook is None:
            return 404, f"there is no webhook {name!r} in kb.toml"
        proof = self._inbox.proof(hook)
        if not (proof.token or proof.secret):
            return 503, f"the webhook {name} is not served: neither its token nor its secret is set"
        how = sender_of(name, hook).signature
        refused = refusal(proof, how, headers, body, url_token=url_token, now=self._clock())
        return (_STATUS.get(refused, 403), refused.value) if refused else None

    async def _accepted(self, name: str, headers: Mapping[str, str], body: bytes) -> Accepted:
        """Keep it; while another process writes, that waits.  Raises HomeBusy after `BUSY_SECONDS`."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return await anyio.to_thread.run_sync(self._keep, name, headers, body, limiter=self._one)
            except HomeBusy:
                if time.monotonic() > until:
                    raise
                await anyio.sleep(0.1)

    def _keep(self, name: str, headers: Mapping[str, str], body: bytes) -> Accepted:
        hook = self._inbox.configuration().hooks.named()[name]
        signed = is_signed(self._inbox.proof(hook), sender_of(name, hook).signature, headers)
        form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        return self._inbox.accept(name, headers, body, signed=signed, form=form)

    def _refused(
        self, request: Request, status: int, why: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        """The refusal as a problem, logged; of many in a second one is, with their number."""
        self._unlogged += 1
        if (now := time.monotonic()) - self._logged >= _LOG_SECONDS:
            more = f" (and {self._unlogged - 1} more before it)" if self._unlogged > 1 else ""
            client = request.client.host if request.client else "?"
            place = request.url.path[:80]
            _log.warning("refused a delivery to %r from %s: %s%s", place, client, why, more)
            self._logged, self._unlogged = now, 0
        return problem(status, why, headers)


def _token(request: Request) -> str:
    """The token of an address, as the tools call it that can send no header."""
    return request.query_params.get("token") or request.query_params.get("auth_token") or ""


def hook_notes(home: Home, below: str = "") -> list[str]:
    """What `kb serve` says of the webhooks at `{below}/hooks/` when it starts; nothing where none is set up."""
    file = ConfigurationFile(home)
    if problems := file.problems():
        return [f"no webhooks are served: {problems[0]}; kb config check tells all mistakes"]
    if not (named := file.current().hooks.named()):
        return []
    return [f"webhooks at {below}/hooks/: {', '.join(named)}", *file.warnings()]
