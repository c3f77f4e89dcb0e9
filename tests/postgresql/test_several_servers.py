"""Two `kb serve` on one database: each write is found at the other server at once, none is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kb import KnowledgeBase
from tests.conftest import ROOT, database_of
from tests.doors.conftest import connected, served
from tests.doubles.encoders import HashedEncoder

pytestmark = pytest.mark.full
GATES = ("sluice", "lock", "weir", "culvert", "penstock", "spillway", "floodgate", "stopcock")
BASINS = ("northern", "southern", "eastern", "western", "upper", "lower")
CLIENTS, EACH = len(GATES), len(BASINS)


def test_what_one_server_writes_the_other_one_finds_and_nothing_is_lost_or_doubled(shared_home: Path) -> None:
    with ExitStack() as stack:
        urls = [stack.enter_context(served(shared_home))[0] for _ in range(2)]

        def live(client: int) -> list[str]:
            """Learn at one server, ask the other, tell what came of it at the first; ids of the lookups."""
            asked = list[str]()
            with connected(urls[client % 2]) as mine, connected(urls[1 - client % 2]) as theirs:
                for number in range(EACH):
                    line = f"FATAL {GATES[client]} of the {BASINS[number]} basin jammed"
                    learned = mine.call("learn_pattern", pattern=line, meaning="a tree", fix="pull it out")[
                        "id"
                    ]
                    answer = theirs.call("check_known_issues", error_text=line)
                    assert (answer["verdict"], answer["matches"][0]["id"]) == ("known", learned)
                    mine.call(
                        "record_outcome", entry_id=learned, result="resolved", lookup_id=answer["lookup_id"]
                    )
                    asked.append(answer["lookup_id"])
            return asked

        with ThreadPoolExecutor(CLIENTS) as pool:
            asked = [one for each in pool.map(live, range(CLIENTS)) for one in each]
    with closing(database_of(shared_home)) as db:
        kept = [row["id"] for row in db.rows("SELECT id FROM lookups WHERE verdict = 'known'")]
        told = [row["lookup_id"] for row in db.rows("SELECT lookup_id FROM outcomes")]
        learned = db.value("SELECT count(*) FROM entries WHERE headline LIKE 'FATAL % basin jammed'")
    assert (sorted(kept), sorted(told)) == (sorted(asked), sorted(asked))
    assert learned == len(asked) == CLIENTS * EACH


WRITING = """
import sys, time
from pathlib import Path
from kb import KnowledgeBase
from tests.conftest import ROOT, database_of
with database_of(Path(sys.argv[1])).write():
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_process_that_is_killed_while_it_writes_holds_nobody_up(shared_home: Path) -> None:
    command = [sys.executable, "-c", WRITING, str(shared_home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "writing\n"
        other.kill()
    with KnowledgeBase.open(shared_home, encoder=HashedEncoder()) as kb:
        assert kb.learn_pattern("FATAL the sluice of the basin jammed", "a tree", "pull it out").created
