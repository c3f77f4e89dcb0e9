"""The loopback server speaks the Messages API as the SDK expects it, and refuses what the API refuses."""

from __future__ import annotations

import anthropic
import pytest

from tests.doubles.messages_server import Fails, MessagesServer, Says


def sdk(server: MessagesServer, key: str = "key") -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key=key, base_url=server.url, max_retries=0)


ASK = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "well?"}]}


def test_it_answers_at_once_and_as_a_stream():
    with MessagesServer(Says(text="fine"), Says(text="a longer answer " * 20)) as server:
        message = sdk(server).messages.create(**ASK)
        with sdk(server).messages.stream(**ASK) as stream:
            kinds = [event.type for event in stream]
            text = stream.get_final_text()

    assert (message.content[0].text, message.stop_reason) == ("fine", "end_turn")
    assert text == "a longer answer " * 20
    assert kinds[0] == "message_start"
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert [asked.content for asked in server.asked] == ["well?", "well?"]


def test_it_fails_with_the_errors_of_the_api():
    with MessagesServer(Fails(status=529), Fails(status=429)) as server:
        with pytest.raises(anthropic.OverloadedError):
            sdk(server).messages.create(**ASK)
        with pytest.raises(anthropic.RateLimitError) as limited:
            sdk(server).messages.create(**ASK)
        with pytest.raises(anthropic.BadRequestError, match="messages: Field required"):
            sdk(server).messages.create(**{**ASK, "messages": []})
        with pytest.raises(anthropic.BadRequestError, match="no reply left"):
            sdk(server).messages.create(**ASK)
        with pytest.raises(anthropic.NotFoundError):
            sdk(server).post("/v1/other", body={}, cast_to=object)

    assert limited.value.type == "rate_limit_error"
