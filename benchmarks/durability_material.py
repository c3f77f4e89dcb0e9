"""What the durability runs write: errors told apart by their words, and a home with comments.

`story(n)` is the same in every process, so that a reader knows what writer `n` wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kb import KnowledgeBase
from kb.starter import make_home

_PARTS = [
    ("invoice renderer", "bill printing service"),
    ("session broker", "login token store"),
    ("thumbnail farm", "image resizing workers"),
    ("ledger replicator", "accounting copy job"),
    ("geocoder", "address lookup"),
    ("mail relay", "outgoing email gateway"),
    ("feature toggle daemon", "flag switch service"),
    ("coupon engine", "discount calculator"),
    ("courier scheduler", "delivery planner"),
    ("audit archiver", "compliance log store"),
    ("search crawler", "page indexing robot"),
    ("payroll exporter", "salary file writer"),
    ("chat presence hub", "online status service"),
    ("video transcoder", "movie format converter"),
    ("warehouse scanner", "stock barcode reader"),
    ("consent registry", "privacy choices database"),
    ("fraud scorer", "suspicious payment detector"),
    ("telemetry funnel", "metrics collector"),
    ("translation cache", "language text store"),
    ("seat allocator", "ticket place chooser"),
]
_FAULTS = [
    ("lost its quorum", "too few voters left to agree"),
    ("ran out of file handles", "too many open files"),
    ("rejects the signature", "the signed token is not accepted"),
    ("starves on a mutex", "threads wait for one lock"),
    ("returns stale rows", "old data comes back"),
    ("overflows its ring buffer", "the circular queue is full"),
    ("forgets the timezone", "wrong hour offset"),
    ("panics on an empty batch", "crashes when there is no item"),
    ("leaks sockets", "connections are never closed"),
    ("deadlocks on shutdown", "hangs while it stops"),
    ("drops every second message", "half of the events vanish"),
    ("misreads the byte order mark", "bad encoding prefix"),
    ("exhausts the heap", "no memory left"),
    ("cannot renew its lease", "lock ownership times out"),
    ("recurses without end", "stack overflow"),
    ("truncates long names", "identifiers are cut short"),
    ("writes to a full disk", "no space left"),
    ("trusts an expired certificate", "outdated certificate in use"),
    ("reorders the partitions", "shards come in wrong sequence"),
    ("loops on a poison message", "retries one bad item forever"),
]
_OCCASIONS = [
    ("after the kernel upgrade", "new operating system version"),
    ("during the nightly backup", "while copies are made at night"),
    ("once the proxy was moved", "gateway relocated"),
    ("under the holiday traffic", "many visitors on vacation days"),
    ("since the schema change", "database columns altered"),
    ("behind the new firewall", "packet filter replaced"),
    ("when daylight saving ends", "clocks set back"),
    ("on the arm nodes", "different processor architecture"),
    ("with the beta driver", "unreleased hardware module"),
    ("in the disaster drill", "failover exercise"),
    ("while the cluster shrinks", "fewer machines"),
    ("beside the batch import", "bulk load running"),
    ("through the satellite link", "slow space connection"),
    ("for guests without cookies", "anonymous browsers"),
    ("across the ocean replica", "remote continent copy"),
    ("inside the sandbox tenant", "test customer"),
    ("before the cache is warm", "cold start"),
    ("around the quota reset", "limits begin anew"),
    ("despite the feature freeze", "no new code allowed"),
    ("near the storage ceiling", "almost full volume"),
]
CATEGORIES = ("pod_errors", "database", "network_errors", "deployment", "certificates")


@dataclass(frozen=True, slots=True)
class Story:
    """One error: its text, the same in other words, and what helps."""

    text: str
    paraphrase: str
    fix: str


def story(number: int) -> Story:
    """The error of this number; all below 8,000 differ."""
    spread = number * 3001 % 8000
    part, fault, occasion = _PARTS[spread % 20], _FAULTS[spread // 20 % 20], _OCCASIONS[spread // 400]
    return Story(
        text=f"{part[0]} {fault[0]} {occasion[0]}",
        paraphrase=f"{occasion[1]}: {part[1]}, {fault[1]}",
        fix=f"restart the {part[0]} and undo what came {occasion[0]}",
    )


def write(kb: KnowledgeBase, number: int) -> str:
    """Learn the story of this number, as a pattern or a tool fix; returns the entry's id."""
    told = story(number)
    if number % 2:
        return kb.learn_tool_fix(f"tool_{number % 7}", told.text, told.paraphrase, told.fix).id
    category = CATEGORIES[number // 2 % len(CATEGORIES)]
    return kb.learn_pattern(told.text, told.paraphrase, told.fix, ["kubectl get pods"], category).id


def article(folder: Path, number: int) -> Path:
    """A known-error article with the story of this number, as a file to ingest."""
    told = story(number)
    path = folder / f"article-{number}.md"
    path.write_text(
        f"# The {told.text}\n\n## Symptoms\n\n```\n{told.text}\n```\n\n## Root cause\n\n{told.paraphrase}\n\n"
        f"## Workaround\n\n{told.fix}\n"
    )
    return path


COMMENTED = """# The patterns of team Harbour.  Ask before you delete.

database_patterns:   # the oldest list
  # seen twice in one week
  - pattern: "tidal gauge reports a negative depth"   # really: a swapped cable
    fix: swap the cable back
    owner: harbour   # not a key of kb's

  # kept for the auditors
  - pattern: "crane stops over the second berth"
    fix: |
      lower the boom   # this is text, not a comment
      and call the foreman
# between the lists

pod_patterns:
    # indented by four, on purpose
    - pattern: 'pilot boat does not answer the hail'
      fix: use the other channel
# the last line is a comment
"""


def commented_home(folder: Path) -> Path:
    """A home whose YAML holds comments in every place where people put them."""
    make_home(folder)
    (folder / "learned" / "patterns.yaml").write_text(COMMENTED)
    (folder / "documents").mkdir()
    return folder


def comments(text: str) -> list[str]:
    """The comments of a YAML text, in order; the block scalar's `#` counts too, since it must stay."""
    return [line[line.index("#") :].rstrip() for line in text.splitlines() if "#" in line]
