"""`HookInbox`: what webhooks bring, kept at once, and worked on later, in the order in which it came.

`accept` answers when the delivery is on the disk; `work` does what follows from all that waits, and can be killed at
any time: what was accepted is done once, or is still waiting.  First comes what touches incidents, then lookups of what
opens none.  What cannot be worked on is tried again, a few times, and then kept with its reason; it holds up no other.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from kb.configuration.file import ConfigurationFile
from kb.configuration.sections import Configuration, GenericHook, Hook
from kb.errors import InvalidInput, KbError
from kb.hooks.following import Ask, Following
from kb.hooks.keys import at_place, delivery_key, hash_of, told_key
from kb.hooks.message import Message, read_message
from kb.hooks.senders import Sender, sender_of
from kb.hooks.signing import Proof
from kb.incidents.by_alert import IncidentsByAlert
from kb.model.brief import Brief
from kb.model.hook import HookDelivery, HookState
from kb.store.database import Database
from kb.store.hooks.announcements import AnnouncementTable
from kb.store.hooks.deliveries import DeliveryTable, NewDelivery
from kb.store.hooks.groups import GroupTable
from kb.text.redact import redact, redact_data
from kb.triage.alert_values import moment_of
from kb.triage.alerts.envelopes import from_json
from kb.triage.triage import Request, Triage

SAME_CONTENT = timedelta(minutes=10)
"""So long the same content is the same delivery, where its sender does not name deliveries."""
ATTEMPTS = 5
"""Times that a delivery is tried."""
AT_ONCE = 50
"""Deliveries that are fetched at a time."""
_log = logging.getLogger("kb.hooks")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a delivery at the door: its number, and whether it had come before."""

    number: int
    repeated: bool


class HookInbox:
    """The webhooks of one home, over one open database."""

    def __init__(
        self,
        db: Database,
        configuration: ConfigurationFile,
        incidents: IncidentsByAlert,
        triage: Callable[[], Triage],
        clock: Callable[[], datetime],
    ) -> None:
        self.deliveries = DeliveryTable(db)
        self.news = AnnouncementTable(db)
        self.groups = GroupTable(db)
        self._file, self._triage, self._clock = configuration, triage, clock
        self.ask: Ask = self.brief
        """Who is asked what is known of an alert that opens an incident; the worker asks somebody beside itself."""
        self._following = Following(
            self.deliveries, self.groups, self.news, incidents, lambda message: self.ask(message)
        )
        with suppress(InvalidInput):  # what holds now goes on, should somebody make a mistake later
            configuration.good()
        self._db = db

    def configuration(self) -> Configuration:
        """What `kb.toml` says, or what it said before somebody made a mistake in it.

        Raises InvalidInput where it has had one since this inbox was opened: half of it may open more than was meant.
        """
        try:
            return self._file.good()
        except InvalidInput as error:
            raise InvalidInput(f"webhooks are not served while {error}") from None

    def is_set_up(self) -> bool:
        """Whether any hook is, and no mistake stands in the way."""
        try:
            return bool(self.configuration().hooks.named())
        except InvalidInput:
            return False

    def proof(self, hook: Hook) -> Proof:
        """What a hook asks for: its token and secret, of the environment or the file."""
        token, secret = self._file.secret(hook, "token"), self._file.secret(hook, "secret")
        return Proof(token, secret, hook.token_in_url)

    def make_durable(self) -> None:
        """From here on, what is accepted is on the disk, so that not even a power cut takes it back."""
        self._db.make_durable()

    def accept(
        self, name: str, headers: Mapping[str, str], body: bytes, *, signed: bool, form: bool = False
    ) -> Accepted:
        """Keep a delivery of a hook; the same one is kept once.  `form` says that it came as fields of a form.

        Raises HomeBusy where another process writes just now: it may be sent again at once; HomeNotWritable; and
        InvalidInput for what is signed and older than any delivery that would be known again.
        """
        said, now = self.configuration(), self._clock()
        hook = said.hooks.named()[name]
        _tell_of_subscription(name, body)
        sender, data = sender_of(name, hook), _data(body, form)
        days = said.retention.deliveries
        if signed and _is_before(data, sender, now - timedelta(days=days)):
            raise InvalidInput(f"it tells of what happened more than {days} days ago")
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        key = delivery_key(sender, headers, data)
        if isinstance(hook, GenericHook) and hook.template.delivery:
            from kb.hooks.template import ask

            found = ask(hook.template.delivery, data)
            key = str(found)[:200] if isinstance(found, (str, int, float)) else key
        unique = signed and sender.unique
        sent = NewDelivery(
            hook=name,
            body=text,
            content=hash_of(text),
            key=key,
            trouble=told_key(sender, data),
            unique=unique,
        )
        known_since = now - (timedelta(days=days) if unique else SAME_CONTENT)
        with self._db.at_once():
            number, new = self.deliveries.accept(sent, now=now, known_since=known_since)
        return Accepted(number, not new)

    def work(self, more: Callable[[], bool] = lambda: True) -> None:
        """Do what follows from all that waits, as long as `more` says so; then look up what opened nothing."""
        self.follow(more)
        self.look_up(more)

    def follow(self, more: Callable[[], bool] = lambda: True) -> None:
        """Do what follows for incidents."""
        while more():
            said, now = self.configuration(), self._clock()
            self._following.settle(now)
            waiting = self.deliveries.due(now, HookState.WAITING, AT_ONCE)
            if not waiting:
                return
            for one in waiting:
                self._tried(one, self._follow, said)

    def look_up(self, more: Callable[[], bool] = lambda: True) -> None:
        """Look up what opened nothing, and what was opened before anything was known of it."""
        while more():
            asked = self.deliveries.due(self._clock(), HookState.LOOKUP, 1)
            if not asked:
                return
            self._tried(asked[0], self._look_up, self.configuration())

    def recent(self, states: Collection[str] = (), most: int = 20) -> list[HookDelivery]:
        """What was accepted, the newest first.  Raises InvalidInput for a state that there is not."""
        for state in states:
            if state not in list(HookState):
                raise InvalidInput(f"state {state!r} is none of: {', '.join(HookState)}")
        return self.deliveries.recent(states, most)

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        return {str(state): self.deliveries.count(state) for state in HookState}

    def retry(self, numbers: Collection[int | str] = ()) -> list[HookDelivery]:
        """Work again on these deliveries, or on all that could not be worked on; returns them as they are then.

        Raises InvalidInput for a number that is not that of one which could not be worked on.
        """
        failed = {str(number): number for number, *_ in self.deliveries.failures()}
        for name in {str(number) for number in numbers} - failed.keys():
            raise InvalidInput(f"{name} is no delivery that failed; see: kb hooks list --state failed")
        tried = {failed[str(number)] for number in numbers or failed}
        self.deliveries.try_again([*tried], self._clock())
        self.work()
        return self.deliveries.these(tried)

    def warm(self) -> None:
        """Ask for nothing in particular, so that the first alert does not wait for what a first question loads."""
        triage = self._triage()
        triage.refresh()
        triage.sources.lookup.find(
            "is anything known", tool="", service="", environment="", limit=1, deep=True, now=self._clock()
        )

    def look_after(self) -> None:
        """Let go of what was done long ago."""
        now, days = self._clock(), self.configuration().retention.deliveries
        self.deliveries.forget(now, days)
        self.groups.forget(now, max(days, 30))
        self.news.forget(now, max(days, 30))

    def _tried(
        self, one: HookDelivery, work: Callable[[HookDelivery, Configuration], None], said: Configuration
    ) -> None:
        try:
            work(one, said)
        except KbError as error:
            self._failed(one, str(error))
        except Exception as error:  # a mistake of kb's own must not hold up what others sent
            _log.exception("delivery %d of %s could not be worked on", one.id, one.hook)
            self._failed(one, f"{type(error).__name__}: {error}")

    def _failed(self, one: HookDelivery, why: str) -> None:
        last = one.attempts + 1 >= ATTEMPTS
        again = None if last else self._clock() + timedelta(seconds=2 * 4**one.attempts)
        why = redact(" ".join(why.split())).text[:400]
        _log.warning("delivery %d of %s: %s%s", one.id, one.hook, why, "; given up" if last else "")
        self.deliveries.failed(one, why, again=again)

    def _follow(self, one: HookDelivery, said: Configuration) -> None:
        if message := self._read(one, said):
            place, beginning = message.sender.only
            kind = at_place(from_json(one.body), place) if place else ""
            if kind and not kind.startswith(beginning):
                self._mark(one, f"no alert: {kind}")
            else:
                self._following.follow(message, said, self._clock())

    def _look_up(self, one: HookDelivery, said: Configuration) -> None:
        if message := self._read(one, said):
            self._following.follow_up(message, self.brief(message), self._clock())

    def _mark(self, one: HookDelivery, note: str) -> None:
        with self._db.write():
            self.deliveries.mark(one.id, HookState.DONE, note=note)

    def _read(self, one: HookDelivery, said: Configuration) -> Message | None:
        """The message of a delivery; one of a hook that is no longer set up is done with."""
        message = read_message(one, said, self._triage().read)
        if message is None:
            self._mark(one, "its hook is no longer set up")
        return message

    def brief(self, message: Message) -> Brief:
        """What is known of an alert; the lookup is recorded, with the incident that it opened."""
        triage = self._triage()
        with triage.at_once():
            problems = triage.refresh()
            request = Request(alert=message.asked, incident_id=message.delivery.incident or "")
            return triage.brief(request, problems=problems, now=self._clock())


def _tell_of_subscription(name: str, body: bytes) -> None:
    """SNS wants an address to be opened before it sends anything; kb opens none that comes in, so a person must."""
    if b"SubscriptionConfirmation" in body:
        asked = from_json(body.decode("utf-8", "replace"))
        if isinstance(asked, dict) and asked.get("Type") == "SubscriptionConfirmation":
            _log.warning(
                "%s: SNS asks to confirm its subscription; open %r",
                name,
                str(asked.get("SubscribeURL"))[:1000],
            )


def _is_before(data: object, sender: Sender, at: datetime) -> bool:
    told = moment_of(at_place(data, sender.occurred)) if sender.occurred else None
    return told is not None and told < at


def _data(body: bytes, form: bool) -> object:
    """What was sent, without secrets: data where it is JSON or a form, else a text."""
    text = body.decode("utf-8-sig", "replace")
    if form:
        fields = dict(parse_qsl(text, keep_blank_values=True))
        inside = fields.get("payload", "") if len(fields) == 1 else ""
        return redact_data(from_json(inside) if inside.lstrip()[:1] in ("{", "[") else fields)
    data = from_json(text)
    return redact(text).text if isinstance(data, str) else redact_data(data)
