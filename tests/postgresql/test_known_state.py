"""What is kept of a shared database is asked again whenever anybody wrote what is known, and not for lookups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from kb.store.database import Database
from tests.conftest import database_of

pytestmark = pytest.mark.full


@pytest.fixture
def two(shared_home: Path) -> Iterator[tuple[Database, Database]]:
    with closing(database_of(shared_home)) as one, closing(database_of(shared_home)) as other:
        yield one, other


def looked(db: Database) -> str:
    """What a look at the settings finds, and how often they had to be read for it."""
    read = list[str]()

    def settings() -> str:
        read.append("read")
        return str(db.value("SELECT value FROM meta WHERE key = 'tide'"))

    with db.steady():
        found = db.kept("tide", settings)
    return " ".join([found, *read])


def test_it_is_read_once_until_somebody_writes_what_is_known(two: tuple[Database, Database]):
    one, other = two
    assert (looked(one), looked(one)) == ("None read", "None")

    with other.write():
        other.set_meta("tide", "high")
    assert (looked(one), looked(one)) == ("high read", "high")

    with one.write():
        one.set_meta("tide", "low")
    assert (looked(one), looked(one)) == ("low read", "low")
    assert looked(other) == "low read"


def test_lookups_are_seen_as_a_change_but_change_nothing_that_is_known(two: tuple[Database, Database]):
    one, other = two
    looked(one)
    version = one.version()

    with other.write(lasting=False):
        pass
    assert looked(one) == "None"
    assert one.version() > version


def test_inside_a_write_it_is_read_anew_and_what_was_undone_is_kept_by_nobody(two: tuple[Database, Database]):
    one, other = two
    looked(one)

    with suppress(ZeroDivisionError), one.write():
        assert looked(one) == "None read"
        one.set_meta("tide", "high")
        assert looked(one) == "high read"
        raise ZeroDivisionError
    with other.write():
        other.set_meta("tide", "low")
    assert looked(one) == "low read"


def test_a_snapshot_keeps_what_was_true_when_it_began(two: tuple[Database, Database]):
    one, other = two
    with one.snapshot():
        assert looked(one) == "None read"
        with other.write():
            other.set_meta("tide", "high")
        assert looked(one).startswith("None")
    assert looked(one) == "high read"
