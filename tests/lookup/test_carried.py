"""One learned line inside what logs put around it: wrappers, real carriers, long logs; through every door.

The texts are in `tests/answers/carried`, all made by this project: `wrappers.jsonl` has a line in 40 wrappers as tools
print them; `carriers.jsonl` has what a dozen real programs wrote around a line, around one with quotes, tabs and other
letters (`esc`) and around a traceback (`tb`); of both the first row is what is learned.  The logs are the second
occurrence of a fault of which the first is learned.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.doors.mcp.server import KbServer
from kb.index.encoder import OnnxEncoder
from kb.model.ledger import Verdict
from tests.conftest import ROOT, RunKb
from tests.doors.conftest import connected

CARRIED = ROOT / "tests" / "answers" / "carried"


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (CARRIED / name).read_text(encoding="utf-8").split("\n") if line]


WRITTEN, *WRAPPERS = rows("wrappers.jsonl")
ROWS = rows("carriers.jsonl")
LEARNED = {row["kind"]: row["text"] for row in ROWS if not row["carrier"]}
CARRIERS = [row for row in ROWS if row["carrier"]]
LONG = {
    "long-seg.log": "./worker-3.sh: line 3: 8812 Segmentation fault      ./indexer --shard 4",
    "long-perl.log": 'Can\'t call method "email" on an undefined value at /srv/a/mail.pl line 58.',
    "long-node.log": "listen EADDRINUSE: address already in use 0.0.0.0:3000",
    "long-rust.log": "index out of bounds: the len is 3 but the index is 48214",
}
PAIRS = {
    "a pid behind the level": (
        "2026-11-20 10:15:12.123 ERROR 4312 --- [nio-8080-exec-9] c.e.ledger.Store : "
        "ledger write refused: no leader for shard",
        "2026-12-03 22:41:09.001 ERROR 987 --- [nio-8080-exec-3] c.e.ledger.Store : "
        "ledger write refused: no leader for shard",
    ),
    "a user at a database": (
        "2026-11-20 10:15:12.123 UTC [4312] app@shop PANIC:  could not write to file pg_wal/xlogtemp.4312: "
        "No space left on device",
        "2026-11-22 12:15:12.123 UTC [977] billing@ledger PANIC:  could not write to file pg_wal/xlogtemp.977: "
        "No space left on device",
    ),
}


@contextmanager
def taught(home: Path, encoder: OnnxEncoder, *lines: str) -> Iterator[tuple[KnowledgeBase, list[str]]]:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        yield kb, [kb.learn_pattern(line, f"cause {n}", f"fix {n}").id for n, line in enumerate(lines)]


def copied(new_home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(new_home, folder / "home"))


@pytest.fixture(scope="module")
def ledger(
    new_home: Path, tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder
) -> Iterator[tuple[KnowledgeBase, str]]:
    """A home that learned the line of the wrappers."""
    with taught(copied(new_home, tmp_path_factory.mktemp("w")), encoder, WRITTEN["text"]) as (
        kb,
        (entry_id,),
    ):
        yield kb, entry_id


@pytest.fixture(scope="module")
def leases(
    new_home: Path, tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder
) -> Iterator[tuple[KnowledgeBase, dict[str, str]]]:
    """A home that learned a line of each kind of the carriers, and which entry is which."""
    home = copied(new_home, tmp_path_factory.mktemp("c"))
    with taught(home, encoder, *LEARNED.values()) as (kb, ids):
        yield kb, dict(zip(LEARNED, ids, strict=True))


@pytest.fixture(scope="module")
def logs(
    new_home: Path, tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder
) -> Iterator[tuple[KnowledgeBase, dict[str, str]]]:
    """A home that learned the faults of all long logs."""
    with taught(copied(new_home, tmp_path_factory.mktemp("l")), encoder, *LONG.values()) as (kb, ids):
        yield kb, dict(zip(LONG, ids, strict=True))


def test_there_are_forty_wrappers_and_twelve_carriers_of_three_kinds() -> None:
    assert len(WRAPPERS) == 40
    assert len(CARRIERS) == 12 * 3


@pytest.mark.parametrize("row", WRAPPERS, ids=lambda row: row["wrapper"])
def test_a_line_is_known_in_its_wrapper(ledger: tuple[KnowledgeBase, str], row: dict[str, str]) -> None:
    kb, entry_id = ledger

    answer = kb.check_known_issues(row["text"], record=False)

    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == entry_id


@pytest.mark.parametrize("row", WRAPPERS, ids=lambda row: row["wrapper"])
def test_another_line_in_the_same_wrapper_is_not_known(
    ledger: tuple[KnowledgeBase, str], row: dict[str, str]
) -> None:
    kb, _ = ledger
    said = "stock ledger refuses write: shard 9 has no leader since epoch 77"
    said = said.upper() if said not in row["text"] else said
    other = row["text"].replace(said, "price index of region 9 holds no rows for currency 77")
    assert other != row["text"]

    assert kb.check_known_issues(other, record=False).verdict is not Verdict.KNOWN


@pytest.mark.parametrize("row", CARRIERS, ids=lambda row: f"{row['carrier']}-{row['kind']}")
def test_a_line_is_known_as_a_real_carrier_writes_it(
    leases: tuple[KnowledgeBase, dict[str, str]], row: dict[str, str]
) -> None:
    kb, ids = leases

    answer = kb.check_known_issues(row["text"], record=False)

    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == ids[row["kind"]]


@pytest.mark.parametrize("name", LONG)
def test_the_last_line_of_a_long_log_is_known_in_the_whole_log_as_in_its_end(
    logs: tuple[KnowledgeBase, dict[str, str]], name: str
) -> None:
    kb, ids = logs
    text = (CARRIED / name).read_text(encoding="utf-8")
    end = "".join(text.splitlines(keepends=True)[-3:])

    for asked in (text, end):
        answer = kb.check_known_issues(asked, record=False)
        assert answer.verdict is Verdict.KNOWN
        assert answer.matches[0].id == ids[name]


@pytest.mark.parametrize("name", PAIRS)
def test_what_an_occurrence_alone_has_does_not_bind(kb: KnowledgeBase, name: str) -> None:
    first, second = PAIRS[name]
    entry_id = kb.learn_pattern(first, "a cause", "a fix").id

    answer = kb.check_known_issues(second)

    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == entry_id


def test_a_core_dump_is_known_by_another_process_and_other_addresses(kb: KnowledgeBase) -> None:
    log = (CARRIED / "coredump.log").read_text(encoding="utf-8")
    entry_id = kb.learn_pattern(log, "the shard table is empty", "load it").id
    again = (
        log.replace("4312", "987").replace("4400", "1203").replace("0x000055e1a2b3c4d5", "0x0000561f00b3c4d5")
    )

    answer = kb.check_known_issues(again.replace("node-7", "db-12").replace("Nov 20 10:15", "Dec  3 22:41"))

    assert answer.verdict is Verdict.KNOWN
    assert answer.matches[0].id == entry_id


DOORS = ["docker-json", "journal-json", "ansi", "java-trace", "win-csv"]


@pytest.mark.parametrize("name", DOORS)
def test_the_command_line_finds_a_line_in_its_wrapper(run_kb: RunKb, name: str) -> None:
    text = next(row["text"] for row in WRAPPERS if row["wrapper"] == name)
    learned = run_kb("learn", "pattern", WRITTEN["text"], "--fix", "restart the shard")
    assert learned.returncode == 0, learned.stderr

    done = run_kb("check", "-", "--json", input=text)

    answer = json.loads(done.stdout)
    assert answer["verdict"] == "known", done.stderr
    assert answer["matches"][0]["id"] == learned.stdout.strip()


def test_an_agent_finds_a_line_in_its_wrapper_and_is_told_what_the_log_says(
    ledger: tuple[KnowledgeBase, str],
) -> None:
    kb, entry_id = ledger
    texts = {row["wrapper"]: row["text"] for row in WRAPPERS}

    with connected(KbServer(kb)) as agent:
        answers = {name: agent.call("check_known_issues", error_text=texts[name]) for name in DOORS}

    assert {name: answer["verdict"] for name, answer in answers.items()} == dict.fromkeys(DOORS, "known")
    assert {answer["matches"][0]["id"] for answer in answers.values()} == {entry_id}
    assert answers["journal-json"]["seen"]["unit"] == "ledgerd.service"


def test_the_command_line_reads_a_long_log_to_its_end(run_kb: RunKb) -> None:
    learned = run_kb("learn", "pattern", LONG["long-node.log"], "--fix", "stop the other one")

    done = run_kb("check", "-", "--json", input=(CARRIED / "long-node.log").read_text(encoding="utf-8"))

    answer = json.loads(done.stdout)
    assert answer["verdict"] == "known"
    assert answer["matches"][0]["id"] == learned.stdout.strip()
