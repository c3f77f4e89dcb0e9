"""A home in `tenants/` of another one is a tenant of it, by its folder or by `KB_TENANT`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import HomeNotFound, InvalidInput
from kb.home import Home, find_home
from kb.starter import make_home


@pytest.fixture
def teams(tmp_path: Path) -> Path:
    for home in (tmp_path, tmp_path / "tenants" / "payments", tmp_path / "tenants" / "billing"):
        for part in ("learned", "state"):
            (home / part).mkdir(parents=True)
    return tmp_path.resolve()


def test_a_tenant_is_found_by_its_name_or_its_folder(teams: Path) -> None:
    folder = teams / "tenants" / "payments"
    for given, said in (
        (teams, {"KB_TENANT": "payments"}),
        (folder, {}),
        (folder, {"KB_TENANT": "payments"}),
    ):
        assert find_home(given, environ=said).root == folder.resolve()


@pytest.mark.parametrize(
    "name", ["Payments", "../payments", "shared", "-x", "pay ments", "p" * 41, "zahlüng"]
)
def test_a_name_that_no_tenant_may_have_is_refused(teams: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="names no tenant"):
        find_home(teams, environ={"KB_TENANT": name})


@pytest.mark.parametrize("name", ["Payments", "shared", "-x", "pay ments", "zahlüng"])
def test_a_folder_of_a_name_that_no_tenant_may_have_becomes_no_home(teams: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="a tenant is named in small letters"):
        make_home(teams / "tenants" / name)
    assert not (teams / "tenants" / name).exists()


def test_what_there_is_not_and_what_contradicts_itself_is_told(teams: Path) -> None:
    with pytest.raises(HomeNotFound, match=r"there is no tenant 'lunch'.*kb init"):
        find_home(teams, environ={"KB_TENANT": "lunch"})
    with pytest.raises(InvalidInput, match="the home of another tenant"):
        find_home(teams / "tenants" / "billing", environ={"KB_TENANT": "payments"})


def test_a_home_knows_its_tenants_and_each_its_home(teams: Path) -> None:
    (teams / "tenants" / "no home").mkdir()
    (teams / "tenants" / "notes").mkdir()
    assert [home.tenant for home in (Home(teams), *Home(teams).tenants())] == [
        "shared",
        "billing",
        "payments",
    ]
    assert Home(teams / "tenants" / "payments").base == Home(teams)


def test_a_home_in_a_folder_of_that_name_that_belongs_to_no_home_is_its_own(tmp_path: Path) -> None:
    alone = Home(tmp_path / "tenants" / "payments")
    assert (alone.base, alone.tenant) == (None, "shared")


def test_a_link_in_place_of_a_tenant_is_refused_since_nobody_would_know_whose_home_it_is(
    teams: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (teams / "tenants" / "payments").rename(elsewhere / "home")
    (teams / "tenants" / "payments").symlink_to(elsewhere / "home")
    for given, said in ((teams / "tenants" / "payments", {}), (teams, {"KB_TENANT": "payments"})):
        with pytest.raises(InvalidInput, match="is a link, and the home of a tenant must be a folder"):
            find_home(given, environ=said)
    assert [home.tenant for home in Home(teams).tenants()] == ["billing"]
