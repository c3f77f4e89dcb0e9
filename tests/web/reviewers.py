"""A home in which a reviewer has something to do: proposals, duplicates, unverified lessons, one in quarantine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import served

CAUSE, FIX = "a client kept writing after its lease ended", "fence the shard again"
LINE = "FATAL: berth 7 of the tide gauge refuses moorings"


@dataclass(frozen=True)
class Waiting:
    """The home, its server, and ids of what is in it."""

    home: Path
    url: str
    gauge: str
    kept: str
    gone: str
    held: str

    def ask(self) -> KnowledgeBase:
        return KnowledgeBase.open(self.home)

    def proposal(self, kind: str) -> str:
        with self.ask() as kb:
            return next(one.proposal.id for one in kb.proposals.list() if one.proposal.kind == kind)

    def text(self, name: str) -> str:
        return (self.home / "learned" / name).read_text()


@contextmanager
def waiting_home(folder: Path, new_home: Path, encoder: OnnxEncoder, *words: str) -> Iterator[Waiting]:
    """The home, served."""
    home = Path(shutil.copytree(new_home, folder / "home"))
    with KnowledgeBase.open(home, encoder=encoder, actor="agent-7") as kb:
        gauge = kb.learn_pattern(LINE, "the gauge counts twice", "reset it", services=["tide-gauge"]).id
        kept = kb.learn_pattern("ledger shard 12 rejected stale fencing token", CAUSE, FIX).id
        gone = kb.learn_pattern(
            "ledger shard 977 rejected stale fencing token", f"{CAUSE} for a while", FIX
        ).id
        held = kb.learn_pattern("the crane of quay 3 is stuck", "rust", "hit it").id
        for _ in range(3):
            kb.record_outcome(held, "made_worse", note="it fell")
        for number in range(4):
            kb.check_known_issues(f"the ferry bell of deck {number} rings at night", service="ferry")
        answer = kb.check_known_issues(f"ERROR {LINE}", service="tide-gauge")
        kb.record_outcome(gauge, "resolved", answer.lookup_id, verified_by="ana")
        kb.healthy.add(["INFO berth 3 is open", "INFO all quiet"], "a quiet Sunday")
        incident = kb.incidents.open("tide gauge is silent", service="tide-gauge", severity="SEV2")
        kb.incidents.add_action_item("Wire a second gauge", owner="mara", incident_id=incident.id)
    with served(home, *words) as (url, _):
        yield Waiting(home, url.removesuffix("/mcp"), gauge, kept, gone, held)
