"""Ask: a text is pasted or dropped, and what is known about it comes back, with what it rests on."""

from __future__ import annotations

from starlette.responses import Response

from kb.doors.web.form import Form
from kb.doors.web.marked import marked
from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.lookup.scoring import RELATED
from kb.model.ledger import Answer, Match, Verdict


@page("/", nav="Ask")
async def box(view: View) -> Response:
    """The box, empty."""
    return view.show("ask.html", form=view.form, wrong="", answer=None)


@action("/")
async def answer(view: View) -> Response:
    """What is known about the text in the box.  A lookup, as an agent's: it is kept, so that it can be learned from."""
    text = pasted(view.form)
    try:
        found: Answer = await view.ask(
            "check_known_issues",
            error_text=text,
            service=view.form.text("service"),
            environment=view.form.text("environment"),
        )
    except InvalidInput as error:
        return view.show("ask.html", 400, form=view.form, wrong=str(error), answer=None)
    first, rest = divided(found)
    return view.show(
        "ask.html",
        form=view.form,
        wrong="",
        answer=found,
        first=first,
        rest=rest,
        lines=marked(text, [one.evidence for one in first]),
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
