"""A delivery understood: its alert, how grave it is, which trouble it tells of, and whether that is new.  Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.configuration.sections import Configuration, GenericHook
from kb.hooks.keys import at_place, group_key, hash_of, print_of
from kb.hooks.senders import Sender, sender_of
from kb.model.brief import Alert, JudgedSeverity
from kb.model.hook import AlertGroup, HookDelivery
from kb.triage.alerts.envelopes import from_json, opened
from kb.triage.severity import judge_severity

LATE = timedelta(minutes=1)
"""So long after its end an alert with the old start is a message that came late; after that it fires again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One delivery, read."""

    delivery: HookDelivery
    sender: Sender
    alert: Alert
    asked: object
    """What triage is asked with: the body, or what a template made of it."""
    severity: JudgedSeverity
    key: str
    taken_by: str | None = None
    """Who took it on, as the tool says; None where it does not say that somebody did."""

    @property
    def hook(self) -> str:
        """Whom it is from."""
        return self.delivery.hook

    @property
    def said(self) -> str:
        """A hash of what it says; how many fire belongs to it."""
        return hash_of(f"{self.alert.firing} {self.alert.left_out} {self.alert.text}")

    @property
    def wording(self) -> str:
        """A hash of its words alone: however many fire, the answer to them is the same."""
        return hash_of(self.alert.text)

    @property
    def by(self) -> str:
        """Who says it, for a timeline: `alertmanager: HighErrorRate`."""
        return f"{self.hook}: {self.title}"

    @property
    def title(self) -> str:
        """What an incident of it is called."""
        first = next((line for line in self.alert.text.splitlines() if line.strip()), "")
        return self.alert.name or first[:120] or f"an alert of {self.hook}"

    @property
    def is_quiet(self) -> bool:
        """Whether all that still is so is silenced, inhibited or acknowledged."""
        return self.alert.silenced > 0 and not self.alert.firing

    def fresh(self, known: AlertGroup | None) -> AlertGroup:
        """Its group, as known so far, with the names that it gives."""
        group = known or AlertGroup(hook=self.hook, key=self.key)
        alert = self.alert
        return AlertGroup(
            hook=group.hook,
            key=group.key,
            name=alert.name or group.name,
            service=alert.service or group.service,
            environment=alert.environment or group.environment,
            fingerprint=print_of(alert) if alert.name else group.fingerprint or print_of(alert),
            incident=group.incident,
            joined=group.joined,
            firing=group.firing,
            started=group.started,
            ended=group.ended,
            ends=group.ends,
            due=group.due,
            said=group.said,
            seen=self.delivery.at,
        )

    def came_late(self, group: AlertGroup | None, now: datetime) -> bool:
        """Whether it tells of what ended meanwhile: its start is no newer than that of what is over."""
        if group is None or group.firing or not (self.sender.starts_anew and self.alert.starts):
            return False
        ended, started = group.ends[-1] if group.ends else None, group.started
        return bool(ended and started and self.alert.starts <= started and now - ended <= LATE)


def read_message(
    delivery: HookDelivery, said: Configuration, read: Callable[[object], Alert]
) -> Message | None:
    """The delivery, read; None where its hook is no longer set up.  `read` is triage's reading of an alert."""
    hook = said.hooks.named().get(delivery.hook)
    if hook is None:
        return None
    sender, data = sender_of(delivery.hook, hook), opened(from_json(delivery.body))
    asked, key = data, ""
    if isinstance(hook, GenericHook):
        from kb.hooks.template import ask, read_templated  # only homes with a hook of their own need it

        asked = read_templated(delivery.hook.removeprefix("generic/"), hook.template, data)
        found = ask(hook.template.group, data)
        key = "" if found is None or isinstance(found, (dict, list, bool)) else str(found)[:200]
    alert = read(asked)
    return Message(
        delivery=delivery,
        sender=sender,
        alert=alert,
        asked=asked,
        severity=judge_severity(alert),
        key=key or group_key(sender, data, alert),
        taken_by=_taken_by(sender, data),
    )


def _taken_by(sender: Sender, data: object) -> str | None:
    place, word, name = sender.acknowledged
    return at_place(data, name) if word and at_place(data, place) == word else None
