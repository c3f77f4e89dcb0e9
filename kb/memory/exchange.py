"""A folder, such as a git repository, kept in step with the memory of a home: `kb memory export`, `kb memory import`.

A note in the folder says of each file what both sides had in common last.  So it is known which side changed since:
what changed on one goes to the other, and what changed on both is told and left alone, for nothing is merged here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from kb.errors import FileChanged, FileUnreadable, HomeNotWritable, InvalidInput, KbError
from kb.home import Home, checked_key
from kb.memory import yaml_file
from kb.memory.folder import MemoryFolder
from kb.memory.texts import MemoryTexts
from kb.memory.yaml_file import FileText
from kb.model.receipts import ExchangeReport, MemoryConflict
from kb.text.secrets.gate import check_added

NOTE = ".kb-memory.json"
"""The file of the folder that says what both sides had in common last: by key, the hash of the text."""
_SHORT = 12


class Compared:
    """A memory file as both sides have it; None where one has it not."""

    def __init__(self, key: str, here: FileText | None, there: FileText | None, common: str | None) -> None:
        self.key, self.here, self.there = key, here, there
        """Of the home and of the folder."""
        ours, theirs = (one.sha256 if one else None for one in (here, there))
        self.is_same = ours == theirs
        self.changed_here = not self.is_same and ours != common
        self.changed_there = not self.is_same and theirs != common

    @property
    def is_conflict(self) -> bool:
        """Whether it changed on both sides since they were the same."""
        return self.changed_here and self.changed_there

    @property
    def version(self) -> str:
        """What `over` calls the home's text."""
        return version_of(self.key, self.here)


def version_of(key: str, text: FileText | None) -> str:
    """A key with the beginning of the text's hash."""
    return f"{key}@{text.sha256[:_SHORT] if text else 'none'}"


class Exchange:
    """A home's memory beside a folder."""

    def __init__(self, texts: MemoryTexts, folder: Path) -> None:
        self._texts, self._root = texts, folder.expanduser().resolve()
        self._folder = MemoryFolder(Home(self._root))

    def compare(self) -> list[Compared]:
        """Each file that one of both has, by its key.  Raises FileUnreadable for what is no text."""
        common, here, there = common_of(self._root), set(self._texts.names()), set(self._folder.names())
        return [
            Compared(
                key,
                self._texts.read(key) if key in here else None,
                self._folder.read(key) if key in there else None,
                common.get(key),
            )
            for key in sorted(here | there)
        ]

    def export(self, over: Collection[str] = (), *, dry_run: bool = False) -> ExchangeReport:
        """Write what changed in the home into the folder, and nothing where anything changed on both sides.

        `over` names versions (`learned/patterns@3f2a9c1b04de`) of the home that are written over what changed in the
        folder.  Raises HomeNotWritable, FileChanged.
        """
        found = self.compare()
        report = self._report(found, over, dry_run, ours=True)
        if dry_run or report.conflicts:
            return report
        try:
            for one in found:
                if one.key in (*report.written, *report.removed):
                    self._write(one)
            self._note(found, but=report.left)
        except OSError as error:
            raise HomeNotWritable(f"{self._root}: cannot be written ({error.strerror or error})") from error
        return report

    def take_in(self, over: Collection[str] = (), *, dry_run: bool = False) -> ExchangeReport:
        """Keep in the home what changed in the folder, all of it or nothing; else as `export`.

        `over` names the versions of the home in whose place the folder's texts are kept.  Raises FileUnreadable with
        each place that is no valid YAML, InvalidInput for names that no memory file has.
        """
        if not self._root.is_dir():
            raise InvalidInput(f"{self._root}: there is no such folder; kb memory export makes it")
        found = self.compare()
        report = self._report(found, over, dry_run, ours=False)
        wanted = [one for one in found if one.key in (*report.written, *report.removed)]
        _check(wanted, self._folder)
        if dry_run or report.conflicts:
            return report
        with self._texts.together():
            for one in wanted:
                self._texts.put(one.key, one.there, one.here)
        with suppress(OSError):  # (a folder that is only read is compared by its texts the next time)
            self._note(found, but=report.left)
        return report

    def _report(
        self, found: Iterable[Compared], over: Collection[str], dry_run: bool, *, ours: bool
    ) -> ExchangeReport:
        written, removed, left, conflicts = list[str](), list[str](), list[str](), list[MemoryConflict]()
        unmet = {*over}
        for one in found:
            if one.is_conflict and one.version not in over:
                conflicts.append(self._conflict(one))
            elif one.is_conflict or (one.changed_here if ours else one.changed_there):
                (written if (one.here if ours else one.there) else removed).append(one.key)
            elif not one.is_same:
                left.append(one.key)
            unmet -= {one.version} if one.is_conflict else set()
        if unmet:
            raise InvalidInput(
                f"{', '.join(sorted(unmet))}: the home has another version by now, or no conflict there; look again"
            )
        return ExchangeReport(
            folder=str(self._root),
            dry_run=dry_run,
            written=tuple(written),
            removed=tuple(removed),
            left=tuple(left),
            conflicts=tuple(conflicts),
        )

    def _conflict(self, one: Compared) -> MemoryConflict:
        told = self._texts.told(one.key) if one.here else "not there any more"
        return MemoryConflict(
            key=one.key,
            home=f"{self._texts.place(one.key)} of the home: {told}",
            folder=f"{self._folder.path(one.key)}: {self._folder.told(one.key) if one.there else 'deleted'}",
            version=one.version,
        )

    def _write(self, one: Compared) -> None:
        path = self._folder.path(one.key)
        if one.there and not self._folder.says(one.key, one.there):
            raise FileChanged(f"{path} was changed by somebody else meanwhile; try again")
        if one.here is None:
            path.unlink(missing_ok=True)
        else:
            yaml_file.write_atomically(path, one.here.raw)

    def _note(self, found: Iterable[Compared], but: Collection[str]) -> None:
        """Note what both sides have in common now; of what was left alone, what they had before."""
        before, common = common_of(self._root), dict[str, str]()
        now = {key: self._folder.read(key) for key in self._folder.names()}
        for one in found:
            if one.key in but:
                common |= {one.key: before[one.key]} if one.key in before else {}
            elif one.key in now:
                common[one.key] = now[one.key].sha256
        if common != before:
            note(self._root, common)


def common_of(folder: Path) -> dict[str, str]:
    """What a folder had in common with its home, by key; nothing where that is not known."""
    try:
        found = json.loads((folder / NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{folder / NOTE}: cannot be read ({error}); bring it back from git") from error
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise FileUnreadable(f"{folder / NOTE}: is not what kb wrote there; bring it back from git")
    return found


def note(folder: Path, common: Mapping[str, str]) -> None:
    """Note what a folder has in common with its home.  Raises OSError."""
    said = json.dumps(dict(sorted(common.items())), indent=1)
    yaml_file.write_atomically(folder / NOTE, f"{said}\n".encode())


def _check(wanted: Iterable[Compared], folder: MemoryFolder) -> None:
    """Raise for what must not come into a home: no YAML, no memory key, a secret."""
    wrong = list[str]()
    for one in wanted:
        path = folder.path(one.key)
        try:
            checked_key(one.key)
            if one.there:
                yaml_file.check_parses(path, one.there.text)
                check_added(one.here.text if one.here else "", one.there.text, str(path))
        except KbError as error:
            wrong.append(str(error))
    if wrong:
        raise FileUnreadable("; ".join(wrong) + "; nothing was taken in")
