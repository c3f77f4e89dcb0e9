"""Who looks at the page: a person who signed in, with a token or at the provider, or whoever sits at this machine.

A session is a random value in a cookie that no script can read; what it stands for is kept here, in memory, so that
signing out ends it for certain, and a restart asks everybody to sign in again.  It ends with its watch, and with its
token where it was begun with one.
"""

from __future__ import annotations

import getpass
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from kb.model.role import Role
from kb.text.times import utc_now

COOKIE = "kb_session"
LASTS = timedelta(hours=12)
"""From signing in to the end: a watch, with what is left over at its end."""
MOST = 1_000
"""Sessions at a time; of more, the oldest ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at a page, what they may do, and the value that proves that a form is one of ours, shown to them."""

    name: str
    role: Role
    proof: str = field(repr=False)
    signed_in: bool = False

    def is_proved_by(self, given: str) -> bool:
        """Whether a form that came with this value was shown to this visitor."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.proof.encode())


class Right(Protocol):
    """What lets somebody in: a token, or what the provider says of a person."""

    @property
    def role(self) -> Role:
        """What may be done with it."""

    def ended(self, today: date) -> bool:
        """Whether it lets nobody in any more."""


@dataclass(frozen=True, slots=True)
class _Session:
    visitor: Visitor
    right: Right
    ends: datetime


class Sessions:
    """The sessions of one server."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock, self._open = clock, dict[str, _Session]()
        self._proof = secrets.token_urlsafe()

    def begin(self, right: Right, name: str) -> str:
        """A new session in the name of a person; returns what its cookie holds."""
        key = secrets.token_urlsafe(32)
        visitor = Visitor(name=name, role=right.role, proof=secrets.token_urlsafe(), signed_in=True)
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
        self._open[key] = _Session(visitor, right, self._clock() + LASTS)
        return key

    def find(self, key: str) -> Visitor | None:
        """Whose session it is; None where there is none (any more)."""
        session, now = self._open.get(key), self._clock()
        if session and (now >= session.ends or session.right.ended(now.date())):
            self.end(key)
            return None
        return session.visitor if session else None

    def end(self, key: str) -> Right | None:
        """End a session; returns what had let in, None where it has ended already."""
        session = self._open.pop(key, None)
        return session.right if session else None

    def at_this_machine(self) -> Visitor:
        """Who asks a server that asks for no token: it listens to its own machine alone, so it is who runs it."""
        return Visitor(name=_user(), role=Role.ADMIN, proof=self._proof)

    def stranger(self) -> Visitor:
        """Who has not signed in yet: may see the form for that, and nothing else."""
        return Visitor(name="", role=Role.READ, proof=self._proof)


def _user() -> str:
    """The name of the user of this process; in a container there may be none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "web"
