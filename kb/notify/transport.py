"""Sends what a form made, and says what became of it: taken, refused, another time, or nobody knows.

What failed before the first byte of a message was on its way did not arrive; what failed after that may have.  An
attempt ends after `SECONDS`, however slowly the other side goes on.  Redirects are not followed, and of an answer only
its beginning is read.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

import anyio
import httpx2

from kb.notify.forms.form import (
    Fate,
    Form,
    HttpPost,
    Later,
    MailForm,
    NotTaken,
    Reply,
    Sending,
    Taken,
    Unknown,
)
from kb.notify.forms.registry import FORMS

SECONDS = 20.0
"""How long one attempt may take as a whole."""
CONNECT_SECONDS = 5.0
"""How long a connection may take to be there."""
ANSWER_BYTES = 64 * 1024
"""Of an answer, how much is read."""

_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
"""What fails before a byte of the request is on its way."""
_NEVER = (httpx2.UnsupportedProtocol, httpx2.InvalidURL)


class Transport:
    """Connections to all targets, kept between attempts.  Use it as an asynchronous context manager."""

    def __init__(self, seconds: float = SECONDS, connect_seconds: float = CONNECT_SECONDS) -> None:
        self._seconds = seconds
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(seconds, connect=connect_seconds), follow_redirects=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def send(self, sending: Sending) -> Fate:
        """Send it once, and say what became of it."""
        form = FORMS[sending.target.kind]
        if isinstance(form, MailForm):
            return await self._mail(sending, form.letter(sending))
        return await self._post(form, form.request(sending))

    async def _post(self, form: Form, post: HttpPost) -> Fate:
        with anyio.move_on_after(self._seconds):
            try:
                return form.fate(await self._answer(post))
            except _NEVER as error:
                return NotTaken(reason=f"the URL cannot be used: {error}")
            except _NOT_SENT as error:
                return Later(reason=f"no connection: {_said(error)}")
            except (httpx2.HTTPError, OSError) as error:
                return Unknown(reason=f"the connection broke before an answer: {_said(error)}")
        return Unknown(reason=f"no answer within {self._seconds:g} s")

    async def _answer(self, post: HttpPost) -> Reply:
        body = bytearray()
        request = self._client.stream(
            post.method, post.url, content=post.body, headers={"user-agent": "incident-kb", **post.headers}
        )
        async with request as response:
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES:
                    break
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, bytes(body[:ANSWER_BYTES]))

    async def _mail(self, sending: Sending, mail: EmailMessage) -> Fate:
        with anyio.move_on_after(self._seconds):
            return await anyio.to_thread.run_sync(
                _posted, sending, mail, self._seconds, abandon_on_cancel=True
            )
        return Unknown(reason=f"no answer within {self._seconds:g} s")


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _posted(sending: Sending, mail: EmailMessage, seconds: float) -> Fate:
    """Hand a mail to the server of `smtp://` (with STARTTLS where the server has it) or `smtps://`."""
    try:
        smtp = _greeted(sending.target.url, sending.target.token, seconds)
    except smtplib.SMTPAuthenticationError as error:
        return NotTaken(reason=f"the mail server refused the login: {_of_server(error)}")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return Later(reason=f"no connection to the mail server: {_said(error)}")
    with smtp:
        return _handed_over(smtp, mail)


def _greeted(url: str, password: str, seconds: float) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, user = parts.hostname or "localhost", unquote(parts.username or "")
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=seconds, context=context)
    else:
        smtp = smtplib.SMTP(host, parts.port or 25, timeout=seconds)
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
    if user:
        smtp.login(user, password or unquote(parts.password or ""))
    return smtp


def _handed_over(smtp: smtplib.SMTP, mail: EmailMessage) -> Fate:
    """Step by step, since what fails before the text is on its way did not arrive."""
    smtp.ehlo_or_helo_if_needed()
    try:
        code, said = smtp.mail(mail["From"].addresses[0].addr_spec)
        if code != 250:
            return _not_taken(code, said)
        answers = {one.addr_spec: smtp.rcpt(one.addr_spec) for one in mail["To"].addresses}
    except (smtplib.SMTPException, OSError) as error:
        return Later(reason=f"the mail server broke off: {_said(error)}")
    refused = {name: answer for name, answer in answers.items() if answer[0] not in (250, 251)}
    if len(refused) == len(answers):
        return _not_taken(*max(refused.values(), key=lambda answer: answer[0] < 500))
    try:
        code, said = smtp.data(mail.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as error:
        return _not_taken(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Unknown(reason=f"the mail server broke off: {_said(error)}")
    if code != 250:
        return _not_taken(code, said)
    names = "; ".join(f"{name}: {_text(answer[1])}" for name, answer in refused.items())
    return Taken(reference=str(mail["Message-ID"]), note=f"not taken for {names}" if names else "")


def _not_taken(code: int, said: bytes | str) -> Fate:
    reason = f"the mail server says {code} {_text(said)}"
    return NotTaken(reason=reason) if code >= 500 else Later(reason=reason)


def _of_server(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_text(error.smtp_error)}"


def _text(said: bytes | str) -> str:
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())[:200]
