"""Which version to roll back to, and on what record: the rule of `kb.changes.rollback`, case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kb.changes.changes import target_in_words, version_in_words
from kb.changes.rollback import rollback_target
from kb.model.change import Change, ChangeKind, ChangeResult, RollbackTarget, VersionRecord

NOW = datetime(2026, 1, 18, 14, 22, tzinfo=UTC)
WELL, FAILED, UNKNOWN = ChangeResult.SUCCEEDED, ChangeResult.FAILED, ChangeResult.UNKNOWN


def move(
    version: str, hours_ago: float, result: ChangeResult = UNKNOWN, environment: str = "prod", **more: object
) -> Change:
    more = {"kind": ChangeKind.DEPLOYMENT, "service": "auth-service", **more}
    at = NOW - timedelta(hours=hours_ago)
    return Change(at=at, version=version, environment=environment, result=result, **more)  # type: ignore[arg-type]


def back(to: str, hours_ago: float, **more: object) -> Change:
    return move(to, hours_ago, kind=ChangeKind.ROLLBACK, **more)


def commit(version: str, hours_ago: float, **more: object) -> Change:
    return move(version, hours_ago, **{"environment": "", "extra": {"commit": version}, **more})  # type: ignore[arg-type]


def migration(summary: str, hours_ago: float, **more: object) -> Change:
    return move("", hours_ago, kind=ChangeKind.MIGRATION, summary=summary, **more)


def target(*changes: Change, environment: str = "prod") -> RollbackTarget:
    return rollback_target(changes, "auth-service", environment, now=NOW)


def told(record: VersionRecord | None) -> tuple[str, int, int] | None:
    return record and (record.version, record.ran_well, record.n)


def test_the_scenario_of_the_seed_goes_back_to_the_version_of_two_days_ago():
    found = target(
        move("f2e9c1a", 24 * 30, WELL),
        move("0aa11bb", 24 * 20),
        move("f2e9c1a", 24 * 10, WELL),
        move("0aa11bb", 24 * 5),
        move("f2e9c1a", 48, WELL),
        move("a3f8d2c", 1 / 6),
    )

    assert told(found.target) == ("f2e9c1a", 3, 3)
    assert told(found.current) == ("a3f8d2c", 0, 0)
    assert version_in_words(found.target) == "f2e9c1a, ran well 3 of 3 deployments, last 2026-01-16"  # type: ignore[arg-type]
    assert [told(one) for one in found.others] == [("0aa11bb", 2, 2)]
    assert found.preconditions == ()


def test_a_failed_version_is_passed_over_for_an_older_good_one():
    found = target(move("1.0", 72), move("1.1", 48, FAILED), move("1.2", 1))

    assert told(found.target) == ("1.0", 1, 1)
    assert told(found.others[0]) == ("1.1", 0, 1)


def test_a_rollback_makes_the_run_that_it_ends_a_bad_one_and_begins_a_run_of_its_target():
    found = target(move("1.0", 72), move("1.1", 48, WELL), back("1.0", 24), move("1.2", 2))

    assert told(found.target) == ("1.0", 2, 2)
    assert told(found.others[0]) == ("1.1", 0, 1)


def test_after_a_rollback_the_version_that_was_left_is_no_target():
    found = target(move("1.0", 72), move("1.1", 48), move("1.2", 24, WELL), back("1.1", 1))

    assert told(found.current) == ("1.1", 1, 1)
    assert told(found.target) == ("1.0", 1, 1)


def test_a_short_run_of_unknown_result_is_not_counted_and_that_is_said():
    found = target(move("1.0", 2), move("1.1", 1.5))

    assert told(found.target) == ("1.0", 0, 0)
    assert "no record of how 1.0 ran" in found.preconditions[0]


def test_a_short_run_that_is_known_to_have_succeeded_counts():
    assert told(target(move("1.0", 2, WELL), move("1.1", 1.5)).target) == ("1.0", 1, 1)


def test_two_records_of_one_deployment_are_counted_once():
    found = target(move("1.0", 72), move("1.0", 71.9, WELL), move("1.1", 1))

    assert told(found.target) == ("1.0", 1, 1)


def test_a_retry_that_succeeds_makes_up_for_the_failure_before():
    assert told(target(move("1.0", 72, FAILED), move("1.0", 71.9, WELL), move("1.1", 1)).target) == (
        "1.0",
        1,
        1,
    )


def test_a_commit_is_one_version_long_and_short():
    long = "f2e9c1a7d3b84056e1f7c2a99d4e8b6035fa1c72"
    found = target(move(long, 72), move("0aa11bb", 48), move("f2e9c1a", 24), move("a3f8d2c", 1))

    assert found.target is not None
    assert (found.target.ran_well, found.target.n) == (2, 2)


def test_environments_are_never_mixed():
    changes = move("1.0", 72), move("2.0", 48, environment="staging"), move("1.1", 1)

    assert told(target(*changes).target) == ("1.0", 1, 1)
    assert target(*changes, environment="staging").target is None
    unclear = target(*changes, environment="")
    assert (unclear.current, unclear.target) == (None, None)
    assert "prod, staging" in unclear.preconditions[0]


def test_the_only_environment_on_record_is_taken_and_named():
    found = target(move("1.0", 72), move("1.1", 1), environment="")

    assert found.environment == "prod"
    assert told(found.target) == ("1.0", 1, 1)


def test_production_and_prod_are_one_environment():
    assert told(target(move("1.0", 72), move("1.1", 1), environment="Production").target) == ("1.0", 1, 1)


def test_an_environment_without_a_record_says_where_there_is_one():
    found = target(move("1.0", 72), environment="qa")

    assert found.preconditions == ("nothing is on record for qa; there is for: prod",)


def test_deployments_that_name_no_environment_are_left_out_beside_some_that_do_and_counted():
    found = target(move("1.0", 72), move("9.9", 48, environment=""), move("1.1", 1))

    assert told(found.target) == ("1.0", 1, 1)
    assert "deployments that name no environment, left out: 1" in found.preconditions


@pytest.mark.parametrize(
    ("reversible", "words"),
    [
        (True, "undo it first"),
        (False, "cannot be undone"),
        (None, "whether it can be undone is not on record"),
    ],
)
def test_a_migration_in_between_is_a_precondition(reversible: bool | None, words: str):
    found = target(move("1.0", 72), migration("add column", 1.1, reversible=reversible), move("1.1", 1))

    assert [one.summary for one in found.migrations] == ["add column"]
    assert "'add column'" in found.preconditions[0]
    assert words in found.preconditions[0]


def test_a_migration_from_before_the_target_or_of_another_service_or_environment_is_none():
    found = target(
        migration("old", 73),
        move("1.0", 72),
        migration("elsewhere", 2, environment="staging"),
        migration("of billing", 2, service="billing"),
        move("1.1", 1),
    )

    assert found.migrations == ()


def test_a_migration_that_names_no_service_counts_and_says_so():
    found = target(move("1.0", 72), migration("split users", 2, service="", environment=""), move("1.1", 1))

    assert "of no named service" in found.preconditions[0]


def test_a_migration_committed_long_before_it_was_deployed_comes_with_its_version():
    long = "a3f8d2c41b7e90d5c6a2f4e8b1d30597ac6e2f18"
    early = commit(long, 200, kind=ChangeKind.MIGRATION, summary="0042_add.sql")

    found = target(early, move("1.0", 72), move("a3f8d2c", 1))

    assert [one.summary for one in found.migrations] == ["0042_add.sql"]


def test_drift_on_the_service_would_be_undone():
    drift = move("", 5, kind=ChangeKind.DRIFT, reason="Testing SSO", expires=NOW + timedelta(days=2))
    ended = move("", 9, kind=ChangeKind.DRIFT, reason="Over", extra={"ended": "2026-01-18T10:00:00+00:00"})

    found = target(move("1.0", 72), ended, drift, move("1.1", 1))

    assert len(found.preconditions) == 1
    assert "would undo the drift" in found.preconditions[0]
    assert "Testing SSO" in found.preconditions[0]


def test_commits_alone_are_no_record_of_deployments():
    found = target(commit("aaaaaa1", 90, summary="feat: one"), commit("bbbbbb2", 1, summary="feat: two"))

    assert told(found.target) == ("aaaaaa1", 0, 0)
    assert "known from commits alone" in found.preconditions[0]
    assert "no record of how it ran" in target_in_words(found)


def test_beside_deployments_commits_are_not_counted_but_give_their_words():
    found = target(
        commit("f2e9c1a7d3b84056e1f7c2a99d4e8b6035fa1c72", 49, summary="fix: tokens"),
        commit("cccccc3", 30),
        move("f2e9c1a", 48),
        move("a3f8d2c", 1),
    )

    assert told(found.target) == ("f2e9c1a", 1, 1)
    assert found.target is not None
    assert found.target.summary == "fix: tokens"
    assert found.others == ()


def test_a_git_revert_speaks_of_the_version_that_it_names_whatever_ran_in_between():
    revert = commit("dddddd4", 20, kind=ChangeKind.ROLLBACK, previous="1e1e1e1aaaa")

    found = target(move("0f0f0f0", 90), move("1e1e1e1", 60), move("2d2d2d2", 30), revert, move("dddddd4", 19))

    assert [told(one) for one in (found.target, *found.others)] == [
        ("2d2d2d2", 1, 1),
        ("1e1e1e1", 0, 1),
        ("0f0f0f0", 1, 1),
    ]


def test_where_every_earlier_version_was_bad_there_is_no_target():
    found = target(move("1.0", 72, FAILED), move("1.1", 1))

    assert found.target is None
    assert "fix forward" in found.preconditions[0]


def test_nothing_on_record_and_a_single_version_say_so():
    assert "nothing is on record" in target().preconditions[0]
    assert "nothing to roll back to" in target(move("1.0", 5)).preconditions[0]


def test_a_version_that_is_known_as_the_one_before_alone_is_named_and_not_recommended():
    found = target(move("1.1", 1, previous="1.0"))

    assert found.target is None
    assert "1.1 replaced 1.0, of which nothing else is on record" in found.preconditions


def test_a_rollback_that_does_not_say_where_to_leaves_the_current_version_open():
    found = target(move("1.0", 72), move("1.1", 48), back("", 1))

    assert found.current is None
    assert told(found.target) == ("1.0", 1, 1)
    assert "find out what runs" in found.preconditions[0]


def test_what_comes_later_than_now_is_not_known_yet():
    assert told(target(move("1.0", 72), move("1.1", 1), move("1.2", -5)).current) == ("1.1", 0, 0)


def test_of_two_at_the_same_moment_the_one_that_replaced_the_other_runs():
    answer = target(move("1", 9, WELL), move("3", 5, previous="2"), move("2", 5, previous="1"))
    assert answer.current is not None
    assert answer.current.version == "3"
    assert not any("same moment" in sentence for sentence in answer.preconditions)


def test_where_nothing_tells_which_of_two_runs_that_is_said():
    answer = target(move("1", 9, WELL), move("3", 5), move("2", 5))
    assert "3 and 2 were put in place at the same moment" in answer.preconditions[0]


def test_a_deployment_that_failed_may_not_be_what_runs():
    answer = target(move("1", 9, WELL), move("2", 5, FAILED))
    assert answer.preconditions[0].startswith(
        "the deployment of 2 failed: find out whether it or what was there"
    )
    assert "ran well 0 of 1 on record" in target_in_words(answer)


def test_a_config_change_since_the_target_is_said_since_a_rollback_does_not_take_it_back():
    configs = [move("", 8 - n, kind=ChangeKind.CONFIG, summary=f"flag {n}") for n in range(5)]
    before = move("", 20, kind=ChangeKind.CONFIG, summary="long ago")
    said = target(before, move("1", 9, WELL), *configs, move("2", 1)).preconditions
    assert [sentence.split("'")[1] for sentence in said[:3]] == ["flag 2", "flag 3", "flag 4"]
    assert said[3] == "2 older config changes came after it, too"
    assert not any("long ago" in sentence for sentence in said)
