"""A storm of alerts, with the server killed in between: every trouble is one incident, ended once, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hooks import in_a_storm, mistakes, prepared, told
from tests.doubles.chat_server import ChatServer

pytestmark = pytest.mark.slow


def test_four_hundred_alerts_with_three_kills_lose_and_double_nothing(new_home: Path, tmp_path: Path):
    with ChatServer() as chat:
        home = prepared(new_home, tmp_path / "home", chat.url)

        storm = in_a_storm(home, chat, many=400, groups=40, seconds=20, kills=3)

    assert storm.kills == 3
    assert told(storm).keys() >= {one.name for one in storm.sent if one.opens}
    assert len(storm.sent) == 400
    assert mistakes(storm) == []
