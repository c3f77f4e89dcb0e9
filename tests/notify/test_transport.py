"""What became of an attempt: taken, refused, another time, or nobody knows; over real connections."""

from __future__ import annotations

import socket
import time

import pytest

from kb.notify.forms.form import Later, NotTaken, Taken, Unknown
from tests.doubles.chat_server import ChatServer, Fault
from tests.doubles.mail_server import MailServer
from tests.notify.conftest import Send, a_sending, a_target


def test_429_with_retry_after_says_when(send: Send) -> None:
    with ChatServer(
        Fault(status=429, headers={"retry-after": "7"}, body='{"ok":false,"error":"ratelimited"}')
    ) as chat:
        fate = send(a_sending(a_target("slack", chat)))
    assert isinstance(fate, Later)
    assert fate.seconds == 7


def test_discord_and_matrix_say_in_the_body_when(send: Send) -> None:
    with ChatServer(Fault(status=429, body='{"retry_after": 1.5}')) as chat:
        discord = send(a_sending(a_target("discord", chat)))
    with ChatServer(
        Fault(status=429, body='{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}')
    ) as chat:
        matrix = send(a_sending(a_target("matrix", chat)))
    assert isinstance(discord, Later)
    assert isinstance(matrix, Later)
    assert (discord.seconds, matrix.seconds) == (1.5, 2.5)


@pytest.mark.parametrize("status", [500, 503, 408])
def test_what_the_other_side_could_not_do_is_tried_later(status: int, send: Send) -> None:
    with ChatServer(Fault(status=status, body="try later")) as chat:
        fate = send(a_sending(a_target("json", chat)))
    assert isinstance(fate, Later)
    assert str(status) in fate.reason


@pytest.mark.parametrize("status", [502, 504])
def test_of_a_gateway_that_gave_up_nobody_knows(status: int, send: Send) -> None:
    with ChatServer(Fault(status=status)) as chat:
        assert isinstance(send(a_sending(a_target("json", chat))), Unknown)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_what_is_refused_is_refused(status: int, send: Send) -> None:
    with ChatServer(Fault(status=status, body="no such hook")) as chat:
        fate = send(a_sending(a_target("json", chat)))
    assert isinstance(fate, NotTaken)
    assert "no such hook" in fate.reason


def test_a_redirect_is_not_followed(send: Send) -> None:
    with (
        ChatServer() as other,
        ChatServer(Fault(status=307, headers={"location": f"{other.url}/json"})) as chat,
    ):
        fate = send(a_sending(a_target("json", chat)))
        assert other.requests == 0
    assert isinstance(fate, NotTaken)


def test_where_nobody_listens_it_was_not_sent(send: Send) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/json"
        fate = send(a_sending(a_target("json", url=url)))
    assert isinstance(fate, Later)


def test_a_connection_that_breaks_before_the_answer_leaves_it_unknown(send: Send) -> None:
    with ChatServer(Fault(closes=True, taken=True)) as chat:
        fate = send(a_sending(a_target("json", chat)))
        assert len(chat.messages) == 1
    assert isinstance(fate, Unknown)


def test_silence_leaves_it_unknown_after_a_while(send: Send) -> None:
    with ChatServer(Fault(silent=3.0, taken=True)) as chat:
        fate = send(a_sending(a_target("json", chat)), seconds=0.3)
    assert isinstance(fate, Unknown)


def test_an_answer_that_comes_letter_by_letter_ends_as_well(send: Send) -> None:
    with ChatServer(Fault(drips=5.0)) as chat:
        begun = time.monotonic()
        fate = send(a_sending(a_target("json", chat)), seconds=0.5)
        assert time.monotonic() - begun < 4
    assert isinstance(fate, Unknown)


def test_a_url_that_is_none_is_refused_and_not_shown(send: Send) -> None:
    fate = send(a_sending(a_target("json", url="gopher://secret-host/x")))
    assert isinstance(fate, NotTaken)


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        ("250 OK", Taken),
        ("451 4.3.0 try later", Later),
        ("554 5.7.1 no", NotTaken),
        ("close", Unknown),
    ],
)
def test_what_a_mail_server_says_of_the_text_counts(answer: str, fate: type, send: Send) -> None:
    with MailServer(answer) as server:
        assert isinstance(send(a_sending(a_target("mail", url=server.url))), fate)


def test_a_mail_for_nobody_is_refused(send: Send) -> None:
    with MailServer(unknown=("oncall@example.org",)) as server:
        assert isinstance(send(a_sending(a_target("mail", url=server.url))), NotTaken)


def test_where_no_mail_server_is_it_was_not_sent(send: Send) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        fate = send(a_sending(a_target("mail", url=f"smtp://127.0.0.1:{taken.getsockname()[1]}")))
    assert isinstance(fate, Later)
