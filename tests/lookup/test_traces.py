"""A learned trace comes back from another build, host and day; another fault of the same exception does not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.lookup.rarity import CorpusStats, agreement
from kb.lookup.traces import ENOUGH, SeenTrace
from kb.model.ledger import Answer, Tier, Verdict
from kb.text.tokens import tokenize

PYTHON = """Traceback (most recent call last):
  File "/srv/a/app.py", line 6, in main
    charge(order)
  File "/srv/a/tax.py", line 30, in charge
    rate = rates[order.state]
KeyError: 'tax_rate'
"""
PYTHON_AGAIN = """Traceback (most recent call last):
  File "/opt/build/77/app.py", line 61, in main
    charge(the_order)
  File "/opt/build/77/tax.py", line 35, in charge
    rate = rates[order.state]
KeyError: 'tax_rate'
"""
JAVA = """java.lang.IllegalStateException: ledger 12 is sealed by peer 4
\tat com.shop.Ledger.append(Ledger.java:91)
\tat com.shop.Orders.place(Orders.java:44)
\tat com.shop.Api.post(Api.java:12)
\tat java.base/java.lang.Thread.run(Thread.java:840)
"""
JAVA_AGAIN = """java.lang.IllegalStateException: ledger 7 is sealed by peer 31
\tat com.shop.Ledger.append(Ledger.java:97)
\tat com.shop.Orders.place(Orders.java:45)
\tat com.shop.Api.post(Api.java:14)
\tat java.base/java.lang.Thread.run(Thread.java:1583)
"""
RUST = """thread 'worker-3' panicked at src/store.rs:42:9:
segment 9 of tenant 4 was already compacted
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/std/src/panicking.rs:665:5
   1: core::panicking::panic_fmt
   2: ledger::store::compact
             at ./src/store.rs:42:9
   3: ledger::main
"""
RUST_AGAIN = """thread 'worker-11' panicked at src/store.rs:57:13:
segment 77 of tenant 12 was already compacted
stack backtrace:
   0: rust_begin_unwind
             at /rustc/f6e511eec7342f59a25f7c0534f1dbea00d01b14/library/std/src/panicking.rs:697:5
   1: core::panicking::panic_fmt
   2: ledger::store::compact
             at ./src/store.rs:57:13
   3: ledger::main
"""
NODE = """/srv/a/mail.js:12
    throw new MailboxError('mailbox of tenant 4 is frozen')
    ^

MailboxError: mailbox of tenant 4 is frozen
    at deliver (/srv/a/mail.js:12:11)
    at flushQueue (/srv/a/queue.js:40:5)
    at node:internal/process/task_queues:95:5

Node.js v20.11.0
"""
NODE_AGAIN = """/home/u/app/mail.js:21
    throw new MailboxError('mailbox of tenant 19 is frozen')
    ^

MailboxError: mailbox of tenant 19 is frozen
    at deliver (/home/u/app/mail.js:21:7)
    at flushQueue (/home/u/app/queue.js:44:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)

Node.js v22.3.0
"""
HANG = """INFO: task ledgerd:4711 blocked for more than 120 seconds.
      Not tainted 6.1.0
task:ledgerd state:D stack:0 pid:4711 ppid:1 flags:0x0
Call Trace:
 __schedule+0x2e0/0x870
 ledger_wait_commit+0x12/0x80 [ledger]
 ledger_fsync+0x41/0x90 [ledger]
 do_fsync+0x38/0x70
"""
AGAIN = {
    "python": (PYTHON, PYTHON_AGAIN, "3 of 3"),
    "java": (JAVA, JAVA_AGAIN, "4 of 4"),
    "rust": (RUST, RUST_AGAIN, "4 of 4"),
    "node": (NODE, NODE_AGAIN, "3 of 3"),
}
OTHERS = {
    "python": (PYTHON_AGAIN, "KeyError: 'tax_rate'", "KeyError: 'currency'"),
    "java": (JAVA_AGAIN, "ledger 7 is sealed by peer 31", "quota of tenant 9 is used up since noon"),
    "rust": (
        RUST_AGAIN,
        "segment 77 of tenant 12 was already compacted",
        "footer of index 7 is missing its checksum",
    ),
    "node": (NODE_AGAIN, "mailbox of tenant 19 is frozen", "no template for language 3"),
}
"""A trace, what it says, and another cause that the same program raises at the same place."""
QUIET = [
    f"2026-11-29T09:{n // 60 % 60:02}:{n % 60:02}Z INFO request id={n * 7} status=200 served by worker {n % 9}"
    for n in range(5000)
]


def amid(text: str) -> str:
    """The text in the middle of a log of 5,000 other lines."""
    return "\n".join([*QUIET[:2500], text.rstrip("\n"), *QUIET[2500:]])


@pytest.fixture(scope="module")
def ids() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def taught(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder, ids: dict[str, str]
) -> Iterator[KnowledgeBase]:
    """A home that learned all of the traces."""
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("traces") / "home"))
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        for name, (text, _, _) in AGAIN.items():
            ids[name] = kb.learn_pattern(text, f"the cause of {name}", f"the fix of {name}").id
        ids["hang"] = kb.learn_pattern(HANG, "the device is slow", "replace it").id
        yield kb


def ask(kb: KnowledgeBase, text: str) -> Answer:
    return kb.check_known_issues(text, record=False)


@pytest.mark.parametrize("name", AGAIN)
def test_a_trace_with_other_paths_line_numbers_and_addresses_is_known(
    taught: KnowledgeBase, ids: dict[str, str], name: str
) -> None:
    _, again, lines = AGAIN[name]

    answer = ask(taught, again)

    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == ids[name]
    assert answer.matches[0].tier is Tier.TRACE
    assert f"{lines} telling lines of the trace, in order" in answer.matches[0].reason


@pytest.mark.parametrize("name", AGAIN)
def test_a_trace_amid_five_thousand_other_lines_is_known_and_its_line_is_named(
    taught: KnowledgeBase, ids: dict[str, str], name: str
) -> None:
    _, again, lines = AGAIN[name]
    log = amid(again)

    answer = ask(taught, log)

    assert answer.verdict is Verdict.KNOWN
    match = answer.matches[0]
    assert (match.id, match.tier) == (ids[name], Tier.TRACE)
    assert f"{lines} telling lines" in match.reason
    assert match.evidence is not None
    said = OTHERS[name][1]
    assert said.split()[-1] in log.splitlines()[match.evidence.line - 1]
    assert 2500 < match.evidence.line <= 2500 + len(again.splitlines())


@pytest.mark.parametrize("name", ["python", "java", "rust"])
def test_a_trace_in_a_carrier_is_known(taught: KnowledgeBase, ids: dict[str, str], name: str) -> None:
    log = "\n".join(f"2026-11-29T09:00:00.000000001Z stderr F {line}" for line in AGAIN[name][1].splitlines())

    answer = ask(taught, log)

    assert answer.verdict is Verdict.KNOWN
    assert (answer.matches[0].id, answer.matches[0].tier) == (ids[name], Tier.TRACE)


@pytest.mark.parametrize("name", ["python", "java", "node"])
def test_the_same_exception_with_another_cause_is_not_known(taught: KnowledgeBase, name: str) -> None:
    again, said, other = OTHERS[name]
    assert said in again

    assert ask(taught, again.replace(said, other)).verdict is not Verdict.KNOWN


@pytest.mark.parametrize("name", OTHERS)
def test_the_same_exception_with_another_cause_is_not_known_amid_a_log(
    taught: KnowledgeBase, name: str
) -> None:
    again, said, other = OTHERS[name]

    assert ask(taught, amid(again.replace(said, other))).verdict is not Verdict.KNOWN


def test_the_message_of_a_trace_alone_is_known(taught: KnowledgeBase, ids: dict[str, str]) -> None:
    answer = ask(taught, "ledgerd: java.lang.IllegalStateException: ledger 7 is sealed by peer 31")

    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == ids["java"]
    assert "1 of 4 telling lines" in answer.matches[0].reason


def test_the_frames_of_a_trace_without_its_message_are_related_at_most(
    taught: KnowledgeBase, ids: dict[str, str]
) -> None:
    frames = "\n".join(JAVA_AGAIN.splitlines()[1:])

    answer = ask(taught, frames)

    assert answer.verdict is Verdict.RELATED
    assert answer.matches[0].id == ids["java"]


def test_lines_of_a_trace_in_another_order_do_not_add_up(taught: KnowledgeBase, ids: dict[str, str]) -> None:
    frames = [line for line in JAVA_AGAIN.splitlines() if "com.shop" in line]
    log = amid("\n".join([*reversed(frames), JAVA_AGAIN.splitlines()[0]]))

    matches = ask(taught, log).matches

    reason = next(match.reason for match in matches if match.id == ids["java"])
    assert "4 of 4" not in reason


def test_lines_of_a_trace_far_from_one_another_do_not_add_up(
    taught: KnowledgeBase, ids: dict[str, str]
) -> None:
    first, *frames = JAVA_AGAIN.splitlines()
    log = "\n".join([first, *QUIET, *frames])

    matches = ask(taught, log).matches

    reason = next(match.reason for match in matches if match.id == ids["java"])
    assert "1 of 4 telling lines" in reason


def test_a_hang_in_a_log_is_related_at_most_and_says_why(taught: KnowledgeBase, ids: dict[str, str]) -> None:
    log = amid(HANG.replace("4711", "99").replace("+0x12", "+0x1f"))

    answer = ask(taught, log)

    assert answer.verdict is Verdict.RELATED
    assert answer.matches[0].id == ids["hang"]
    assert "a hang shows where a task stood, not why" in answer.matches[0].reason


def test_a_log_in_which_nothing_of_a_trace_stands_is_unknown(taught: KnowledgeBase) -> None:
    answer = ask(taught, amid("2026-11-29T09:41:40Z ERROR the espresso machine of floor 3 leaks steam"))

    assert answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("asked", "learned", "expected"),
    [
        ("alpha beta gamma", "alpha beta gamma", 1.0),
        ("alpha beta", "gamma delta", 0.0),
        ("alpha beta", "alpha gamma", 0.5),
        ("alpha beta gamma delta", "alpha beta", 0.5),
        ("alpha beta", "alpha beta gamma delta", 0.5),
        ("alpha 17x", "alpha 99y", 1.0),
        ("", "alpha", 0.0),
        ("", "", 0.0),
    ],
    ids=["same", "nothing", "half of each", "says more", "says less", "numbers vary", "empty", "both empty"],
)
def test_two_texts_agree_as_far_as_each_says_what_the_other_says(
    asked: str, learned: str, expected: float
) -> None:
    words = ("alpha", "beta", "gamma", "delta")
    stats = CorpusStats(100, 10.0, dict.fromkeys(words, 10))

    assert agreement(tokenize(asked), tokenize(learned), stats) == pytest.approx(expected)


def test_a_rare_word_that_two_texts_share_counts_for_more_than_a_common_one() -> None:
    stats = CorpusStats(100, 10.0, {"alpha": 1, "beta": 90, "gamma": 50})

    rare = agreement(["alpha", "gamma"], ["alpha", "delta"], stats)
    common = agreement(["beta", "gamma"], ["beta", "delta"], stats)

    assert rare > common


def seen(*, said: float | None, frames: float | None, named: bool, leader: str = "") -> SeenTrace:
    return SeenTrace(
        said=said,
        frames=frames,
        missing=(),
        named=named,
        leader=leader,
        lines=1,
        of=2,
        tells=1.0,
        places=(),
        text="",
    )


def test_a_message_that_names_something_is_a_trace_without_its_frames_and_one_that_does_not_is_none() -> None:
    named = seen(said=1.0, frames=0.0, named=True)
    plain = seen(said=1.0, frames=0.0, named=False)

    assert named.share() >= ENOUGH
    assert plain.share() < ENOUGH


def test_frames_alone_are_no_trace_that_has_a_message() -> None:
    assert seen(said=0.0, frames=1.0, named=True).share() < ENOUGH
    assert seen(said=0.0, frames=1.0, named=False).share() < ENOUGH


def test_a_trace_without_a_message_is_its_frames_and_one_without_frames_its_message() -> None:
    assert seen(said=None, frames=0.8, named=False).share() == 0.8
    assert seen(said=0.7, frames=None, named=True).share() == 0.7
    assert seen(said=None, frames=None, named=False).share() == 0.0


def test_a_message_in_other_words_counts_as_far_as_it_is_alike() -> None:
    missing = seen(said=0.0, frames=1.0, named=True, leader="ledger <*> is sealed")

    assert missing.share(alike=0.2) < missing.share(alike=0.6) < 1.0
    assert (
        seen(said=0.0, frames=1.0, named=True).share(alike=0.6)
        == seen(said=0.0, frames=1.0, named=True).share()
    )
