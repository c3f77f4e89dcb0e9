"""`[[notify]]`, `[[silences]]` and `[links]`: what a target, a silence or a link lacks is said with its line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kb.configuration.reading import read_text


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ('kind = "slack"', "needs url_env (or url): where it listens"),
        ('kind = "slack"\ntoken_env = "T"', "needs channel: the id of the channel or room"),
        ('kind = "mattermost"\ntoken_env = "T"', "needs url_env (or url): where it listens and channel"),
        ('kind = "matrix"\nurl = "https://m"', "needs token_env (or token): the bot's and channel"),
        ('kind = "mail"\nurl = "smtp://m"', "needs sender: whom mails are from and to: whom mails are to"),
        ('kind = "teams"', "needs url_env (or url)"),
        ('kind = "json"\nurl = "https://m"\nsecret = "short"', "secret must have 16 characters or more"),
    ],
)
def test_what_a_target_lacks_is_said(target: str, said: str) -> None:
    (problem,) = read_text(f'\n[[notify]]\nname = "on-call"\n{target}\n').problems
    assert said in problem.message
    assert problem.line is not None


@pytest.mark.parametrize(
    "target",
    [
        'kind = "slack"\ntoken_env = "T"\nchannel = "C1"',
        'kind = "slack"\nurl_env = "U"',
        'kind = "mattermost"\nurl = "https://m"\ntoken_env = "T"\nchannel = "abc"',
        'kind = "matrix"\nurl = "https://m"\ntoken_env = "T"\nchannel = "!a:b"',
        'kind = "mail"\nurl = "smtp://m"\nsender = "kb@example.org"\nto = ["a@example.org"]',
    ],
)
def test_a_target_that_says_what_it_needs_is_taken(target: str) -> None:
    reading = read_text(f'[[notify]]\nname = "on-call"\n{target}\n')
    assert not reading.problems
    assert len(reading.values.notify) == 1


@pytest.mark.parametrize(
    ("silence", "said"),
    [
        ("", "needs ends (or hours)"),
        ('hours = "25:00-26:00"', "must be like 22:00-04:00"),
        ('ends = 2026-12-24T22:00:00Z\ndays = ["sunday"]', "days needs hours"),
        ("starts = 2026-12-24T22:00:00Z\nends = 2026-12-24T21:00:00Z", "ends is before it starts"),
        ('ends = "tomorrow"', "must be a time, such as 2026-12-24T22:00:00Z"),
        ('hours = "22:00-04:00"\ndays = ["someday"]', "must be one of monday"),
    ],
)
def test_a_silence_that_never_ends_or_makes_no_sense_is_said(silence: str, said: str) -> None:
    problems = read_text(f'[[silences]]\nreason = "restart"\n{silence}\n').problems
    assert any(said in one.message for one in problems)


def test_times_of_a_silence_are_those_of_toml() -> None:
    (silence,) = read_text(
        '[[silences]]\nreason = "move"\nstarts = 2026-12-24T22:00:00Z\nends = "2026-12-25T04:00:00Z"\n'
    ).values.silences
    assert silence.starts == datetime(2026, 12, 24, 22, tzinfo=UTC)
    assert silence.ends == datetime(2026, 12, 25, 4, tzinfo=UTC)


def test_a_link_must_say_where_the_id_goes() -> None:
    (problem,) = read_text('[links]\nentry = "https://kb.example.org/entries"\n').problems
    assert "links.entry must be an address of http or https with {id} in it" in problem.message
