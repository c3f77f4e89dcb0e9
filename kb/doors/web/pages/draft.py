"""Draft: the postmortem of an incident as far as its record tells it, each statement with its sources, to download."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from kb.doors.web.page import action, page
from kb.doors.web.view import View
from kb.errors import InvalidInput
from kb.model.incident import IncidentDraft
from kb.operations.records import PostmortemDraft

DRAFT = "/incidents/{incident_id}/draft"


@page(DRAFT)
async def shown(view: View) -> Response:
    """The draft, with numbered links to the steps that it rests on."""
    return await _page(view)


@page(f"{DRAFT}.md")
async def markdown(view: View) -> Response:
    """The draft as a file of Markdown, as ingest reads it back."""
    draft: IncidentDraft = await view.ask("incident_draft", incident_id=view.path["incident_id"])
    return Response(
        draft.markdown,
        media_type="text/markdown",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(draft.file_name)}"},
    )


@action(DRAFT)
async def saved(view: View) -> Response:
    """Write the draft into the home, where postmortems are kept; one that is there stays as it is."""
    try:
        kept: PostmortemDraft = await view.ask(
            "incident_postmortem", save=True, incident_id=view.path["incident_id"]
        )
    except InvalidInput as error:
        return await _page(view, 400, wrong=str(error))
    return await _page(view, saved_as=kept.path or "")


async def _page(view: View, status: int = 200, wrong: str = "", saved_as: str = "") -> Response:
    draft: IncidentDraft = await view.ask("incident_draft", incident_id=view.path["incident_id"])
    return view.show("incident_draft.html", status, draft=draft, wrong=wrong, saved_as=saved_as)
