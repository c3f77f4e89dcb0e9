"""Webhooks: from the POST to the incident, at rest and in a storm, with the server killed in between.

`python -m benchmarks.hooks [--home FOLDER] [--alerts 1000] [--groups 40] [--seconds 60] [--kills 3] [--rest 20]`
sends Alertmanager's messages to a real `kb serve` on loopback; every second group opens nothing and is only looked up.
At rest, one new trouble after another is sent; in the storm so many alerts come within so many seconds, a group telling
of more and more of them, while the server is killed (`kill -9`) and started again, and its sender repeats what was not
answered, as Alertmanager does. Told are the time until the POST is answered, the time from the first POST of a trouble
to its incident with its announcement, and to the message about it at a receiver on loopback, and what was lost or done
twice, which must be nothing. The home is a copy of the
one given (`benchmarks.scale --home` makes large ones), else a new one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kb import KnowledgeBase
from kb.model.hook import HookState, NewsKind
from kb.model.incident import Phase
from kb.starter import make_home
from tests.doors.conftest import environment
from tests.doubles.chat_server import ChatServer

TOKEN = "the-token-of-alertmanager"
SET = f"""\
[hooks.alertmanager]
token = "{TOKEN}"
[hooks.limits]
incidents = 100000
[[hooks.open]]
severity = "SEV2"
"""
TOLD = """\
[[notify]]
name = "program"
kind = "json"
url = "{url}/json"
"""
_WORDS = (
    "Amber",
    "Birch",
    "Coral",
    "Delta",
    "Ember",
    "Fjord",
    "Grove",
    "Haven",
    "Inlet",
    "Jetty",
    "Knoll",
    "Lagoon",
)


@dataclass
class Sent:
    """One message: what it is called, when it was first sent, and how long its answer took."""

    name: str
    opens: bool
    over: bool = False
    at: float = 0.0
    answered: float = 0.0
    tries: int = 0


@dataclass
class Storm:
    """What was sent, and to what."""

    home: Path
    chat: ChatServer
    sent: list[Sent] = field(default_factory=list)
    kills: int = 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--home", type=Path)
    options.add_argument("--alerts", type=int, default=1000)
    options.add_argument("--groups", type=int, default=40)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--kills", type=int, default=3)
    options.add_argument("--rest", type=int, default=20)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch, ChatServer() as chat:
        home = prepared(given.home, Path(scratch) / "home", chat.url)
        with KnowledgeBase.open(home) as kb:
            print(f"{sum(kb.counts().values()):,} entries")
        _print("at rest", at_rest(home, chat, given.rest))
        storm = in_a_storm(home, chat, given.alerts, given.groups, given.seconds, given.kills)
        _print(f"{given.alerts} alerts within {given.seconds:g} s, {storm.kills} times killed", storm)
        print("\n".join(f"  {line}" for line in mistakes(storm)) or "  nothing lost, nothing twice")


def prepared(given: Path | None, home: Path, receiver: str) -> Path:
    """A home to send to: a copy of the one given, else a new one."""
    if given:
        shutil.copytree(given, home)
    else:
        make_home(home)
    (home / "kb.toml").write_text(SET + TOLD.format(url=receiver))
    return home


def at_rest(home: Path, chat: ChatServer, many: int) -> Storm:
    """One new trouble after another, each when the last one has its incident; the model is loaded by then."""
    storm = Storm(home, chat)
    with serving(home) as server:
        for number in range(many + 3):
            one = Sent(f"Rest{_name(number)}", opens=True)
            send(server.url, one, message(one.name))
            wait_until(home, lambda kb, name=one.name: name in opened(kb))  # type: ignore[misc]
            if number >= 3:  # the first ones wait for the model
                storm.sent.append(one)
    return storm


def in_a_storm(home: Path, chat: ChatServer, many: int, groups: int, seconds: float, kills: int) -> Storm:
    """So many alerts within so many seconds, over so many groups, half of which open an incident and end at last."""
    storm = Storm(home, chat)
    with serving(home) as server:
        killer = threading.Thread(target=_kill, args=(server, storm, kills, seconds))
        killer.start()
        workers = [
            threading.Thread(target=_send_share, args=(server, storm, many, groups, seconds, share, 4))
            for share in range(4)
        ]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        killer.join()
        wait_until(home, lambda kb: not kb.hooks.deliveries.count(HookState.WAITING, HookState.LOOKUP), 300)
        wait_until(home, lambda _: told(storm).keys() >= {one.name for one in storm.sent if one.opens}, 120)
    return storm


def mistakes(storm: Storm) -> list[str]:
    """What was lost or done twice, a sentence each; none is as it must be."""
    wanted = {one.name for one in storm.sent if one.opens}
    ended = {one.name for one in storm.sent if one.opens and one.over}
    others = {one.name for one in storm.sent if not one.opens}
    with KnowledgeBase.open(storm.home) as kb:
        found = [one for one in kb.incidents.recent(100_000) if not one.title.startswith("Rest")]
        titles = Counter(one.title for one in found)
        told = Counter(
            (str(one.body["title"]), one.kind)
            for one in kb.hooks.news.after(0, 1_000_000)
            if not str(one.body["title"]).startswith("Rest")
        )
        left = kb.hooks.deliveries.count(HookState.WAITING, HookState.LOOKUP, HookState.FAILED)
        steps = Counter((one.id, event.kind) for one in found for event in one.timeline)
    doubled = [key for key, times in steps.items() if key[1] in ("opened", "resolution") and times > 1]
    return [
        *(f"lost: no incident of {name}" for name in sorted(wanted - titles.keys())),
        *(f"doubled: {n} incidents of {name}" for name, n in titles.items() if n > 1),
        *(f"opened without a rule: {name}" for name in sorted(others & titles.keys())),
        *(
            f"not ended: {one.title}"
            for one in found
            if one.title in ended and one.phase is not Phase.RESOLVED
        ),
        *(f"lost: {name} was not announced" for name in sorted(wanted) if not told[name, NewsKind.OPENED]),
        *(
            f"lost: the end of {name} was not announced"
            for name in sorted(ended)
            if not told[name, NewsKind.RESOLVED]
        ),
        *(
            f"announced {n} times: {kind} of {name}"
            for (name, kind), n in told.items()
            if n > 1 and kind != "updated"
        ),
        *(f"doubled step: {step}" for step in doubled),
        *([f"{left} deliveries were not worked on"] if left else []),
    ]


@dataclass
class Server:
    """A `kb serve` that can be killed and started again at its address."""

    home: Path
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, at the address that it had."""
        port = str(urlsplit(self.url).port) if self.url else "0"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kb", "serve", "--port", port],
            env=environment(self.home),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr
        line = self.process.stderr.readline()
        found = re.search(r"http://\S+?(?=/mcp)", line)
        if not found:
            raise RuntimeError(f"kb serve did not start: {line}{self.process.stderr.read()}")
        self.url = found[0]

    def kill(self) -> None:
        """End it as `kill -9` does."""
        assert self.process
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """A server, until the block ends."""
    server = Server(home)
    server.start()
    try:
        yield server
    finally:
        if server.process:
            server.process.terminate()
            server.process.wait(60)


def message(name: str, count: int = 1, *, grave: bool = True, over: bool = False) -> dict[str, Any]:
    """A message of Alertmanager's about one group."""
    now, state = datetime.now(UTC), "resolved" if over else "firing"
    labels = {
        "alertname": name,
        "service": f"svc-{name.casefold()}",
        "severity": "critical" if grave else "info",
    }
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{name}"}}',
        "status": state,
        "groupLabels": {"alertname": name},
        "commonLabels": labels,
        "alerts": [
            {
                "status": state,
                "labels": {**labels, "instance": f"10.0.0.{number}:9100"},
                "annotations": {
                    "summary": f"{name}: the queue of {labels['service']} takes no more messages"
                },
                "startsAt": (now - timedelta(seconds=30)).isoformat(),
                "endsAt": now.isoformat() if over else "0001-01-01T00:00:00Z",
            }
            for number in range(count)
        ],
    }


def send(url: str, one: Sent, body: dict[str, Any], give_up: float = 120) -> None:
    """Send it until it is answered, as Alertmanager does."""
    place, text = urlsplit(url), json.dumps(body)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    one.at, begun = one.at or time.time(), time.monotonic()
    while time.monotonic() - begun < give_up:
        one.tries += 1
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        try:
            asked = time.monotonic()
            connection.request("POST", "/hooks/alertmanager", text, headers)
            if connection.getresponse().status in (200, 202):
                one.answered = time.monotonic() - asked
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    raise RuntimeError(f"{one.name} was not answered within {give_up} s")


def wait_until(home: Path, holds: Any, seconds: float = 120) -> None:
    """Wait until that holds of the home.  Raises RuntimeError when the time is up."""
    until = time.monotonic() + seconds
    with KnowledgeBase.open(home) as kb:
        while not holds(kb):
            if time.monotonic() > until:
                raise RuntimeError("it does not come to an end")
            time.sleep(0.05)


def opened(kb: KnowledgeBase) -> dict[str, float]:
    """When the incident of each title was announced, in seconds since 1970."""
    news = kb.hooks.news.after(0, 1_000_000)
    return {str(one.body["title"]): one.at.timestamp() for one in news if one.kind is NewsKind.OPENED}


def _send_share(
    server: Server, storm: Storm, many: int, groups: int, seconds: float, share: int, shares: int
) -> None:
    """Send every fourth group: it grows from message to message, and its last one says that it is over."""
    begun, mine = time.monotonic(), [group for group in range(groups) if group % shares == share]
    each = many // groups
    for number in range(each):
        for place, group in enumerate(mine):
            due = begun + seconds * (number * len(mine) + place) / (each * len(mine))
            time.sleep(max(0.0, due - time.monotonic()))
            grave, over = group % 2 == 0, number == each - 1
            one = Sent(f"Storm{_name(group)}", opens=grave, over=over)
            send(server.url, one, message(one.name, min(number + 1, 50), grave=grave, over=over))
            storm.sent.append(one)


def _kill(server: Server, storm: Storm, kills: int, seconds: float) -> None:
    for _ in range(kills):
        time.sleep(seconds / (kills + 1))
        server.kill()
        server.start()
        storm.kills += 1


def _name(number: int) -> str:
    """A name of words, so that no two are the same but for a number."""
    first, second = divmod(number, len(_WORDS))
    third, first = divmod(first, len(_WORDS))
    return "".join(_WORDS[one] for one in (third, first, second))


def told(storm: Storm) -> dict[str, float]:
    """When the first message about each incident arrived, in seconds since 1970."""
    messages, since_1970 = list(storm.chat.messages), time.time() - time.monotonic()
    names = {one.name for one in storm.sent}
    return {
        name: since_1970 + min(found)
        for name in names
        if (found := [one.at for one in messages if name in one.text])
    }


def _print(what: str, storm: Storm) -> None:
    with KnowledgeBase.open(storm.home) as kb:
        when = opened(kb)
    begun = dict[str, float]()
    for one in storm.sent:
        begun[one.name] = min(one.at, begun.get(one.name, one.at))
    waits = [when[name] - at for name, at in begun.items() if name in when]
    answers = [one.answered for one in storm.sent]
    print(f"{what}\n  POST answered        {_quantiles(answers)} ({len(answers)} messages)")
    print(f"  POST to the incident {_quantiles(waits)} ({len(waits)} incidents)")
    arrived = [at - begun[name] for name, at in told(storm).items() if name in when]
    print(f"  POST to the receiver {_quantiles(arrived)} ({len(arrived)} messages)", flush=True)


def _quantiles(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "too few"
    cuts = statistics.quantiles(seconds, n=20)
    return f"median {statistics.median(seconds):6.3f} s, p95 {cuts[18]:6.3f} s, worst {max(seconds):6.3f} s"


if __name__ == "__main__":
    main()
