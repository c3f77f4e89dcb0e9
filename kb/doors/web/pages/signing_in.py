"""Sign in and out: a token, or who the provider says you are, is exchanged for a session in the name of a person."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from kb.doors.http.access import Token, Tokens
from kb.doors.web.page import action, page
from kb.doors.web.provider import BACK, NotSignedIn, Person
from kb.doors.web.provider import LASTS as ON_THE_WAY
from kb.doors.web.sessions import COOKIE, LASTS, Right
from kb.doors.web.view import View
from kb.expression import expression

SIGN_IN = "/sign-in"
_BEGUN = "kb_sign_in"
"""The cookie of a browser that is on its way to the provider and back."""
_LEFT = "kb_signed_out"
"""The cookie of a browser that signed out here, and may at the provider."""
_LONGEST_NAME = 60
_ENDED = "Your session has ended, so nothing was done. Sign in, go back, and send it once more."
_OURS = expression(r"/(?![/\\])[^\x00-\x20\\]*")
"""An address on this server; two slashes would begin the name of another one."""


def to_sign_in(view: View) -> Response:
    """Let a stranger sign in first; then on to what they asked for, where that was a look."""
    request = view.request
    if request.method != "GET":
        return _form(view, 401, wrong=_ENDED)
    query = f"?{request.url.query}" if request.url.query else ""
    asked = view.go(SIGN_IN, next=f"{request.url.path}{query}")
    if request.headers.get("hx-request"):  # it would be put into a part of the page that is there
        return Response(status_code=401, headers={"HX-Redirect": asked.headers["location"]})
    return asked


@page(SIGN_IN, is_open=True)
async def shown(view: View) -> Response:
    """The form."""
    return _form(view)


@action(SIGN_IN, is_open=True)
async def sign_in(view: View) -> Response:
    """Begin a session; who has no good token is told so."""
    name = " ".join(view.form.text("name").split())[:_LONGEST_NAME]
    token = view.tokens.find(view.form.text("token"))
    if token is None or (wrong := _wrong(token, name, view.tokens)):
        return _form(view, 401, wrong=wrong if token else "The server knows no such token.")
    return _begin_session(view, token, token.name or name, view.form.text("next"), secure=_is_over_tls(view))


@page(f"{SIGN_IN}/there", is_open=True)
async def to_provider(view: View) -> Response:
    """Go and sign in at the provider."""
    try:
        address, key = await view.provider.begin(view.query.get("next", ""))
    except NotSignedIn as error:
        return _not_by_provider(view, error)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        _BEGUN,
        key,
        max_age=int(ON_THE_WAY.total_seconds()),
        path=SIGN_IN,
        httponly=True,
        samesite="lax",  # the provider leads back here
        secure=view.provider.is_over_tls,
    )
    return answer


@page(BACK, is_open=True)
async def from_provider(view: View) -> Response:
    """Begin a session for who comes back from the provider; who may not is told why."""
    try:
        person, goes_on = await view.provider.end(view.request.cookies.get(_BEGUN, ""), view.query)
    except NotSignedIn as error:
        answer = _not_by_provider(view, error)
    else:
        answer = _begin_session(view, person, person.name, goes_on, secure=view.provider.is_over_tls)
    answer.delete_cookie(_BEGUN, path=SIGN_IN)
    return answer


def _not_by_provider(view: View, error: NotSignedIn) -> Response:
    return _form(view, 502 if error.by_us else 401, wrong=str(error))


def _begin_session(view: View, right: Right, name: str, goes_on: str, *, secure: bool) -> Response:
    answer = RedirectResponse(goes_on if _OURS.fullmatch(goes_on) else "/", 303)
    answer.set_cookie(
        COOKIE,
        view.sessions.begin(right, name),
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",  # so that a link in a chat leads to its page, and not to this form
        secure=secure,
    )
    return answer


@action("/sign-out")
async def sign_out(view: View) -> Response:
    """End the session; who came by the provider is offered to sign out there, too."""
    right = view.sessions.end(view.request.cookies.get(COOKIE, ""))
    answer = view.go(SIGN_IN, out="yes")
    answer.delete_cookie(COOKIE)
    if isinstance(right, Person) and (key := await view.provider.leave(right)):
        answer.set_cookie(
            _LEFT,
            key,
            max_age=int(ON_THE_WAY.total_seconds()),
            path=SIGN_IN,
            httponly=True,
            samesite="strict",
            secure=view.provider.is_over_tls,
        )
    return answer


@page(f"{SIGN_IN}/out", is_open=True)
async def out_of_provider(view: View) -> Response:
    """Go and sign out at the provider; who did not sign out here is sent to the form."""
    answer = RedirectResponse(view.provider.way_out(view.request.cookies.get(_LEFT, "")) or SIGN_IN, 303)
    answer.delete_cookie(_LEFT, path=SIGN_IN)
    return answer


def _is_over_tls(view: View) -> bool:
    """Whether the browser came by https: it says so itself, also where a proxy ends it before us."""
    return view.request.url.scheme == "https" or view.request.headers.get("origin", "").startswith("https:")


def _wrong(token: Token, name: str, tokens: Tokens) -> str:
    """Why nobody gets in so; empty where somebody does."""
    if token.ended(tokens.today()):
        return f"This token ended with {token.until}. Ask for a new one where you had it from."
    if not token.name and not name:
        return "Give your name, too: what you decide and record stands in it."
    return ""


def _form(view: View, status: int = 200, wrong: str = "") -> Response:
    asked = view.form.text("next") or view.query.get("next", "")
    return view.show(
        "sign_in.html",
        status,
        wrong=wrong,
        next=asked,
        name=view.form.text("name"),
        is_out=not wrong and bool(view.query.get("out")) and not view.visitor.signed_in,
        may_leave=view.provider.knows_way_out(view.request.cookies.get(_LEFT, "")),
    )
