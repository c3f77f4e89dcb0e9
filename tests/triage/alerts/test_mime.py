"""Mails as they travel, and what triage reads of them; what Alertmanager 0.25.0 sent, its styles left out."""

from __future__ import annotations

import base64
import quopri

import pytest

from kb.model.entry import Severity
from kb.triage.alert import parse_alert
from kb.triage.alerts.mime import as_read

WORDS = "stock ledger refuses write: shard 9 has no leader = 3 & more"
PAGE = f"""<!DOCTYPE html><html><head><style>td {{ color: red }}</style><title>x</title></head><body>
<table><tr><td> 1 alert for  alertname=OrdersDown </td></tr></table>
<a href="http://am/#/alerts">View in Alertmanager</a>
<table><tr><td><strong>[1] {{state}}</strong></td></tr>
<tr><td>
  <strong>Labels</strong><br />
  alertname = OrdersDown<br />environment = production<br />service = orders<br />severity = critical<br />
  <strong>Annotations</strong><br />
  description = {WORDS.replace("&", "&amp;")}<br />summary = Orders are down<br />
  <a href="http://prom/graph">Source</a><br />
</td></tr></table><p>Sent by <a href="http://am">Alertmanager</a></p></body></html>"""


def mail(body: str, kind: str = "text/html", encoding: str = "quoted-printable", subject: str = "") -> str:
    data = body.encode()
    coded = base64.encodebytes(data) if encoding == "base64" else quopri.encodestring(data)
    return (
        f"Subject: {subject or '[FIRING:1] OrdersDown (production orders critical)'}\nTo: ops@example.org\n"
        "Content-Type: multipart/alternative;  boundary=58e32d98\nMIME-Version: 1.0\n\n--58e32d98\n"
        f"Content-Transfer-Encoding: {encoding}\nContent-Type: {kind}; charset=UTF-8\n\n{coded.decode()}\n"
        "--58e32d98--\n"
    )


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
@pytest.mark.parametrize(("state", "over"), [("Firing", 0), ("Resolved", 1)])
def test_a_mail_of_alertmanager_is_read_by_its_labels(encoding: str, state: str, over: int) -> None:
    alert = parse_alert(mail(PAGE.replace("{state}", state), encoding=encoding))

    assert (alert.name, alert.service, alert.environment) == ("OrdersDown", "orders", "production")
    assert (alert.severity, alert.resolved) == (Severity.SEV1, over)
    assert WORDS in alert.text
    assert "color" not in alert.text


def test_a_mail_in_words_is_read_by_its_subject_and_its_lines_are_whole() -> None:
    alert = parse_alert(
        mail(f"OrdersDown\n{WORDS} and what more there is to say of it in one line", "text/plain")
    )

    assert (alert.name, alert.environment, alert.severity_label) == ("OrdersDown", "production", "critical")
    assert f"{WORDS} and what more there is to say of it in one line" in alert.text


def test_an_encoded_subject_is_decoded() -> None:
    subject = "=?utf-8?q?Orders_=E2=80=94_down?="

    assert as_read(mail("x y", "text/plain", subject=subject)).startswith("Subject: Orders — down\n")


@pytest.mark.parametrize(
    "text",
    [
        "Host: web-1\nState: DOWN\n\nAdditional Info: refused",
        "level: error\nmsg: refused\n\nmore",
        "Subject: x\n",
        "",
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=none-such\n\nwords",
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\n\n--\n--\n",
        "MIME-Version: 1.0\nContent-Transfer-Encoding: base64\nContent-Type: image/png\n\niVBORw0KGgo=\n",
    ],
)
def test_what_is_no_mail_stays_as_it_is(text: str) -> None:
    assert as_read(text) == text
