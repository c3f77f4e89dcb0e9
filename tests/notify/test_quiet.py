"""Whom an incident concerns, and when nobody is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kb.configuration.sections import Silence, When
from kb.model.entry import Severity
from kb.model.incident import LiveIncident, Phase
from kb.notify.quiet import concerns, silence_of

SUNDAY = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


def an_incident(
    severity: Severity | None = Severity.SEV2, services: tuple[str, ...] = ("checkout",)
) -> LiveIncident:
    return LiveIncident(
        id="incident-1",
        title="t",
        phase=Phase.INVESTIGATING,
        detected=SUNDAY,
        severity=severity,
        services=services,
        environment="production",
    )


@pytest.mark.parametrize(
    ("when", "severity", "told"),
    [
        (When(), Severity.SEV4, True),
        (When(severity=Severity.SEV2), Severity.SEV1, True),
        (When(severity=Severity.SEV2), Severity.SEV2, True),
        (When(severity=Severity.SEV2), Severity.SEV3, False),
        (When(severity=Severity.SEV2), None, True),
        (When(severity=Severity.SEV1), None, False),
        (When(services=("Checkout",)), Severity.SEV3, True),
        (When(services=("search",)), Severity.SEV1, False),
        (When(environments=("production",)), Severity.SEV1, True),
        (When(environments=("staging",)), Severity.SEV1, False),
    ],
)
def test_a_target_is_told_of_what_concerns_it(when: When, severity: Severity | None, told: bool) -> None:
    assert concerns(when, an_incident(severity)) is told


def test_an_incident_without_a_service_concerns_nobody_who_named_services() -> None:
    assert not concerns(When(services=("checkout",)), an_incident(services=()))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("silence", "now", "end"),
    [
        (Silence(reason="r", ends=at(29, 4)), at(29, 3), at(29, 4)),
        (Silence(reason="r", ends=at(29, 4)), at(29, 4), None),
        (Silence(reason="r", starts=at(29, 2), ends=at(29, 4)), at(29, 1), None),
        (Silence(reason="r", starts=datetime(2026, 11, 29, 2), ends=at(29, 4)), at(29, 3), at(29, 4)),
        (Silence(reason="r", hours="02:00-04:00"), at(29, 3), at(29, 4)),
        (Silence(reason="r", hours="02:00-04:00"), at(29, 4), None),
        (Silence(reason="r", hours="22:00-04:00"), at(29, 3), at(29, 4)),
        (Silence(reason="r", hours="22:00-04:00"), at(28, 23), at(29, 4)),
        (Silence(reason="r", hours="22:00-04:00", days=("saturday",)), at(29, 3), at(29, 4)),
        (Silence(reason="r", hours="22:00-04:00", days=("sunday",)), at(29, 3), None),
        (Silence(reason="r", hours="02:00-04:00", ends=at(29, 3, 30)), at(29, 3), at(29, 3, 30)),
        (Silence(reason="r", ends=at(29, 4), services=("checkout", "search")), at(29, 3), at(29, 4)),
        (Silence(reason="r", ends=at(29, 4), services=("search",)), at(29, 3), None),
        (Silence(reason="r", ends=at(29, 4), environments=("staging",)), at(29, 3), None),
    ],
)
def test_a_silence_holds_in_its_time_for_its_services(
    silence: Silence, now: datetime, end: datetime | None
) -> None:
    found = silence_of([silence], an_incident(), now)
    assert (found[1] if found else None) == end


def test_a_silence_of_one_service_does_not_hide_an_incident_of_two() -> None:
    incident = an_incident(services=("checkout", "payments"))
    assert (
        silence_of([Silence(reason="r", ends=at(29, 4), services=("checkout",))], incident, at(29, 3)) is None
    )


def test_of_several_silences_the_one_that_ends_last_counts() -> None:
    silences = [Silence(reason="a", ends=at(29, 4)), Silence(reason="b", ends=at(29, 5))]
    found = silence_of(silences, an_incident(), at(29, 3))
    assert found is not None
    assert found[0].reason == "b"
