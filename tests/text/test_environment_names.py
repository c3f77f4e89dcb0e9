"""One list of environments for lookup, triage, changes and ingest: spellings are folded, different places are not."""

from __future__ import annotations

import pytest

from kb.text.environments import (
    canonical_environment,
    environment_in,
    environment_key,
    same_environment,
    split_name,
    without_environment,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [("prod", "Production"), ("PRD", "live"), ("stage", "staging"), ("pre_prod", "preproduction")],
)
def test_spellings_of_one_environment_are_one(one: str, other: str) -> None:
    assert same_environment(one, other)
    assert environment_key(one) == environment_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("uat", "stage"), ("qa", "test"), ("sandbox", "dev"), ("preprod", "prod"), ("", "")]
)
def test_different_places_are_different_for_a_lookup_and_for_a_change(one: str, other: str) -> None:
    assert not same_environment(one, other)
    assert not one or environment_key(one) != environment_key(other)


def test_rows_keep_the_keys_that_ids_of_changes_are_made_of() -> None:
    assert [environment_key(name) for name in ("production", "stage", "development", "Blue")] == [
        "prod", "staging", "dev", "blue",
    ]  # fmt: skip


def test_a_name_of_no_list_is_its_own() -> None:
    assert canonical_environment("Blue_Green") == "blue-green"


@pytest.mark.parametrize("name", ["gitlab-ci", "live-scores", "canary-checker"])
def test_a_word_that_is_more_often_what_a_service_does_is_no_environment_within_its_name(name: str) -> None:
    assert (environment_in(name), without_environment(name), split_name(name)) == ("", name, (name, ""))


def test_an_environment_at_the_end_of_a_name_is_read_and_taken_off() -> None:
    assert environment_in("orders-uat") == "uat"
    assert without_environment("orders-uat") == "orders"
    assert split_name("auth-service-prod") == ("auth-service", "prod")
