"""Where the database is: what is said of an address that leads nowhere, without its password."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.configuration.database import DATABASE_URL, database_url
from kb.configuration.file import ConfigurationFile
from kb.errors import InvalidInput, StoreAway
from kb.home import Home
from tests.conftest import database_of
from tests.postgresql.conftest import naming

AWAY = "postgresql://kb:a-secret-word@127.0.0.1:1/kb?connect_timeout=2"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path


def test_a_server_that_is_away_is_told_with_what_to_do(home: Path) -> None:
    naming(home, AWAY)
    with pytest.raises(StoreAway, match="cannot be reached") as told:
        database_of(home)
    assert "a-secret-word" not in str(told.value)
    assert "127.0.0.1" in str(told.value)


@pytest.mark.parametrize("password", ["50%off", "a-secret-word%zz"])
def test_a_password_that_is_not_spelt_as_a_url_needs_it_is_told_and_never_shown(
    home: Path, password: str
) -> None:
    naming(home, f"postgresql://kb:{password}@127.0.0.1:1/kb")
    with pytest.raises(InvalidInput, match="%25") as told:
        database_of(home)
    assert password not in str(told.value)


def test_a_database_of_another_kind_is_refused(home: Path) -> None:
    naming(home, "mysql://kb@127.0.0.1/kb")
    with pytest.raises(InvalidInput, match="postgresql://"):
        database_of(home)


def test_a_mistake_beside_the_address_opens_no_other_database(home: Path) -> None:
    (home / "kb.toml").write_text(f'[database]\nurl = "{AWAY}"\nuser = "kb"\n')
    with pytest.raises(InvalidInput, match="database"):
        database_of(home)
    assert not (home / "state" / "kb.db").exists()


def test_the_environment_goes_before_the_file_and_both_are_told_without_what_is_secret(home: Path) -> None:
    naming(home, AWAY)
    theirs = {DATABASE_URL: "postgresql://kb:another-word@db.example.org/kb"}
    assert (database_url(Home(home), {}), database_url(Home(home), theirs)) == (AWAY, theirs[DATABASE_URL])
    told = [
        f"{one.key} {one.value} {one.source}"
        for environ in ({}, theirs)
        for one in ConfigurationFile(Home(home), environ).settings()
        if one.key == "database.url"
    ]
    assert told == [
        'database.url "postgresql://127.0.0.1/…" (hidden) kb.toml:2',
        f'database.url "postgresql://db.example.org/…" (hidden) environment {DATABASE_URL}',
    ]


def test_a_file_that_cannot_be_read_opens_no_other_database_where_it_names_one(home: Path) -> None:
    (home / "kb.toml").write_text(f'[database]\nurl = "{AWAY}"\n[services\n')
    with pytest.raises(InvalidInput, match=r"kb\.toml:3"):
        database_of(home)
    (home / "kb.toml").write_text("[services.database]\n[services\n")
    assert database_url(Home(home), {}) == ""


def test_a_variable_that_is_named_and_not_set_opens_no_other_database(home: Path) -> None:
    (home / "kb.toml").write_text('[database]\nurl_env = "OUR_DATABASE"\n')
    with pytest.raises(InvalidInput, match="OUR_DATABASE, which is not set"):
        database_of(home)
    assert database_url(Home(home), {"OUR_DATABASE": AWAY}) == AWAY


def test_a_home_without_any_has_its_own_file(home: Path) -> None:
    (home / "kb.toml").write_text("[services.database]\nteam = 'storage'\n")
    database_of(home).close()
    assert (home / "state" / "kb.db").is_file()
