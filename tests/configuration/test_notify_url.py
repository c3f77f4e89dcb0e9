"""The address of a target says how it is reached."""

from __future__ import annotations

import pytest

from kb.configuration.reading import read_text


@pytest.mark.parametrize(
    ("kind", "url", "more", "said"),
    [
        ("json", "127.0.0.1:9911", "", "notify[0].url must begin with http:// or https://"),
        ("json", "https://chat.example/in", "", ""),
        (
            "mail",
            "mail.example.org",
            'sender = "kb@example.org"\nto = ["a@example.org"]',
            "smtp:// or smtps://",
        ),
        ("mail", "smtp://mail.example.org", 'sender = "kb@example.org"\nto = ["a@example.org"]', ""),
    ],
)
def test_an_address_without_its_protocol_is_a_mistake(kind: str, url: str, more: str, said: str) -> None:
    text = f'[[notify]]\nname = "one"\nkind = "{kind}"\nurl = "{url}"\n{more}\n'

    problems = [str(one) for one in read_text(text).problems]

    assert bool(problems) is bool(said)
    assert not said or said in problems[0]
