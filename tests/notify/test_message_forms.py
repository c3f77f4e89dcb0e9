"""Each tool gets a notice as it takes it: in its size, in its thread, with text that does nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from kb.model.brief import Section
from kb.notify.forms.form import NotTaken, Taken
from tests.doubles.chat_server import ChatServer, Message
from tests.doubles.mail_server import MailServer
from tests.notify.conftest import SECRET, Send, a_notice, a_sending, a_target

CHATS = ("slack", "mattermost", "matrix", "discord", "teams", "json")
THREADED = ("slack", "mattermost", "matrix")


def sections_of(message: Message) -> str:
    """What a reader sees, roughly: all strings of the body."""
    return "\n".join(strings(message.body))


def strings(value: object) -> list[str]:
    """Every text within a JSON value."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inside for text in strings(one)]


@pytest.mark.parametrize("kind", CHATS)
def test_known_and_suspected_stand_apart(kind: str, send: Send) -> None:
    with ChatServer() as chat:
        fate = send(a_sending(a_target(kind, chat)))
        shown = sections_of(chat.messages[0])
    assert isinstance(fate, Taken)
    known, suspected = shown.index("Known"), shown.index("Suspected")
    assert known < shown.index("Pool too small: raise") < suspected < shown.index("A deployment leaks")


@pytest.mark.parametrize("kind", THREADED)
def test_an_update_stands_in_the_thread_of_the_first_message(kind: str, send: Send) -> None:
    with ChatServer() as chat:
        first = send(a_sending(a_target(kind, chat)))
        assert isinstance(first, Taken)
        second = send(a_sending(a_target(kind, chat), id="kb-0002", thread=first.reference))
        root, reply = chat.messages
    assert isinstance(second, Taken)
    assert root.thread == ""
    assert reply.thread == root.id == first.reference


def test_each_incident_is_a_thread_of_a_forum_in_discord(send: Send) -> None:
    with ChatServer(forum=True) as chat:
        target = a_target("discord", chat, channel="forum")
        first = send(a_sending(target))
        assert isinstance(first, Taken)
        send(a_sending(target, id="kb-0002", thread=first.reference))
    assert [one.thread for one in chat.messages] == ["", chat.messages[0].id]


@pytest.mark.parametrize("kind", CHATS)
def test_ten_thousand_lines_fit_into_any_tool_and_the_best_ones_stay(kind: str, send: Send) -> None:
    lines = tuple(f"line {number} says something of some length <&>" for number in range(10_000))
    notice = a_notice(sections=(Section(title="Known", lines=lines),), document="x\n" * 5_000)
    with ChatServer() as chat:
        fate = send(a_sending(a_target(kind, chat), notice))
        shown = sections_of(chat.messages[0])
    assert isinstance(fate, Taken)
    assert "line 0 says" in shown
    assert "did not fit here" in shown


@pytest.mark.parametrize("kind", CHATS)
def test_one_line_of_a_megabyte_fits_too(kind: str, send: Send) -> None:
    notice = a_notice(headline="h" * 100_000, facts=(("Service", "s" * 100_000),))
    notice = a_notice(headline=notice.headline, sections=(Section(title="Known", lines=("<" * 1_000_000,)),))
    with ChatServer() as chat:
        assert isinstance(send(a_sending(a_target(kind, chat), notice)), Taken)


def test_slack_gets_no_mention_and_no_link_out_of_quoted_text(send: Send) -> None:
    with ChatServer() as chat:
        send(a_sending(a_target("slack", chat)))
        (message,) = chat.messages
    shown = sections_of(message)
    assert "<!channel>" not in shown
    assert "&lt;!channel&gt;" in shown
    texts = [block["text"] for block in message.body["blocks"] if block["type"] == "section"]
    assert all(text["verbatim"] for text in texts)
    assert message.body["unfurl_links"] is message.body["unfurl_media"] is False


def test_mattermost_calls_nobody_and_shows_links_as_they_are_written(send: Send) -> None:
    with ChatServer() as chat:
        send(a_sending(a_target("mattermost", chat)))
        shown = sections_of(chat.messages[0])
    assert "@channel" not in shown
    assert "@here" not in shown
    assert "\\[press](" in shown
    assert "[Pool too small](https://kb.example/entries/pattern-pool-1)" in shown


def test_discord_may_mention_nobody(send: Send) -> None:
    with ChatServer() as chat:
        send(a_sending(a_target("discord", chat)))
        body = chat.messages[0].body
    assert body["allowed_mentions"] == {"parse": []}
    assert "\\[press](" in body["embeds"][0]["description"]


def test_matrix_shows_html_as_text_and_mentions_nobody(send: Send) -> None:
    with ChatServer() as chat:
        send(a_sending(a_target("matrix", chat)))
        body = chat.messages[0].body
    assert "<b>" not in body["formatted_body"]
    assert body["m.mentions"] == {}


def test_teams_knows_no_markdown_in_what_is_quoted(send: Send) -> None:
    with ChatServer() as chat:
        send(a_sending(a_target("teams", chat)))
        card = chat.messages[0].body["attachments"][0]["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["actions"][0]["url"] == "https://kb.example/entries/pattern-pool-1"


def test_json_is_signed_and_says_the_same_id_in_its_header(send: Send) -> None:
    with ChatServer() as chat:
        target = a_target("json", chat)
        send(a_sending(target, repeat=True))
        (message,) = chat.messages
    stamp = message.headers["x-kb-timestamp"]
    body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":"))
    expected = hmac.new(SECRET.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    assert message.headers["x-kb-signature"] == expected
    assert message.headers["idempotency-key"] == message.body["id"] == "kb-0001"
    assert message.body["repeat"] is True
    assert message.body["thread"] == "incident-20261130-pool-abc123"


@pytest.mark.parametrize("kind", [kind for kind in CHATS if kind != "json"])
def test_a_repeat_is_marked(kind: str, send: Send) -> None:
    with ChatServer() as chat:
        send(a_sending(a_target(kind, chat), repeat=True))
        assert "Sent again: an earlier attempt may have arrived" in sections_of(chat.messages[0])


@pytest.mark.parametrize("kind", ["matrix", "mattermost"])
def test_what_the_tool_has_already_is_not_shown_twice(kind: str, send: Send) -> None:
    with ChatServer() as chat:
        one = send(a_sending(a_target(kind, chat)))
        other = send(a_sending(a_target(kind, chat), repeat=True))
        assert len(chat.messages) == 1
    assert one == other


def test_incoming_webhooks_of_slack_and_mattermost_work_without_threads_and_buttons(send: Send) -> None:
    with ChatServer() as chat:
        slack = a_target("slack", chat, url=f"{chat.url}/services/T/B/x", token="", channel="")
        mattermost = a_target("mattermost", chat, url=f"{chat.url}/hooks/x", token="", channel="", secret="")
        fates = [send(a_sending(one)) for one in (slack, mattermost)]
    assert fates == [Taken(), Taken()]
    assert "kb_resolved" not in chat.messages[0].text
    assert "actions" not in chat.messages[1].body["attachments"][0]


def buttons_of(message: Message) -> list[dict[str, Any]]:
    """The buttons below a message."""
    if message.tool == "slack":
        return list(message.body["blocks"][-1]["elements"])
    return list(message.body["props"]["attachments"][0]["actions"])


@pytest.mark.parametrize("kind", ["slack", "mattermost"])
def test_there_are_buttons_where_there_is_an_entry(kind: str, send: Send) -> None:
    with ChatServer() as chat:
        send(a_sending(a_target(kind, chat)))
        send(a_sending(a_target(kind, chat), a_notice(entry_id=""), id="kb-0002"))
        with_entry, without = chat.messages
    labels = [one["text"]["text"] if kind == "slack" else one["name"] for one in buttons_of(with_entry)]
    assert labels == ["It worked", "It did not", "Not this"]
    assert "It worked" not in without.text


@pytest.mark.parametrize("kind", ["slack", "mattermost", "matrix"])
def test_a_wrong_token_is_refused_for_good(kind: str, send: Send) -> None:
    with ChatServer() as chat:
        fate = send(a_sending(a_target(kind, chat, token="another-token-0000000")))
    assert isinstance(fate, NotTaken)


def test_a_mail_is_plain_text_in_the_thread_of_the_first_one(send: Send) -> None:
    with MailServer() as server:
        target = a_target("mail", url=server.url)
        first = send(a_sending(target))
        assert isinstance(first, Taken)
        draft = a_notice(document="# Postmortem\n\nWhat happened\n")
        send(a_sending(target, draft, id="kb-0002", thread=first.reference))
        root, reply = server.wait_for(2)
    assert root["Message-ID"] == first.reference == "<kb-0001@kb.example>"
    assert reply["In-Reply-To"] == reply["References"] == first.reference
    assert reply["Subject"] == "Re: checkout: connection pool exhausted"
    assert root.get_content_type() == "text/plain"
    assert "Known\r\n- Pool too small" in root.get_content().replace("\r\n", "\n").replace("\n", "\r\n")
    (attached,) = reply.iter_attachments()
    assert attached.get_filename() == "incident-20261130-pool-abc123.md"


def test_no_header_of_a_mail_comes_out_of_a_title(send: Send) -> None:
    title = "checkout Bcc: everybody@example.org"
    with MailServer() as server:
        send(a_sending(a_target("mail", url=server.url), a_notice(subject=title)))
        (mail,) = server.wait_for(1)
    assert mail["Bcc"] is None
    assert mail["Subject"] == title


def test_a_mail_says_who_did_not_get_it(send: Send) -> None:
    with MailServer(unknown=("gone@example.org",)) as server:
        target = a_target("mail", url=server.url, to=("oncall@example.org", "gone@example.org"))
        fate = send(a_sending(target))
    assert isinstance(fate, Taken)
    assert "gone@example.org: 5.1.1 no such mailbox" in fate.note


@pytest.mark.parametrize("kind", CHATS)
def test_a_hundred_sections_fit_or_are_said_to_be_left_out(kind: str, send: Send) -> None:
    sections = tuple(Section(title=f"Part {number}", lines=("x" * 40,)) for number in range(100))
    with ChatServer() as chat:
        fate = send(a_sending(a_target(kind, chat), a_notice(sections=sections)))
        shown = sections_of(chat.messages[0])
    assert isinstance(fate, Taken)
    assert "Part 0" in shown
    assert "Part 99" in shown or "did not fit here" in shown
