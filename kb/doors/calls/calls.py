"""`Calls`: the operations over one open knowledge base, for all who ask at once, whatever the protocol.

Every call goes the same way: which operation, whether its caller may ask for it, then a knowledge base in a thread
(`workers` says which) or in a process of its own (`own_process`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from kb.base import KnowledgeBase
from kb.doors.calls.workers import Lane, Workers
from kb.errors import KbError, NotAllowed
from kb.model.role import Role

if TYPE_CHECKING:
    from kb.doors.calls.own_process import OwnProcess
    from kb.operations.asking import Tell
    from kb.operations.operation import Operation
    from kb.operations.skills import Call

Result = TypeVar("Result")
Presented = Callable[["Operation", Any], Result]
"""What makes an answer of an operation's record, in the form of one protocol; a function of a module."""

Observe = Callable[[str, float, str], None]

LONG = 30_000
"""Characters of a text from which on it is read in the lane of long ones: about a tenth of a second."""
SMALL = 32 * 1024 * 1024
"""Bytes of a database that is read from end to end in less time than a process takes to begin."""
_log = logging.getLogger("kb.server")


class Calls:
    """The operations of one open knowledge base.

    `elsewhere` answers what takes long: long texts, and what looks at all of a home that is not small.  `observe` is
    told of every call: which operation, how many seconds, and whether it was `answered`, `refused` (the caller's
    mistake) or `failed`.
    """

    def __init__(
        self, kb: KnowledgeBase, elsewhere: OwnProcess | None = None, observe: Observe | None = None
    ) -> None:
        self.workers, self._home = Workers(kb), kb.home
        self._elsewhere, self._observe = elsewhere, observe or _unobserved

    async def answer(
        self,
        name: str,
        given: Mapping[str, Any],
        presented: Presented[Result],
        *,
        actor: str = "",
        role: Role = Role.ADMIN,
        tell: Tell | None = None,
    ) -> Result:
        """What an operation answers, presented.  Raises KbError for what the caller can mend.

        `tell` is told, in a thread, of known errors that a long text holds, while it is still being read.
        """
        from kb.operations.catalogue import operation  # with all records: a handshake needs none of it
        from kb.operations.skills import Call

        asked = operation(name)
        if not role.may(asked.role):
            raise NotAllowed(_not_allowed(asked, role))
        with self._observed(asked.name):
            said = await self._answer(asked, given, presented, actor, tell)
        if isinstance(said, Call):
            return await self.answer(said.operation, said.arguments, presented, actor=actor, role=role)
        return said

    @contextmanager
    def _observed(self, operation: str) -> Iterator[None]:
        """One call, timed, and a span where somebody traces (OpenTelemetry's SDK; without it this costs nothing)."""
        from opentelemetry.trace import get_tracer

        started, result = time.perf_counter(), "failed"
        with get_tracer("incident-kb").start_as_current_span(
            operation, attributes={"kb.operation": operation}
        ):
            try:
                yield
                result = "answered"
            except KbError:
                result = "refused"
                raise
            finally:
                self._observe(operation, time.perf_counter() - started, result)

    async def _answer(
        self,
        asked: Operation,
        given: Mapping[str, Any],
        presented: Presented[Result],
        actor: str,
        tell: Tell | None,
    ) -> Result | Call:
        has_long_text = is_long(given)
        if self._elsewhere and (has_long_text or (asked.slow and not self._is_small())):
            work = partial(self._elsewhere.answer, asked.name, given, presented, actor, tell)
            return await self.workers.wait(work, Lane.LONG)
        lane = Lane.LONG if has_long_text or asked.slow else Lane.READ if asked.reads else Lane.WRITE
        return await self.workers.run(partial(answer, asked, given, presented, tell=tell), lane, actor)

    def _is_small(self) -> bool:
        """Whether what looks at all of the home is done soon."""
        try:
            return self._home.database.stat().st_size < SMALL
        except FileNotFoundError:
            return False


def _not_allowed(asked: Operation, role: Role) -> str:
    if role is Role.READ and not asked.reads:
        return f"this token may only read, and {asked.name} writes; use the token that may write (KB_TOKEN)"
    return f"this token may only {role}, and {asked.name} needs one that may {asked.role}; ask for such a one"


def _unobserved(operation: str, seconds: float, result: str) -> None:
    """Nobody is told."""


def answer(
    asked: Operation,
    given: Mapping[str, Any],
    presented: Presented[Result],
    kb: KnowledgeBase,
    *,
    tell: Tell | None = None,
) -> Result | Call:
    """What an operation answers of a knowledge base, presented.  Raises KbError for what the caller can mend."""
    from kb.operations.asking import watched
    from kb.operations.skills import Call

    with watched(tell):
        record = asked(kb, **asked.read(given))
    return record if isinstance(record, Call) else presented(asked, record)


def sentence(operation: str, error: Exception) -> str:
    """Why a call failed, for who asked: whether asking otherwise can help.  A mistake of kb's own is logged."""
    if isinstance(error, KbError):
        return str(error)
    _log.error("the operation %r failed", operation[:60], exc_info=error)
    said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"this is a mistake in kb itself ({said}); nothing can be mended by asking again"


def is_long(given: Mapping[str, Any]) -> bool:
    """Whether a call brings a text that takes so long that others must not wait for it."""
    return any(_size(value) > LONG for value in given.values())


def _size(value: object) -> int:
    """About how many characters there are to read."""
    if isinstance(value, dict):
        value = list(value.values())
    return sum(map(_size, value)) if isinstance(value, list) else len(str(value))
