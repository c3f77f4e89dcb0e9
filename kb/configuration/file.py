"""`kb.toml` as the home has it now, with what the environment says instead.

The file is read again when it changes, so a server need not be started anew.  A file that cannot be read is one
problem, and the home answers as without it.  What the environment says goes before the file.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from kb.configuration.database import DATABASE_URL
from kb.configuration.sections import FILE, SECRETS, Configuration, Database, Hook, Reading, SignIn, Target
from kb.configuration.sense import LEAST_DAYS, is_secret
from kb.errors import InvalidInput, Problem
from kb.home import Home

KEEP_DAYS = "KB_KEEP_DAYS"
"""The environment variable that says after how many days old rows are swept; `off` where only `kb sweep` does it."""
Holder = Hook | Target | SignIn | Database
"""What may have secrets."""
_NOTHING = Reading()
_log = logging.getLogger("kb.configuration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value that holds now: what it is, and who said so."""

    key: str
    value: str
    """As it would stand in the file; what is secret is hidden."""
    source: str
    """`kb.toml:12`, `environment KB_KEEP_DAYS`, or `default`."""


class ConfigurationFile:
    """The configuration of one home."""

    def __init__(self, home: Home, environ: Mapping[str, str] = os.environ) -> None:
        self.path: Path = home.configuration
        """Where it stands."""
        self._environ = environ
        self._read: tuple[object, Reading] = (None, _NOTHING)
        self._good: Configuration | None = None
        self._warned_of = _NOTHING

    def load(self) -> Reading:
        """What the file says now; without one, nothing.  Cheap when nothing changed."""
        try:
            found = self.path.stat()
            stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
            if self._read[0] != stamp:
                from kb.configuration.reading import read_text  # most homes have no such file

                self._read = (stamp, read_text(self.path.read_text(encoding="utf-8-sig")))
        except (FileNotFoundError, NotADirectoryError):
            return _NOTHING
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror or error if isinstance(error, OSError) else "it is no UTF-8"
            return Reading(problems=(Problem(FILE, None, f"cannot be read: {why}; nothing of it is used"),))
        return self._read[1]

    def current(self) -> Configuration:
        """What holds now, as far as the file has no mistake."""
        return self.load().values

    def good(self) -> Configuration:
        """What holds now, or what held before somebody made a mistake in the file; that is logged once.

        Raises InvalidInput where it has had one since this was made: half of it may do more than was meant, or less.
        """
        read = self.load()
        if not read.problems:
            self._good = read.values
            return read.values
        if self._good is None:
            raise InvalidInput(f"{FILE} has a mistake ({read.problems[0]}); see: kb config check")
        if read is not self._warned_of:
            self._warned_of = read
            _log.warning("what %s said before goes on, since it has a mistake: %s", FILE, read.problems[0])
        return self._good

    def problems(self) -> tuple[Problem, ...]:
        """The mistakes in it."""
        return self.load().problems

    def warnings(self) -> list[str]:
        """What is no mistake and yet would surprise: variables that are not set, secrets that others can read."""
        said = self.load().values
        return [*_warnings(said, self._environ), *self._templates(said), *self._readable_secrets()]

    def keep_days(self) -> int | None:
        """After how many days old rows are swept; None where that is turned off.

        Raises InvalidInput where the environment or the file says it wrongly: nothing may then be swept by a guess.
        """
        given = self._environ.get(KEEP_DAYS, "").strip()
        if given.casefold() == "off":
            return None
        if given and not given.isdecimal():
            raise InvalidInput(f"{KEEP_DAYS}={given!r} is no number of days; give one, such as 400, or off")
        if given:
            return checked_days(int(given))
        read = self.load()
        wrong = [one for one in read.problems if "retention" in one.message or not read.said]
        if wrong:
            raise InvalidInput(f"how long lookups are kept is not known: {wrong[0]}")
        days = read.values.retention.lookups
        return None if days == "off" else days

    def secret(self, holder: Holder, field: Literal["token", "secret", "url"]) -> str:
        """A token, secret or URL: that of the environment where it names a variable that is set, else the file's."""
        return of_environment(holder, field, self._environ) or getattr(holder, field, "")

    def settings(self) -> list[Setting]:
        """Every value that the file or the environment says, and of the sections that always count the defaults."""
        read = self.load()
        found = [*_of_environment(self._environ), *_said(read, self._environ)]
        told = {one.key for one in found}
        return [*found, *(one for one in _defaults(read.values, self._environ) if one.key not in told)]

    def _templates(self, said: Configuration) -> Iterator[str]:
        """Templates that are not there."""
        for number, target in enumerate(said.notify):
            if target.template and not (self.path.parent / target.template).is_file():
                told = "; the file is not in the home, so messages say that instead"
                yield f'notify[{number}].template: "{target.template}"{told}'

    def _readable_secrets(self) -> Iterator[str]:
        held = [
            f"{key}.{field}"
            for key, holder in _holders(self.current()).items()
            for field in SECRETS
            if is_secret(holder, field)
        ]
        if held and self.path.exists() and self.path.stat().st_mode & 0o077:
            yield (
                f"{self.path} holds what must stay secret ({', '.join(held)}), and others may read it: chmod 600, or "
                f"name variables of the environment instead ({', '.join(f'{key}_env' for key in held)})"
            )


def checked_days(days: int) -> int:
    """The days, where they are enough.  Raises InvalidInput."""
    if days < LEAST_DAYS:
        raise InvalidInput(
            f"{days} days are too few: proposals are drafted from the lookups of half a year; give {LEAST_DAYS} or more"
        )
    return days


def of_environment(holder: Holder, field: str, environ: Mapping[str, str]) -> str:
    """The value of the variable that `<field>_env` names; empty where none is named or set."""
    name = getattr(holder, f"{field}_env", "")
    return environ.get(name, "") if name else ""


def _holders(said: Configuration) -> dict[str, Holder]:
    """Whatever may have secrets, by its key."""
    hooks = {f"hooks.{name.replace('/', '.')}": hook for name, hook in said.hooks.named().items()}
    targets = {f"notify[{number}]": target for number, target in enumerate(said.notify)}
    sign_in = {"sign_in": said.sign_in} if said.sign_in else {}
    return {**hooks, **targets, **sign_in, "database": said.database}


def _warnings(said: Configuration, environ: Mapping[str, str]) -> Iterator[str]:
    for key, holder in _holders(said).items():
        for field in SECRETS:
            name = getattr(holder, f"{field}_env", "")
            if name and not environ.get(name):
                instead = (
                    "the file's own is taken"
                    if getattr(holder, field, "")
                    else "it cannot be used until it is"
                )
                yield f"{key}.{field}_env: {name} is not set here; {instead}"
    if said.hooks.named() and not said.hooks.open:
        yield "no [[hooks.open]] says what opens an incident: every alert is looked up, and opens none"


def _said(read: Reading, environ: Mapping[str, str]) -> Iterator[Setting]:
    """What the file says, in its order, unless the environment says it."""
    from kb.configuration.reading import line_of, written

    holders = _holders(read.values)
    for path in read.said:
        key, value = written(path), _at(read.values, path)
        if value is None or _is_overruled(key, environ):
            continue
        holder, _, field = key.rpartition(".")
        name = getattr(holders.get(holder), f"{field}_env", "")
        if name and environ.get(name):
            yield Setting(key=key, value=_hidden(field, environ[name]), source=f"environment {name}")
        else:
            yield Setting(
                key=key, value=_hidden(field, value), source=f"{FILE}:{line_of(read.text, path) or '?'}"
            )


def _of_environment(environ: Mapping[str, str]) -> Iterator[Setting]:
    """Where the environment says that the database is."""
    if url := environ.get(DATABASE_URL, "").strip():
        yield Setting(key="database.url", value=_hidden("url", url), source=f"environment {DATABASE_URL}")


def _is_overruled(key: str, environ: Mapping[str, str]) -> bool:
    overrules = {"retention.lookups": KEEP_DAYS, "database.url": DATABASE_URL}
    return key in overrules and bool(environ.get(overrules[key], "").strip())


def _defaults(said: Configuration, environ: Mapping[str, str]) -> Iterator[Setting]:
    """What holds where the file does not say it."""
    for section, place in ((said.retention, "retention"), (said.hooks.limits, "hooks.limits")):
        for name in section.__struct_fields__:
            key = f"{place}.{name}"
            if _is_overruled(key, environ):
                days = environ[KEEP_DAYS].strip()
                yield Setting(key=key, value=days, source=f"environment {KEEP_DAYS}")
            else:
                yield Setting(key=key, value=_shown(getattr(section, name)), source="default")


def _at(said: Any, path: tuple[str | int, ...]) -> Any:
    """The value that was read at a place; None where it has a mistake."""
    for key in path:
        if isinstance(said, msgspec.Struct):
            said = getattr(said, str(key), None)
        elif isinstance(said, Mapping):
            said = said.get(key)
        else:
            said = said[key] if isinstance(key, int) and isinstance(said, tuple) and key < len(said) else None
    return said


def _hidden(field: str, value: Any) -> str:
    """The value as it is shown: of a URL where it leads, of another secret only that it is there."""
    if field == "url" and isinstance(value, str):
        place = urlsplit(value)
        return f'"{place.scheme}://{place.hostname or ""}/…" (hidden)'
    return "(hidden)" if field in SECRETS else _shown(value)


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()
