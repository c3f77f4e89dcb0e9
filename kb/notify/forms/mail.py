"""Mail: plain text, which nothing in it can leave, in a thread by `In-Reply-To` and `References`.

The `Message-ID` is made of the delivery's id, so that a repeat is the same message to every reader of mail.
"""

from __future__ import annotations

from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from kb.errors import InvalidInput
from kb.model.notice import Notice
from kb.notify.fitting import fitted
from kb.notify.forms.form import Sending, plain_lines

WHOLE = 200_000
"""Characters of a mail with the draft that goes along."""


def message_id(delivery_id: str, sender: str) -> str:
    """The `Message-ID` of a delivery."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "kb.invalid"
    return f"<{delivery_id}@{domain}>"


class NoticeMail:
    """Notices for mailboxes."""

    def letter(self, sending: Sending) -> EmailMessage:
        """The mail that tells it.  Raises InvalidInput for an address that is none."""
        target = sending.target
        notice = fitted(sending.notice, _length, WHOLE)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = _address(target.sender)
        mail["To"] = [_address(one) for one in target.to]
        mail["Subject"] = f"{'Re: ' if sending.thread else ''}{notice.subject or notice.headline}"
        mail["Message-ID"] = message_id(sending.id, target.sender)
        if sending.thread:
            mail["In-Reply-To"] = sending.thread
            mail["References"] = sending.thread
        mail["Auto-Submitted"] = "auto-generated"
        if notice.incident_id:
            mail["X-Kb-Incident"] = notice.incident_id
        lines = plain_lines(replace(sending, notice=notice))
        mail.set_content("\n".join([notice.headline, "", *lines, ""]))
        if notice.document:
            name = f"{notice.incident_id or 'postmortem'}.md"
            mail.add_attachment(notice.document.encode(), maintype="text", subtype="markdown", filename=name)
        return mail


def _length(notice: Notice) -> int:
    lines = sum(len(line) + 3 for section in notice.sections for line in section.lines)
    return lines + len(notice.document)


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    try:
        return Address(display_name=name, addr_spec=spec)
    except (ValueError, IndexError) as error:
        raise InvalidInput(f"{text!r} is no address of mail ({error}); write it as kb@example.org") from None
