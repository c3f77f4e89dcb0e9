"""From the row that says what happened to the receiver: how long people wait to be told, at rest and in a storm.

`python -m benchmarks.notify [--home FOLDER] [--rest N] [--storm N] [--seconds S] [--kills N]` starts `kb serve` on a
home (a new one, or a copy of FOLDER, such as one of 100,000 entries) with two targets on loopback, a channel shaped
like Slack's and a program that takes JSON, and writes rows as webhooks and people do:

- *at rest*, one incident after the other: opened by an alert (its brief is announced with it), and by a person (the
  brief is made now);
- *in a storm*, N rows within S seconds: a quarter of them open incidents, which have three steps each;
- the same while the server is killed (`kill -9`) and started again N times.

A row's time runs from the return of its transaction to the arrival of the first message that tells of it.  Rows that
nobody was told of, messages that came twice, and those of them that say so are counted.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kb import KnowledgeBase
from kb.incidents.by_alert import IncidentsByAlert
from kb.model.brief import JudgedSeverity
from kb.model.entry import Severity
from kb.model.hook import NewsKind
from kb.starter import make_home
from kb.store.hooks.announcements import AnnouncementTable
from kb.triage.brief import render
from tests.doubles.chat_server import CHANNEL, TOKEN, ChatServer, Message

ROOT = Path(__file__).parents[1]
TOOLS = ("slack", "json")
_TARGETS = """
[[notify]]
name = "channel"
kind = "slack"
url = "{url}/api"
token = "{token}"
channel = "{channel}"
[[notify]]
name = "program"
kind = "json"
url = "{url}/json"
"""


@dataclass
class Rows:
    """What was written, and when: the word that only this row's message has, and the time."""

    at: dict[str, float] = field(default_factory=dict)

    def wrote(self, word: str) -> None:
        """The transaction has returned."""
        self.at[word] = time.monotonic()


class Writer:
    """Writes what alerts and people do into a home, as their doors do."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.rows, self._kb = Rows(), kb
        self._news = AnnouncementTable(kb._parts.db)
        self._brief = kb.triage("QueuePool limit reached", service="checkout")
        archive = kb.incidents.archive
        self._alerts = IncidentsByAlert(kb.home, kb._parts.ledger, archive, kb._clock, lambda: "alerts")

    def alert_opens(self, number: int) -> str:
        """An incident that an alert opened, with its announcement, in one transaction; returns its id."""
        word = f"alert{number:05d}x"
        severity = JudgedSeverity(severity=Severity.SEV2, confirmed=False, words=("critical",))
        with self._kb._parts.db.write():
            incident, _ = self._alerts.open(
                word, services=(f"service-{number}",), severity=severity, alert=word
            )
            body = {
                "verdict": str(self._brief.verdict),
                "lookup_id": None,
                "entries": list(self._brief.entries),
                "brief": render(self._brief),
            }
            self._news.add(NewsKind.OPENED, incident.id, body, self._kb._clock())
        self.rows.wrote(word)
        return incident.id

    def person_opens(self, number: int) -> str:
        """An incident that somebody opened; returns its id."""
        word = f"person{number:05d}x"
        incident = self._kb.incidents.open(word, service=f"by-hand-{number}")
        self.rows.wrote(word)
        return incident.id

    def step(self, number: int, incident: str) -> None:
        """A step of an incident."""
        word = f"step{number:05d}x"
        self._kb.incidents.mitigate(word, incident_id=incident)
        self.rows.wrote(word)


@contextmanager
def serving(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A real `kb serve`, once it listens; killed at the end."""
    process = start(home)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def start(home: Path) -> subprocess.Popen[str]:
    """Start a server and wait until it listens."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", "serve", "--port", "0"],
        env={**given, "KB_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stderr
    process.stderr.readline()
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process


def times(rows: Rows, messages: list[Message], tool: str) -> tuple[list[float], list[str]]:
    """Seconds from each row to the first message of a tool that tells of it, and the rows of which none does."""
    found, missing = list[float](), list[str]()
    texts = [(one.at, one.text) for one in messages if one.tool == tool]
    for word, at in rows.at.items():
        first = min((arrived for arrived, text in texts if word in text), default=None)
        if first is None:
            missing.append(word)
        else:
            found.append(max(0.0, first - at))
    return found, missing


def report(title: str, rows: Rows, messages: list[Message]) -> None:
    """Print the figures."""
    for tool in TOOLS:
        took, missing = times(rows, messages, tool)
        if not took:
            print(f"{title:34} {tool:6} nothing arrived")
            continue
        p95 = sorted(took)[max(0, round(len(took) * 0.95) - 1)]
        sent = [one for one in messages if one.tool == tool]
        ids = Counter(_id(one) for one in sent)
        twice = sum(count - 1 for count in ids.values())
        marked = sum("Sent again" in one.text or one.body.get("repeat") is True for one in sent)
        print(
            f"{title:34} {tool:6} {len(rows.at):5} rows, {len(sent):5} messages: median "
            f"{statistics.median(took) * 1000:7.0f} ms, p95 {p95 * 1000:7.0f} ms, longest {max(took):6.2f} s; "
            f"not told {len(missing)}, twice {twice}, marked {marked}"
        )


def _id(message: Message) -> str:
    if message.tool == "slack":
        return str(message.body["metadata"]["event_payload"]["id"])
    return str(message.body["id"])


def told(chat: ChatServer, rows: Rows, seconds: float) -> list[Message]:
    """The messages, once every row was told to every target, or so many seconds passed."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        messages = list(chat.messages)
        if not any(times(rows, messages, tool)[1] for tool in TOOLS):
            return messages
        time.sleep(0.25)
    return list(chat.messages)


def at_rest(writer: Writer, chat: ChatServer, count: int) -> None:
    """One after the other, each when the one before was told."""
    for title, write in (
        ("at rest, an alert", writer.alert_opens),
        ("at rest, a person", writer.person_opens),
    ):
        writer.rows = Rows()
        chat.messages.clear()
        for number in range(count):
            write(number)
            wanted = len(TOOLS) * (number + 1)
            ends = time.monotonic() + 30
            while len(chat.messages) < wanted and time.monotonic() < ends:
                time.sleep(0.002)
            time.sleep(random.uniform(0, 0.1))  # so that it is no multiple of the server's looks
        report(title, writer.rows, list(chat.messages))


def storm(writer: Writer, chat: ChatServer, home: Path, count: int, seconds: float, kills: int) -> None:
    """Rows within so many seconds, the server killed so often meanwhile."""
    writer.rows = Rows()
    chat.messages.clear()
    process = start(home)
    begun, killed, first = time.monotonic(), 0, 10_000 * (kills + 1)
    incidents = list[str]()
    for number in range(count):
        wait = begun + seconds * number / count - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        if killed < kills and number >= count * (killed + 1) / (kills + 1):
            process.kill()
            process.wait()
            killed += 1
            process = start(home)
        if number % 4 == 0:
            incidents.append(writer.alert_opens(first + number))
        else:
            writer.step(first + number, incidents[-1])
    messages = told(chat, writer.rows, 60)
    process.kill()
    process.wait()
    report(f"a storm, {killed} kills" if kills else "a storm", writer.rows, messages)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description="From the row to the receiver.")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--rest", type=int, default=40)
    parser.add_argument("--storm", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=3)
    asked = parser.parse_args()
    random.seed(7)
    with tempfile.TemporaryDirectory() as folder, ChatServer() as chat:
        home = Path(folder) / "home"
        if asked.home:
            shutil.copytree(asked.home, home)
        else:
            make_home(home)
        (home / "kb.toml").write_text(_TARGETS.format(url=chat.url, token=TOKEN, channel=CHANNEL))
        (home / "kb.toml").chmod(0o600)
        with KnowledgeBase.open(home, exact_below=50_000) as kb:
            writer = Writer(kb)
            print(f"home of {sum(kb.counts().values()):,} entries; times from the row to the receiver")
            with serving(home):
                at_rest(writer, chat, asked.rest)
            storm(writer, chat, home, asked.storm, asked.seconds, 0)
            storm(writer, chat, home, asked.storm, asked.seconds, asked.kills)


if __name__ == "__main__":
    main()
