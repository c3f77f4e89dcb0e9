"""A mail server on loopback (aiosmtpd): it keeps what it gets, and refuses or breaks off where it is told to."""

from __future__ import annotations

import socket
import time
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """What the server does with mails: `answers` are those to the next ones, in order; then all are taken."""

    def __init__(self, *answers: str, unknown: tuple[str, ...] = ()) -> None:
        self.mails: list[EmailMessage] = []
        self.answers = list(answers)
        self.unknown = unknown

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, unless there is no such mailbox."""
        del server, session, options
        if address in self.unknown:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, or give the next answer; `close` keeps the mail and breaks off."""
        del session
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer in ("250 OK", "close"):
            parsed = message_from_bytes(envelope.original_content or b"", policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.mails.append(parsed)
        if answer == "close" and server.transport is not None:
            server.transport.close()
        return answer if answer != "close" else "250 OK"


class MailServer:
    """The server, listening while the block runs."""

    def __init__(self, *answers: str, unknown: tuple[str, ...] = ()) -> None:
        self.box = Mailbox(*answers, unknown=unknown)
        with socket.socket() as free:  # the controller tries its own port, so 0 will not do
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._controller = Controller(self.box, hostname="127.0.0.1", port=port)

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    def wait_for(self, count: int, seconds: float = 20.0) -> list[EmailMessage]:
        """The mails, once there are so many; fails when they do not come."""
        ends = time.monotonic() + seconds
        while len(self.box.mails) < count:
            assert time.monotonic() < ends, f"{len(self.box.mails)} of {count} mails came"
            time.sleep(0.01)
        return list(self.box.mails)
