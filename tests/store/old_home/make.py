"""Makes the home of an earlier version that `test_old_home.py` opens; run once, with the code of that version.

`PYTHONPATH=OLD python tests/store/old_home/make.py FOLDER OLD/examples`, with OLD a checkout of commit 2995bad and
FOLDER an empty folder that names nothing of this machine, such as `/srv/a`.  It leaves FOLDER/home, FOLDER/documents
and FOLDER/said.json (what that version said of them), and packs all three beside itself.  Its clock is its own; of the
ids only those of lookups and incidents are drawn at random.
"""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import kb
from kb import KnowledgeBase
from kb.starter import make_home

HERE = Path(__file__).parent
PACKED = HERE / "home.tar.xz"
DOCUMENTS = (
    "known-errors/KE-0007-idle-connections-closed.md",
    "known-errors/KE-0011-pods-stuck-terminating.md",
    "postmortems/2026-04-15-api-latency-connection-leak.md",
    "runbooks/disk-full.md",
    "changes/auth-service-argocd.yaml",
)
_TOKEN = "{n}f3c9a7e-1b2d-4c5e-8f90-a1b2c3d4e5f6"
FENCED = f"ERROR [http-exec-{{n}}] ledger shard {{n}}1 rejected stale fencing token {_TOKEN} from 10.0.0.{{n}}:5432"
GROUP = "kafka: consumer group payments-settle lost partition assignment, generation {n}0417 fenced by 10.0.1.{n}:9092"
VOLUME = (
    f"reconcile.go:210] volume attachment csi-{_TOKEN} stuck detaching from node ip-10-0-0-{{n}}.ec2.internal"
)
ASKED_AS = "the till says that shard 4 of the basket is an orphan"
QUIET = [
    "2026-03-01T09:00:01Z INFO shard rebalance finished in 12 ms",
    "2026-03-01T09:00:02Z INFO lease renewed for worker 7",
    "2026-03-01T09:00:03Z WARN lease renewed late for worker 9",
    "2026-03-01T09:00:04Z WARN cache warmed late on host web-3",
    "2026-03-01T09:00:05Z INFO cache warmed on host web-4",
]


class Clock:
    """Goes on by a minute with every look at it."""

    def __init__(self) -> None:
        self.now, self.step = datetime(2026, 3, 2, 9, tzinfo=UTC), timedelta(minutes=1)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def main(folder: Path, examples: Path) -> None:
    """Make the home and pack it."""
    print(kb.__file__)
    home, clock = folder / "home", Clock()
    make_home(home)
    for name in ("patterns", "tool_fixes", "service_quirks"):
        shutil.copy(HERE / f"{name}.yaml", home / "learned" / f"{name}.yaml")
    for name in DOCUMENTS:
        (folder / "documents").mkdir(exist_ok=True)
        shutil.copy(examples / name, folder / "documents" / Path(name).name)
    with KnowledgeBase.open(home, clock=clock, actor="ana") as base:
        base.ingest(folder / "documents")
        live(base, {entry.title: entry.id for entry in base.places()})
    with KnowledgeBase.open(home, clock=clock, actor="ana") as base:
        clock.step = timedelta()
        said = {"at": clock.now.isoformat(), **told(base)}
    (folder / "said.json").write_text(json.dumps(said, indent=1))
    pack(folder)


def live(base: KnowledgeBase, ids: dict[str, str]) -> None:
    """Some weeks with the home: what was asked, what came of it, and what was decided."""
    learned(base)
    outcomes(base, ids)
    healthy(base, ids)
    incident(base)
    proposals(base)
    base.changes.record(
        "deploy", "basket", "prod", version="2.4.1", previous="2.4.0", summary="Faster baskets"
    )
    base.session_log("Looked at the week", "all quiet but for the ledger")
    base.publish_review(7)


def learned(base: KnowledgeBase) -> None:
    """Entries that kb itself writes, one of them with samples, one with a regex."""
    base.learn_pattern(
        "FATAL tide gauge 7 reports a negative depth",
        "the gauge froze",
        "thaw it",
        "gauge thaw 7",
        "harbour",
        must_match=["2026-03-01 FATAL tide gauge 7 reports a negative depth"],
        services=["harbour"],
    )
    base.learn_pattern(r"sluice \d+ is jammed after \d+ turns", "ice", "wait", regex=True)
    base.learn_tool_fix("lockctl", "lock chamber 3 refused: gate open", "the gate is open", "close the gate")


def outcomes(base: KnowledgeBase, ids: dict[str, str]) -> None:
    """Resolved, verified or not; failed until it is quarantined; came back; and words that an outcome taught."""
    orphan = ids["basket shard 17 has no leader"]
    for verified in ("ben", "cleo", None):
        lookup = base.check_known_issues("ERROR basket shard 21 has no leader", service="basket").lookup_id
        base.record_outcome(orphan, "resolved", lookup, verified)
    lookup = base.check_known_issues(ASKED_AS, service="basket").lookup_id
    base.record_outcome(orphan, "resolved", lookup, "ben", "asked in other words")
    pid = next(one for title, one in ids.items() if "worker 4412 exited" in title)
    base.record_outcome(pid, "resolved", None, "ben")
    base.record_outcome(pid, "recurred")
    bad = ids["mirror eu-west-3 is behind by 41 commits"]
    for _ in range(4):
        lookup = base.check_known_issues("mirror eu-north-1 is behind by 7 commits").lookup_id
        base.record_outcome(bad, "failed", lookup)
    for beginning in ("runbook-respond-to-a-slow-database", "known-error-first-request"):
        base.record_outcome(
            next(one for one in ids.values() if one.startswith(beginning)), "resolved", None, "cleo"
        )
    base.set_status(ids["invoice 8812 was printed twice"], "retired", "the printer is gone", "ben")


def healthy(base: KnowledgeBase, ids: dict[str, str]) -> None:
    """One entry goes into quarantine for good, one is put back by a person."""
    base.healthy.add(QUIET, "api-2026-03-01")
    base.set_status(ids["cache warmed late"], "active", "late is late, also when nobody noticed", "ben")
    base.refresh()


def incident(base: KnowledgeBase) -> None:
    """One that ended and was verified, and one that is open."""
    lookup = base.check_known_issues(
        "FATAL tide gauge 9 reports a negative depth", service="harbour"
    ).lookup_id
    one = base.incidents.open("Harbour closed", service="harbour", severity="SEV2", lookup_id=lookup)
    gauge = next(place.id for place in base.places() if place.title.startswith("FATAL tide gauge"))
    base.incidents.acknowledge("ben", one.id)
    base.incidents.hypothesise("The gauge froze", "suspected", incident_id=one.id)
    base.incidents.mitigate("Thawed the gauge", gauge, True, one.id)
    base.incidents.resolve("The gauge is warm", "The gauge froze", gauge, "heat it", one.id)
    base.incidents.verify("all", "cleo", one.id)
    base.incidents.add_action_item("Buy a heater", "ben", "2026-04-01", incident_id=one.id)
    base.incidents.close(one.id)
    two = base.incidents.open("Baskets are slow", service="basket", severity="SEV3")
    base.incidents.log("Looked at the leader", "there is one", two.id)


def proposals(base: KnowledgeBase) -> None:
    """One drafted pattern accepted, one rejected, one open."""
    for n in (1, 2, 3):
        for template in (FENCED, GROUP, VOLUME):
            base.check_known_issues(template.format(n=n), service="ledger" if template == FENCED else "")
    found = {one.proposal.lines[0]: one.proposal.id for one in base.proposals().list() if one.proposal.lines}
    base.proposals().accept(
        found[GROUP.format(n=1)], {"meaning": "two consumers have one name"}, reviewed_by="ben"
    )
    base.proposals().reject(found[VOLUME.format(n=1)], "the cloud's own business")


def told(base: KnowledgeBase) -> dict[str, Any]:
    """What this version says of its home, of what it computes rather than keeps."""
    base.refresh()
    entries = {place.id for place in base.places()}
    trust = {one: base.trust_of(base.get(one)) for one in sorted(entries)}
    return {
        "trust": {key: [one.value, one.n, str(one.last or "")] for key, one in trust.items()},
        "open_proposals": [one.proposal.id for one in base.proposals().list()],
        "incidents": [[one.id, one.title, len(one.timeline)] for one in base.incidents.recent(9)],
        "problems": [str(one) for one in base.problems()],
    }


def pack(folder: Path) -> None:
    """The home without locks, packed so that packing it again gives the same bytes."""

    def plain(item: tarfile.TarInfo) -> tarfile.TarInfo | None:
        item.uid = item.gid = item.mtime = 0
        item.uname = item.gname = ""
        return None if "/locks" in item.name or item.name.endswith((".signatures", "-shm")) else item

    with tarfile.open(PACKED, "w:xz", preset=9) as out:
        for name in ("home", "documents", "said.json"):
            out.add(folder / name, name, filter=plain)


def unpack(folder: Path) -> Path:
    """The home as that version left it, below the folder, beside its documents and `said.json`."""
    with tarfile.open(PACKED) as packed:
        packed.extractall(folder, filter="data")
    return folder / "home"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
