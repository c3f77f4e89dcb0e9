"""What keeps the page to those whom it is for: the names of this server, forms of our own, and what a browser may load.

A page of another site can make a browser send us a form, with the cookie.  So every form must come from a page of
ours: the browser says so (`Origin`, `Sec-Fetch-Site`), and the form holds a value that only our page could show.
"""

from __future__ import annotations

from http import HTTPStatus

from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kb.doors.web.form import PROOF, Form
from kb.doors.web.sessions import Visitor

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing that stands in a text can run or fetch anything, whatever it is written as."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie, HX-Request",
}


def harden(response: Response) -> Response:
    """The answer, with what browsers are to refuse on its behalf."""
    for name, value in _HEADERS.items():
        response.headers[name] = value
    return response


async def check_names(request: Request, names: TransportSecuritySettings) -> None:
    """Raises HTTPException where the server is not called by a name of its own, or another page sent the request."""
    host = request.headers.get("host", "")
    ours = [f"http://{host}", f"https://{host}", *names.allowed_origins]
    settings = TransportSecuritySettings(allowed_hosts=names.allowed_hosts, allowed_origins=ours)
    refused = await TransportSecurityMiddleware(settings).validate_request(request)
    if refused is None:
        if request.headers.get("sec-fetch-site", "") == "cross-site" and request.method != "GET":
            raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN)
        return
    if refused.status_code == HTTPStatus.FORBIDDEN:
        raise HTTPException(HTTPStatus.FORBIDDEN, _FOREIGN)
    raise HTTPException(
        refused.status_code,
        f"This server is not known by the name {host[:100]!r}. Whoever runs it adds it with: kb serve --allow-host",
    )


_FOREIGN = "Another web page sent this in your name, so nothing was done. Do it from the page itself, if you meant it."
_UNPROVED = (
    "This form is not one that was shown to you, or it was shown before you signed in anew, so nothing was done."
    " Go back, load the page again, and send it once more."
)


def check_form(form: Form, visitor: Visitor) -> None:
    """Raises HTTPException for a form that was not shown to this visitor."""
    if not visitor.is_proved_by(form.whole(PROOF)):
        raise HTTPException(HTTPStatus.FORBIDDEN, _UNPROVED)
