"""A home as a team has it: thousands of entries, of the public corpora where they lie beside the project.

Where they do not, as on a machine that has the repository alone, the home is of `examples/`: fewer documents of the
same kinds.  Nothing of the corpora is written here; tests ask for what they find in the home.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.conftest import ROOT, SHARED
from tests.doors.conftest import served
from tests.web.conftest import ADMIN, READ, RESPOND, WRITE

EXAMPLES = ("postmortems", "runbooks", "alerts", "known-errors", "troubleshooting", "memory")


@dataclass(frozen=True)
class FullHome:
    """The home, its servers (one of this machine alone, one that asks for tokens), and a runbook and an error of it."""

    home: Path
    open_url: str
    guarded_url: str
    runbook: tuple[str, str]
    """Id and title."""
    known_error: tuple[str, str]

    def ask(self) -> KnowledgeBase:
        """The home, for what a test wants to know of its files and database."""
        return KnowledgeBase.open(self.home)

    def outcomes(self, entry_id: str) -> list[tuple[str, str, str]]:
        """Of an entry, the newest first: what came of it, the note, who said so."""
        with self.ask() as kb:
            return [(one.result, one.note, one.actor) for one in kb.known.record(kb.get(entry_id)).outcomes]

    def text(self, name: str) -> str:
        """A memory file."""
        return (self.home / "learned" / name).read_text()

    def status(self, entry_id: str) -> str:
        """Of an entry."""
        with self.ask() as kb:
            return str(kb.get(entry_id).status)


def documents() -> list[Path]:
    """What is ingested: the corpora where they are, else the examples."""
    corpora = SHARED / "corpora"
    return [corpora] if corpora.is_dir() else [ROOT / "examples" / name for name in EXAMPLES]


@contextmanager
def full_home(folder: Path, new_home: Path, encoder: OnnxEncoder) -> Iterator[FullHome]:
    """The home, filled and served."""
    home = Path(shutil.copytree(new_home, folder / "home"))
    with KnowledgeBase.open(home, encoder=encoder, actor="nightly") as kb:
        kb.ingest(*documents())
        runbook, error = (_one(kb, kind) for kind in ("runbook", "known_error"))
        kb.healthy.add(["INFO all is as it should be", "INFO berth 3 is open"], "a quiet Sunday")
    tokens = folder / "tokens"
    tokens.write_text(f"write: {ADMIN}\nread: {READ}\nrespond noor: {RESPOND}\nwrite mara: {WRITE}\n")
    with served(home) as (url, _), served(home, "--token-file", str(tokens)) as (guarded, _):
        yield FullHome(home, url.removesuffix("/mcp"), guarded.removesuffix("/mcp"), runbook, error)


def _one(kb: KnowledgeBase, kind: str) -> tuple[str, str]:
    """Of a kind an entry whose title alone leads to it."""
    for one in kb.places():
        if one.id.startswith(kind.replace("_", "-")):
            found = kb.check_known_issues(one.title, record=False)
            if found.verdict == "known" and [match.id for match in found.matches[:1]] == [one.id]:
                return one.id, one.title
    raise AssertionError(f"no {kind} of the home is known by its title")
