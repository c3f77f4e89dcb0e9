"""What an alert opens: the rules of `kb.toml`, of which one is enough.  Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kb.configuration.sections import Configuration, OpenRule
from kb.model.brief import Alert, JudgedSeverity
from kb.text.environments import same_environment


def opens(said: Configuration, hook: str, alert: Alert, severity: JudgedSeverity) -> OpenRule | None:
    """The first rule by which the alert opens an incident; None where it opens none."""
    return next((rule for rule in said.hooks.open if _holds(said, rule, hook, alert, severity)), None)


def _holds(said: Configuration, rule: OpenRule, hook: str, alert: Alert, severity: JudgedSeverity) -> bool:
    grave = severity.severity
    return (
        (rule.severity is None or (grave is not None and grave <= rule.severity))
        and max(alert.firing, 1) >= rule.alerts
        and (not rule.hooks or hook in rule.hooks)
        and (not rule.services or _names(said, alert) & _known(said, rule.services) != set())
        and (not rule.environments or _is_in(alert.environment, rule.environments))
    )


def _names(said: Configuration, alert: Alert) -> set[str]:
    return _known(said, filter(None, (alert.service, *alert.services)))


def _known(said: Configuration, names: Sequence[str] | filter[str]) -> set[str]:
    return {said.service_named(name).casefold() for name in names}


def _is_in(environment: str, wanted: Sequence[str]) -> bool:
    return bool(environment) and any(same_environment(environment, one) for one in wanted)
