"""Ask: a text is pasted or dropped, and what is known about it comes back, with what it rests on.

With a script, what is found in a long text is told while that is still being read (`watched`); without one the same
form waits for the answer.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from kb.doors.web.events import Tell, stream
from kb.doors.web.form import Form
from kb.doors.web.marked import marked
from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.lookup.lookup import Sighting
from kb.lookup.scoring import RELATED
from kb.model.brief import AlertSays
from kb.model.ledger import Answer, Match, Verdict
from kb.operations.asking import Tell as TellSighting

_KEPT = 20_000
"""Characters of a text that stay in the box below its answer; a longer one would make the page too large."""


@page("/", nav="Ask")
async def box(view: View) -> Response:
    """The box, empty."""
    return view.show("ask.html", form=view.form, wrong="", answer=None)


@action("/")
async def answer(view: View) -> Response:
    """What is known about the text in the box.  A lookup, as an agent's: it is kept, so that it can be learned from."""
    return await _answered(view, None)


@action("/sightings")
async def watched(view: View) -> Response:
    """The same, as events: a `sighting` for each known error as soon as it is read, then the page of the `answer`."""

    async def work(tell: Tell) -> tuple[str, Any]:
        def told(seen: Sighting) -> None:
            tell("sighting", {"id": seen.id, "title": seen.title, "line": seen.evidence.line})

        try:
            found = await _answered(view, told)
        except Exception as error:
            found = view.refuse(error)
        return "answer", bytes(found.body).decode()

    return stream(work)


async def _answered(view: View, tell: TellSighting | None) -> Response:
    text = pasted(view.form)
    try:
        found: Answer = await view.watch(
            "check_known_issues",
            tell,
            error_text=text,
            service=view.form.text("service"),
            environment=view.form.text("environment"),
        )
    except InvalidInput as error:
        return view.show("ask.html", 400, form=view.form, wrong=str(error), answer=None)
    says: AlertSays | None = None
    if view.may("incident_open"):
        says = await view.ask(
            "read_alert",
            alert=text,
            service=view.form.text("service"),
            environment=view.form.text("environment"),
        )
    first, rest = divided(found)
    evidence = [one.evidence for one in first] or [found.telling]
    return view.show(
        "ask.html",
        form=view.form,
        wrong="",
        answer=found,
        says=says,
        again=text if len(text) <= _KEPT else "",
        first=first,
        rest=rest,
        lines=marked(text, evidence),
    )


def pasted(form: Form) -> str:
    """What was pasted, else the file that was chosen."""
    return form.whole("error_text") if form.text("error_text") else form.whole("file")


def divided(answer: Answer) -> tuple[list[Match], list[Match]]:
    """The matches that are told whole, and those that are folded to a line: near misses."""
    matches = list(answer.matches)
    if answer.verdict is Verdict.UNKNOWN:
        return [], matches
    told = 1
    if answer.alternatives:
        told = max(1, sum(one.confidence >= RELATED for one in matches))
    return matches[:told], matches[told:]
