"""What a form sent: texts by name, and a file's text beside the box that it may be dropped on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from kb.doors.http.limits import Limits

PROOF = "proof"
"""The hidden field of every form, in which `Visitor.proof` comes back."""
_MOST_FIELDS, _MOST_FILES = 500, 4


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one form; a browser's line ends are made those of a log."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What stands in a field, without blanks around it; empty where there is none."""
        return self.whole(name).strip()

    def whole(self, name: str) -> str:
        """What stands in a field, as it was pasted."""
        return next(iter(self.fields.get(name, ())), "")

    def texts(self, name: str) -> tuple[str, ...]:
        """All that was chosen in a field, such as ticked boxes."""
        return self.fields.get(name, ())


async def read_form(request: Request, limits: Limits) -> Form:
    """The form that was sent.  Raises HTTPException for one that is too large, or none."""
    body = await request.body()
    if len(body) > limits.body:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"What was sent has {len(body):,} bytes, and {limits.body:,} is the most. Give the lines around the error.",
        )
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise HTTPException(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This address takes forms. Programs ask at /api/v1."
        )
    sent = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=limits.body)
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in sent.multi_items():
        text = await _of_file(value) if isinstance(value, UploadFile) else value
        fields[name] = (*fields.get(name, ()), text.replace("\r\n", "\n"))
    return Form(fields)


async def _of_file(file: UploadFile) -> str:
    return (await file.read()).decode("utf-8", "replace")
