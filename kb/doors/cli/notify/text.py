"""Deliveries and targets as text for a terminal.  Nothing here shows an address or a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kb.model.notice import Delivery, DeliveryState, Target
from kb.text.times import second

_STATES = {
    DeliveryState.WAITING: "waiting",
    DeliveryState.SENDING: "on its way",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.SILENCED: "silenced",
    DeliveryState.FAILED: "NOT DELIVERED",
    DeliveryState.DROPPED: "not told",
}


def table(deliveries: Sequence[Delivery]) -> str:
    """One block a delivery, the newest first."""
    return "\n".join(map(line, deliveries)) or "nothing was told, and nothing waits to be"


def line(delivery: Delivery) -> str:
    """What was told to whom, and what became of it."""
    state = _STATES[delivery.state]
    if delivery.state is DeliveryState.WAITING and delivery.attempts:
        state = f"waiting until {second(delivery.due)}"
    tried = f", {delivery.attempts} attempts" if delivery.attempts > 1 else ""
    repeat = ", sent again" if delivery.repeat else ""
    parts = [f"{delivery.id}  {state}  {delivery.target}  {second(delivery.at)}{tried}{repeat}"]
    parts.append(f"    {delivery.notice.kind}: {delivery.notice.headline}")
    if delivery.reason:
        parts.append(f"    {delivery.reason}")
    return "\n".join(parts)


def targets(found: Mapping[str, Target]) -> str:
    """The targets, by name and kind."""
    lines = [f"{one.name}  {one.kind}{_threads(one)}" for one in found.values()]
    return "\n".join(lines) or "nobody is told: kb.toml has no [[notify]]"


def _threads(target: Target) -> str:
    """Whether a target has threads, and buttons."""
    if target.kind in ("slack", "mattermost") and target.token:
        buttons = target.secret and (target.kind == "slack" or target.callback)
        return "  one thread an incident" + (", buttons" if buttons else "")
    if target.kind in ("matrix", "mail", "json") or (target.kind == "discord" and target.channel == "forum"):
        return "  one thread an incident"
    return "  no threads"
