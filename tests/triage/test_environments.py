"""`state/environments.yaml` belongs to people: any shape is read, and what they wrote stays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kb.errors import InvalidInput
from kb.memory import yaml_edit
from kb.triage.environments import EnvironmentSighting, read_states, revise, state_of

SEEN = EnvironmentSighting(
    environment="prod",
    alert="HighErrorRate",
    issue="pool exhausted",
    resolved=False,
    at=datetime(2026, 5, 20, 10, tzinfo=UTC),
    service="orders",
    severity="SEV2",
    entry_id="pattern-1",
)
LATER = replace(SEEN, at=datetime(2026, 5, 20, 11, tzinfo=UTC))
OVER = replace(SEEN, at=datetime(2026, 5, 20, 12, tzinfo=UTC), resolved=True)
WRITTEN = """\
# ours
environments:
  # the shop
  production:
    owner: ann   # on call
    status: healthy  # edited by hand
    known_issues:
      # keep an eye on it
      - slow search
  stage: healthy
"""
SHAPES = [
    WRITTEN,
    "# c\nenvironments: {}\n",
    "",
    "environments:\n  - name: production\n    status: ok\n",
    "environments:\n  - name: stage\n    status: ok\n",
    "prod: ok\nstage: {status: ok}\n",
    "environments:\n  prod:\n    health: green\n    issues: one thing\n    alerts: []\n",
]


def after(text: str, *sightings: EnvironmentSighting) -> str:
    for seen in sightings:
        text = yaml_edit.set_values(text, revise(yaml_edit.load(text), seen))
    return text


@pytest.mark.parametrize("text", SHAPES)
def test_a_firing_alert_is_written_into_any_shape(text: str) -> None:
    state = state_of(yaml_edit.load(after(text, SEEN)), "Production")

    assert state is not None
    assert (state.status, state.checked) == ("degraded", "2026-05-20T10:00:00Z")
    assert "HighErrorRate since 2026-05-20T10:00:00Z" in state.alerts
    assert "pool exhausted since 2026-05-20T10:00:00Z" in state.issues


@pytest.mark.parametrize("text", SHAPES)
def test_since_stays_from_the_first_time_and_nothing_is_doubled(text: str) -> None:
    once, twice = (state_of(yaml_edit.load(after(text, *seen)), "prod") for seen in ([SEEN], [SEEN, LATER]))

    assert once is not None
    assert twice is not None
    assert (twice.alerts, twice.issues) == (once.alerts, once.issues)
    assert twice.checked == "2026-05-20T11:00:00Z"


@pytest.mark.parametrize("text", SHAPES)
def test_a_resolved_alert_makes_it_healthy_again(text: str) -> None:
    state = state_of(yaml_edit.load(after(text, SEEN, LATER, OVER)), "prod")

    assert state is not None
    assert state.status in ("healthy", "ok", "green")
    assert not any("HighErrorRate" in alert or "pool" in alert for alert in (*state.alerts, *state.issues))


def test_while_another_alert_fires_it_stays_degraded() -> None:
    other = replace(SEEN, alert="DiskFull", issue="disk", entry_id="")

    state = state_of(yaml_edit.load(after(WRITTEN, SEEN, other, OVER)), "prod")

    assert state is not None
    assert state.status == "degraded"
    assert state.alerts == ("DiskFull since 2026-05-20T10:00:00Z",)


def test_what_a_person_wrote_stays() -> None:
    text = after(WRITTEN, SEEN, LATER, OVER)

    for line in (
        "# ours",
        "  # the shop",
        "    owner: ann   # on call",
        "      # keep an eye on it",
        "      - slow search",
        "  stage: healthy",
    ):
        assert line in text.splitlines()
    assert text.index("owner") < text.index("status") < text.index("known_issues") < text.index("stage:")


@pytest.mark.parametrize("status", ["down", "maintenance", "frozen for the audit"])
def test_a_graver_word_of_a_person_is_not_softened(status: str) -> None:
    state = state_of(yaml_edit.load(after(f"environments:\n  prod:\n    status: {status}\n", SEEN)), "prod")

    assert state is not None
    assert state.status == status


def test_what_becomes_known_later_replaces_that_it_was_not() -> None:
    unknown = replace(SEEN, issue="HighErrorRate: cause unknown", entry_id="")

    state = state_of(yaml_edit.load(after("", unknown, LATER)), "prod")

    assert state is not None
    assert state.issues == ("pool exhausted since 2026-05-20T10:00:00Z",)


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        "text",
        [],
        [1, None],
        {"environments": 5},
        {"environments": [1, {}]},
        {"environments": {"prod": None, 3: {"status": ["x"]}}},
    ],
)
def test_nonsense_in_the_file_is_no_state(data: object) -> None:
    assert all(not state.status for state in read_states(data))


def test_only_the_name_of_an_environment_in_a_list_is_enough() -> None:
    told = yaml_edit.load(after("- prod\n- stage\n", SEEN))

    assert [one if isinstance(one, str) else one["name"] for one in told] == ["prod", "stage"]
    assert told[0]["status"] == "degraded"
    assert read_states(["prod", "stage"])[0].status == ""


def test_a_status_by_service_stays_and_is_read() -> None:
    text = "environments:\n  prod:\n    status: {api: ok, db: down}\n"

    told = yaml_edit.load(after(text, SEEN))["environments"]["prod"]

    assert (told["status"], told["state"]) == ({"api": "ok", "db": "down"}, "degraded")
    assert read_states({"prod": told})[0].services == ("db: down",)


def test_alerts_by_title_stay_by_title() -> None:
    text = "prod:\n  status: ok\n  alerts:\n    Old: {since: x}\n    Odd: note\n"

    firing = yaml_edit.load(after(text, SEEN))["prod"]["alerts"]
    over = yaml_edit.load(after(text, SEEN, replace(SEEN, alert="Odd", resolved=True)))["prod"]["alerts"]

    assert list(firing) == ["Old", "Odd", SEEN.alert]
    assert (firing["Odd"], over["Odd"]["note"], over["Odd"]["status"]) == ("note", "note", "resolved")
    assert read_states({"prod": {"alerts": firing}})[0].alerts[:2] == ("Old since x", "Odd")


@pytest.mark.parametrize("nothing", ["none", "'-'", "[]", "N/A", ""])
def test_no_alert_is_no_alert_however_it_is_written(nothing: str) -> None:
    text = f"prod:\n  status: ok\n  alerts: {nothing}\n"

    told = state_of(yaml_edit.load(after(text, SEEN)), "prod")

    assert state_of(yaml_edit.load(text), "prod") == read_states({"prod": "ok"})[0]
    assert told is not None
    assert len(told.alerts) == 1


@pytest.mark.parametrize("text", ["all fine\n", "environments: none\n"])
def test_a_single_value_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape("make it `environments: {}`")):
        after(text, SEEN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "environments:\n  prod:\n    status: ok\n  prod:\n    status: down\n",
            'line 4: found duplicate key "prod"',
        ),
        (
            "base: &b\n  status: ok\nenvironments:\n  prod: *b\n  stage: *b\n",
            "environments.prod is shared by an alias",
        ),
    ],
)
def test_a_file_that_an_edit_would_change_elsewhere_is_left_alone(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(said)):
        after(text, SEEN)


def test_comments_of_a_file_without_values_stay() -> None:
    assert after("# nothing yet\n", SEEN).startswith("# nothing yet\nenvironments:\n")


def test_a_name_with_a_dot_is_one_key() -> None:
    text = after("environments:\n  prod.eu:\n    status: ok\n", replace(SEEN, environment="prod.eu"))

    assert yaml_edit.load(text)["environments"]["prod.eu"]["status"] == "degraded"
