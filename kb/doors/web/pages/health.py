"""Health: how the home is, what people were told, what tools sent, and until when tokens hold."""

from __future__ import annotations

from starlette.responses import Response

from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.model.overview import Overview
from kb.model.role import Role
from kb.operations.records import Health, HookDeliveries, Messages

_SHOWN = 20
_WAITING = ("failed", "waiting", "sending")


@page("/health", nav="Health", meanwhile="The database and its indexes are being looked at …")
async def shown(view: View) -> Response:
    """How all of it is; the thorough check, which reads the whole database, on demand."""
    overview: Overview = await view.ask("overview")
    messages: Messages = await view.ask("messages", limit=_SHOWN)
    deliveries: HookDeliveries = await view.ask("hook_deliveries", limit=_SHOWN)
    checked: Health | None = await view.ask("doctor") if view.query.get("check") else None
    tokens = view.tokens.known if view.visitor.role is Role.ADMIN else ()
    return view.show(
        "health.html",
        overview=overview,
        messages=messages,
        deliveries=deliveries,
        checked=checked,
        tokens=tokens,
        soon=view.tokens.notes() if tokens else [],
        today=view.tokens.today(),
        done=view.query.get("done", ""),
    )


@action("/messages/{message_id}/send")
async def send(view: View) -> Response:
    """Send a message again."""
    await view.ask("message_send", message_id=view.path["message_id"])
    return view.go("/health", done="sent")


@action("/hook-deliveries/retry")
async def retry(view: View) -> Response:
    """Work again on one delivery, or on all that failed."""
    number = view.form.text("number")
    await view.ask("hook_retry", numbers=[number] if number else [])
    return view.go("/health", done="retried")
