"""What follows from an alert: an incident, its end, and nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kb.configuration.sections import Configuration
from kb.errors import InvalidInput
from kb.hooks.following import Following
from kb.hooks.message import Message
from kb.model.entry import Severity
from kb.model.hook import HookState
from kb.model.incident import Phase
from kb.model.ledger import Result
from tests.conftest import RunKb
from tests.hooks.conftest import SET, Inbox, alerts


class FailsAtPoison(Following):
    """What follows from an alert of this name cannot be done."""

    def follow(self, message: Message, said: Configuration, now: datetime) -> None:
        """Do what follows, and mark the delivery."""
        if message.title == "Poison":
            raise ZeroDivisionError("a mistake of kb itself")
        super().follow(message, said, now)


def test_a_grave_alert_opens_an_incident_with_its_brief_and_tells_it(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))

    incident = inbox.one()
    assert incident.title == "PoolExhausted"
    assert incident.services == ("checkout",)
    assert (incident.severity, incident.severity_label, incident.confirmed) == (
        Severity.SEV1,
        "critical",
        False,
    )
    assert incident.started == inbox.now - timedelta(minutes=2)
    assert incident.lookup_id
    ((kind, body),) = inbox.news()
    assert kind == "opened"
    assert body["lookup_id"] == incident.lookup_id
    assert "## Alert" in body["brief"]


def test_an_alert_that_no_rule_names_is_looked_up_and_opens_nothing(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now, severity="warning"))

    assert inbox.incidents() == []
    assert inbox.news() == []
    assert len(inbox.kb._parts.ledger.lookups(inbox.now - timedelta(1), inbox.now + timedelta(1))) == 1


def test_three_lesser_alerts_of_a_group_open_one(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now, severity="warning", count=2))
    assert inbox.incidents() == []
    inbox.sends(alerts(now=inbox.now, severity="warning", count=3))

    assert inbox.one().severity is Severity.SEV3


def test_the_same_delivery_twice_is_one(inbox: Inbox):
    first = inbox.sends(alerts(now=inbox.now))
    again = inbox.sends(alerts(now=inbox.now))

    assert (first.repeated, again.repeated) == (False, True)
    assert first.number == again.number
    assert inbox.kinds() == ["opened"]


def test_a_delivery_that_its_sender_names_is_known_again_whatever_it_says(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now), idempotency_key="d-1")
    inbox.passes(hours=2)
    again = inbox.sends(alerts(now=inbox.now), idempotency_key="d-1")

    assert again.repeated


def test_the_end_of_the_alert_ends_the_incident_and_keeps_only_times_where_nothing_was_applied(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))
    inbox.passes(minutes=12)
    ended = inbox.now
    inbox.passes(seconds=30)
    inbox.sends(alerts(now=ended, over=True, began=timedelta(minutes=14)))

    incident = inbox.one()
    assert incident.phase is Phase.RESOLVED
    assert incident.resolved == ended
    assert incident.resolution == ""
    assert inbox.kb._parts.ledger.outcomes_in(incident.id) == []
    assert inbox.kinds() == ["opened", "resolved"]
    assert inbox.news()[-1][1]["credited"] == []


def test_what_was_applied_gets_its_outcome_unverified_with_the_alerts_end_as_its_ground(inbox: Inbox):
    lesson = inbox.kb.learn_pattern("remaining connection slots are reserved", meaning="pool", fix="raise it")
    inbox.sends(alerts(now=inbox.now))
    incident = inbox.one()
    inbox.kb.incidents.mitigate("raised the pool", entry_id=lesson.id, incident_id=incident.id)
    inbox.passes(minutes=5)
    inbox.sends(alerts(now=inbox.now, over=True, began=timedelta(minutes=7)))

    resolved = [
        one for one in inbox.kb._parts.ledger.outcomes_in(incident.id) if one.result is Result.RESOLVED
    ]
    assert [(one.entry_id, one.verified_by, one.note) for one in resolved] == [
        (lesson.id, None, "by the alert's end")
    ]
    assert inbox.news()[-1][1]["credited"] == [lesson.id]


def test_an_alerts_end_counts_half_of_what_a_person_verified_and_their_word_afterwards_counts_once(
    inbox: Inbox,
):
    lesson = inbox.kb.learn_pattern("remaining connection slots are reserved", meaning="pool", fix="raise it")
    before = inbox.kb.trust_of(inbox.kb.get(lesson.id)).value
    inbox.sends(alerts(now=inbox.now))
    incident = inbox.one()
    inbox.kb.record_outcome(lesson.id, "applied", incident_id=incident.id)
    inbox.passes(minutes=5)
    inbox.sends(alerts(now=inbox.now, over=True, began=timedelta(minutes=7)))
    by_alert = inbox.kb.trust_of(inbox.kb.get(lesson.id))
    inbox.kb.record_outcome(lesson.id, "resolved", verified_by="Ada", incident_id=incident.id)
    by_person = inbox.kb.trust_of(inbox.kb.get(lesson.id))

    assert before < by_alert.value < by_person.value
    assert (by_alert.n, by_person.n) == (1, 1)
    assert round(by_alert.value, 3) == round((1 + 0.5) / (2 + 0.5), 3)


def test_what_somebody_said_of_an_entry_is_not_said_again_by_the_alert(inbox: Inbox):
    lesson = inbox.kb.learn_pattern("remaining connection slots are reserved", meaning="pool", fix="raise it")
    inbox.sends(alerts(now=inbox.now))
    incident = inbox.one()
    inbox.kb.incidents.mitigate("raised the pool", entry_id=lesson.id, incident_id=incident.id)
    inbox.passes(minutes=1)
    inbox.kb.record_outcome(lesson.id, "failed", incident_id=incident.id)
    inbox.passes(minutes=4)
    inbox.sends(alerts(now=inbox.now, over=True, began=timedelta(minutes=7)))

    results = [one.result for one in inbox.kb._parts.ledger.outcomes_in(incident.id)]
    assert results == [Result.APPLIED, Result.FAILED]


def test_an_incident_of_two_groups_ends_with_the_last_of_them(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now, group="a"))
    inbox.sends(alerts(now=inbox.now, group="b"))
    incident = inbox.one()
    inbox.passes(minutes=5)
    inbox.sends(alerts(now=inbox.now, group="a", over=True))
    assert inbox.one().phase is Phase.INVESTIGATING
    inbox.sends(alerts(now=inbox.now, group="b", over=True))

    assert inbox.one().id == incident.id
    assert inbox.one().phase is Phase.RESOLVED


def test_the_same_alert_by_two_tools_is_one_incident(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))
    inbox.sends({**alerts(now=inbox.now), "orgId": 1, "groupKey": "of-grafana"}, "grafana")

    assert len(inbox.incidents()) == 1


def test_an_incident_that_a_person_opened_for_it_is_joined(inbox: Inbox):
    opened = inbox.kb.incidents.open("PoolExhausted", service="checkout", environment="prod")
    inbox.sends(alerts(now=inbox.now))

    assert inbox.one().id == opened.id
    assert inbox.kinds() == ["updated"]


def test_an_alert_that_comes_back_at_once_opens_its_incident_again_and_holds_it_against_what_was_applied(
    inbox: Inbox,
):
    lesson = inbox.kb.learn_pattern("remaining connection slots are reserved", meaning="pool", fix="raise it")
    inbox.sends(alerts(now=inbox.now))
    incident = inbox.one()
    inbox.kb.incidents.mitigate("raised the pool", entry_id=lesson.id, incident_id=incident.id)
    inbox.passes(minutes=2)
    inbox.sends(alerts(now=inbox.now, over=True, began=timedelta(minutes=4)))
    inbox.passes(minutes=2)
    inbox.sends(alerts(now=inbox.now, began=timedelta(0)))

    assert inbox.one().id == incident.id
    assert inbox.one().phase is Phase.INVESTIGATING
    results = [one.result for one in inbox.kb._parts.ledger.outcomes_in(incident.id)]
    assert results == [Result.APPLIED, Result.RESOLVED, Result.FAILED]
    assert inbox.kinds() == ["opened", "resolved", "reopened"]


def test_an_alert_that_comes_back_the_next_day_is_another_incident(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))
    inbox.passes(minutes=2)
    inbox.sends(alerts(now=inbox.now, over=True))
    inbox.passes(days=1)
    inbox.sends(alerts(now=inbox.now))

    assert len(inbox.incidents()) == 2


def test_an_alert_that_flaps_stays_one_incident_which_ends_when_it_was_quiet(inbox: Inbox):
    for _ in range(30):
        inbox.sends(alerts(now=inbox.now, began=timedelta(0)))
        inbox.passes(seconds=40)
        inbox.sends(alerts(now=inbox.now, over=True, began=timedelta(seconds=40)))
        inbox.passes(seconds=40)
    assert inbox.one().phase is Phase.INVESTIGATING
    told = inbox.kinds()
    inbox.passes(minutes=11)
    inbox.kb.hooks.work()

    assert inbox.one().phase is Phase.RESOLVED
    assert told.count("reopened") == 2
    assert told.count("updated") <= 41  # one a minute, at the most
    assert inbox.kinds() == [*told, "resolved"]


def test_what_comes_late_does_not_open_again_what_is_over(inbox: Inbox):
    first = alerts(now=inbox.now, count=1)
    second = alerts(now=inbox.now, count=2)
    inbox.sends(first)
    inbox.passes(minutes=5)
    inbox.sends(alerts(now=inbox.now, count=2, over=True, began=timedelta(minutes=7)))
    inbox.passes(seconds=10)
    inbox.sends(second)

    assert inbox.one().phase is Phase.RESOLVED


def test_too_many_incidents_are_not_opened_and_what_was_held_back_is_told(inbox: Inbox):
    (inbox.kb.home.root / "kb.toml").write_text(SET + "[hooks.limits]\nincidents = 5\n")
    for number in range(200):
        inbox.accepts(
            alerts(
                f"Down{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]}{'uv'[number // 100]}",
                now=inbox.now,
            )
        )
    inbox.kb.hooks.work()
    assert len(inbox.incidents()) == 5
    inbox.passes(minutes=2)
    inbox.sends(alerts("OneMore", now=inbox.now))

    assert len(inbox.incidents()) == 5
    assert "196 more alerts fire while incidents are held back" in inbox.news()[-1][1]["words"]
    assert len(inbox.news()) == 6


def test_what_the_sender_left_out_is_told_and_keeps_the_incident_open(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now, truncatedAlerts=7))
    assert any("7 more alerts of this group were left out" in note for note in inbox.news()[0][1]["notes"])
    assert "7 more alerts" in inbox.one().timeline[0].details
    inbox.passes(minutes=5)
    inbox.sends(alerts(now=inbox.now, over=True, truncatedAlerts=7))

    assert inbox.one().phase is Phase.INVESTIGATING


def test_what_is_silenced_opens_nothing(inbox: Inbox):
    alert = alerts(now=inbox.now)["alerts"][0]
    inbox.sends([{**alert, "status": {"state": "suppressed", "silencedBy": ["x"], "inhibitedBy": []}}])

    assert inbox.incidents() == []


def test_a_graver_alert_makes_its_incident_graver_unless_a_person_said_how_grave_it_is(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now, severity="high"))
    inbox.passes(minutes=2)
    inbox.sends(alerts(now=inbox.now, severity="critical"))
    assert (inbox.one().severity, inbox.one().confirmed) == (Severity.SEV1, False)
    inbox.kb.incidents.set_severity("SEV3", incident_id=inbox.one().id)
    inbox.passes(minutes=2)
    inbox.sends(alerts(now=inbox.now, severity="critical", count=2))

    assert (inbox.one().severity, inbox.one().confirmed) == (Severity.SEV3, True)


def test_what_a_person_resolved_and_closed_stays_as_they_said(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))
    incident = inbox.one()
    inbox.kb.incidents.resolve("restarted the pool", incident_id=incident.id)
    inbox.kb.incidents.close(incident_id=incident.id)
    inbox.passes(minutes=1)
    inbox.sends(alerts(now=inbox.now, over=True))

    assert inbox.one().phase is Phase.CLOSED
    assert inbox.one().resolution == "restarted the pool"


def test_secrets_of_an_alert_are_not_kept(inbox: Inbox):
    body = alerts(now=inbox.now)
    body["alerts"][0]["annotations"]["description"] = "login with password=Tr0ub4dor&3xyz fails"
    inbox.accepts(body)

    rows = inbox.kb._parts.db.rows("SELECT body FROM hook_deliveries")
    assert "Tr0ub4dor" not in rows[0]["body"]
    inbox.kb.hooks.work()
    assert "Tr0ub4dor" not in str(inbox.news()) + str(inbox.one())


def test_the_draft_of_an_incident_that_an_alert_ended_reads_back_with_its_times_and_no_resolution(
    inbox: Inbox,
):
    inbox.sends(alerts(now=inbox.now))
    inbox.passes(minutes=12)
    inbox.sends(alerts(now=inbox.now - timedelta(minutes=1), over=True))
    path = inbox.kb.incidents.save_postmortem(incident_id=inbox.one().id)
    inbox.kb.ingest(path)

    entry = inbox.kb.get(inbox.one().id)
    assert entry.resolved == inbox.now - timedelta(minutes=1)
    assert entry.resolution == ""


def test_what_is_no_alert_is_kept_as_that_and_followed_by_nothing(inbox: Inbox):
    (inbox.kb.home.root / "kb.toml").write_text(
        SET.replace('[[hooks.open]]\nseverity = "SEV2"', "[[hooks.open]]")
    )
    inbox.sends(
        {"event": {"id": "1", "event_type": "pagey.ping", "data": {"type": "ping"}}}, "pagerduty", signed=True
    )

    (row,) = inbox.kb._parts.db.rows("SELECT state, note FROM hook_deliveries")
    assert (row["state"], row["note"]) == ("done", "no alert: pagey.ping")
    assert inbox.incidents() == []


def test_a_delivery_that_cannot_be_worked_on_holds_up_no_other_and_is_told_by_doctor(inbox: Inbox):
    following = inbox.kb.hooks._following
    fields = (following.deliveries, following.groups, following.news, following.incidents, following.ask)
    inbox.kb.hooks._following = FailsAtPoison(*fields)
    inbox.sends(alerts("Poison", now=inbox.now))
    inbox.sends(alerts("Fine", now=inbox.now))
    assert [one.title for one in inbox.incidents()] == ["Fine"]
    for _ in range(5):
        inbox.passes(hours=1)
        inbox.kb.hooks.work()

    wrong = inbox.kb.upkeep.doctor()[0]
    assert any(
        "1 deliveries of webhooks could not be worked on" in one and "ZeroDivisionError" in one
        for one in wrong
    )
    inbox.kb.hooks._following = following
    inbox.kb.upkeep.repair()
    inbox.kb.hooks.work()
    assert {one.title for one in inbox.incidents()} == {"Fine", "Poison"}


def test_deliveries_are_listed_with_what_followed_and_failed_ones_are_tried_again_by_hand(inbox: Inbox):
    following = inbox.kb.hooks._following
    fields = (following.deliveries, following.groups, following.news, following.incidents, following.ask)
    inbox.kb.hooks._following = FailsAtPoison(*fields)
    inbox.sends(alerts("Poison", now=inbox.now))
    inbox.sends(alerts("Fine", now=inbox.now))
    for _ in range(5):
        inbox.passes(hours=1)
        inbox.kb.hooks.work()

    fine, poison = inbox.kb.hooks.recent()
    assert (fine.state, fine.note, fine.incident) == (HookState.DONE, "opened an incident", inbox.one().id)
    assert poison.state is HookState.FAILED
    assert poison.note == "ZeroDivisionError: a mistake of kb itself"
    assert [one.id for one in inbox.kb.hooks.recent(["failed"])] == [poison.id]
    assert inbox.kb.hooks.counts() == {"waiting": 0, "lookup": 0, "done": 1, "failed": 1}
    with pytest.raises(InvalidInput, match=f"{fine.id} is no delivery that failed"):
        inbox.kb.hooks.retry([fine.id])
    with pytest.raises(InvalidInput, match="state 'lost' is none of: waiting, lookup, done, failed"):
        inbox.kb.hooks.recent(["lost"])

    inbox.kb.hooks._following = following
    (again,) = inbox.kb.hooks.retry()
    assert (again.id, again.state, again.note) == (poison.id, HookState.DONE, "opened an incident")


def test_the_terminal_lists_deliveries(inbox: Inbox, hooked_home: Path, run_kb: RunKb):
    inbox.sends(alerts(now=inbox.now))

    listed = run_kb("hooks", "list", home=hooked_home).stdout
    assert "alertmanager  done" in listed
    assert inbox.one().id in listed
    assert run_kb("hooks", "retry", home=hooked_home).stdout == "no delivery failed\n"


def test_old_deliveries_are_let_go_and_what_waits_is_not(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))
    inbox.accepts(alerts("Waits", now=inbox.now))
    inbox.passes(days=8)
    inbox.kb.hooks.look_after()

    rows = inbox.kb._parts.db.rows("SELECT state FROM hook_deliveries")
    assert [row["state"] for row in rows] == ["waiting"]


def test_another_process_that_was_quicker_leaves_nothing_to_do(inbox: Inbox):
    inbox.accepts(alerts(now=inbox.now))
    with inbox.kb.beside() as other:
        (one,) = other.hooks.deliveries.due(inbox.now, HookState.WAITING, 10)
        said = other.hooks.configuration()
        message = other.hooks._read(one, said)
        assert message
        inbox.kb.hooks.work()
        other.hooks._following.follow(message, said, inbox.now)

    assert inbox.kinds() == ["opened"]
    assert len(inbox.one().timeline) == 1


def test_down_up_and_down_again_are_three_deliveries_although_two_say_the_same(inbox: Inbox):
    def says(state: str) -> dict[str, str]:
        return {"title": "Basket is gone", "severity": "critical", "status": state}

    (inbox.kb.home.root / "kb.toml").write_text(
        SET + "[hooks.generic.own]\ntoken = 'the-token-of-my-own'\ntemplate.name = 'title'\n"
        "template.severity = 'severity'\ntemplate.state = 'status'\n"
    )
    sent = [inbox.sends(says(state), "generic/own") for state in ("down", "down", "up", "down")]

    assert [one.repeated for one in sent] == [False, True, False, False]
    assert inbox.one().phase is Phase.INVESTIGATING
    assert inbox.kinds() == ["opened", "resolved", "reopened"]


def test_what_grafana_signed_and_was_seen_is_known_again_days_later(inbox: Inbox):
    body = {**alerts(now=inbox.now), "orgId": 1}
    inbox.sends(body, "grafana", signed=True)
    inbox.passes(minutes=5)
    inbox.sends({**alerts(now=inbox.now, over=True), "orgId": 1}, "grafana", signed=True)
    inbox.passes(days=3)
    again = inbox.sends(body, "grafana", signed=True)

    assert again.repeated
    assert inbox.one().phase is Phase.RESOLVED


def test_an_incident_that_somebody_closed_is_not_opened_again_by_an_alert_that_only_fires_on(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))
    incident = inbox.one()
    inbox.kb.incidents.resolve("a false alarm", incident_id=incident.id)
    inbox.kb.incidents.close(incident_id=incident.id)
    inbox.passes(hours=4)
    inbox.sends(alerts(now=inbox.now, began=timedelta(hours=4)))
    assert inbox.one().phase is Phase.CLOSED
    inbox.sends(alerts(now=inbox.now, over=True))
    inbox.passes(hours=1)
    inbox.sends(alerts(now=inbox.now))

    assert len(inbox.incidents()) == 2


def test_that_it_fires_on_after_somebody_resolved_it_is_told_once(inbox: Inbox):
    inbox.sends(alerts(now=inbox.now))
    inbox.kb.incidents.resolve("restarted it", incident_id=inbox.one().id)
    inbox.passes(minutes=5)
    inbox.sends(alerts(now=inbox.now, count=2))
    inbox.passes(minutes=5)
    inbox.sends(alerts(now=inbox.now, count=2))

    assert inbox.one().phase is Phase.RESOLVED
    assert [body["words"] for kind, body in inbox.news() if kind == "updated"] == [
        "Resolved, and 2 alerts fire on (alertmanager: PoolExhausted)"
    ]


def test_who_took_it_on_in_pagerduty_has_acknowledged_it_here(inbox: Inbox):
    def event(number: int, kind: str, **more: object) -> dict[str, object]:
        now = inbox.now.isoformat()
        data = {
            "id": "P1",
            "type": "incident",
            "title": "Ledger is behind",
            "urgency": "high",
            "created_at": now,
        }
        event = {
            "id": f"E{number}",
            "event_type": f"incident.{kind}",
            "occurred_at": now,
            "data": data,
            **more,
        }
        return {"event": event}

    inbox.sends(event(1, "triggered"), "pagerduty", signed=True)
    inbox.passes(minutes=3)
    inbox.sends(event(2, "acknowledged", agent={"summary": "Ada Lovelace"}), "pagerduty", signed=True)
    inbox.passes(minutes=3)
    inbox.sends(event(3, "resolved"), "pagerduty", signed=True)

    assert inbox.one().acknowledged == inbox.now - timedelta(minutes=3)
    assert inbox.one().acknowledged_by == "Ada Lovelace"
    assert inbox.one().phase is Phase.RESOLVED


def test_an_alert_does_not_become_known_by_having_come_and_gone(inbox: Inbox):
    for _ in range(3):
        inbox.sends(alerts("QuotaReached", now=inbox.now))
        inbox.passes(minutes=5)
        inbox.sends(alerts("QuotaReached", now=inbox.now, over=True))
        inbox.passes(days=1)
    brief = inbox.kb.triage(alerts("QuotaReached", now=inbox.now))

    assert len(inbox.incidents()) == 3
    assert brief.verdict == "unknown"
    assert not any(entry.startswith("incident-") for entry in brief.entries)


def test_what_somebody_notes_of_an_incident_that_the_alert_ended_is_found_from_then_on(inbox: Inbox):
    inbox.sends(alerts("QuotaReached", now=inbox.now))
    inbox.passes(minutes=5)
    inbox.sends(alerts("QuotaReached", now=inbox.now, over=True))
    inbox.passes(days=1)
    inbox.kb.incidents.review(lessons="the quota is per region", incident_id=inbox.one().id)
    brief = inbox.kb.triage(alerts("QuotaReached", now=inbox.now))

    assert inbox.one().id in brief.entries


def test_an_incident_does_not_wait_for_a_brief_that_is_late_and_is_told_of_it_when_it_is_there(inbox: Inbox):
    lesson = inbox.kb.learn_pattern("remaining connection slots are reserved", meaning="pool", fix="raise it")
    inbox.kb.hooks.ask = lambda _message: None
    inbox.accepts(alerts(now=inbox.now))
    inbox.kb.hooks.follow()
    assert inbox.kinds() == ["opened"]
    assert "brief" not in inbox.news()[0][1]
    inbox.kb.hooks.look_up()

    assert inbox.kinds() == ["opened", "updated"]
    known = inbox.news()[1][1]
    assert lesson.id in known["entries"]
    lookup = inbox.kb._parts.ledger.find_lookup(known["lookup_id"])
    assert lookup
    assert lookup["incident"] == inbox.one().id


def test_what_opens_nothing_is_looked_up_once_however_many_of_it_fire(inbox: Inbox):
    for count in (1, 2, 1, 2):
        inbox.sends(alerts(now=inbox.now, severity="info", count=count))
        inbox.passes(minutes=1)

    found = inbox.kb._parts.ledger.lookups(inbox.now - timedelta(1), inbox.now + timedelta(1))
    assert len(found) == 1


def test_alerts_of_a_merged_incident_end_the_one_that_goes_on_when_all_are_over(inbox: Inbox):
    inbox.sends(alerts("PoolExhausted", now=inbox.now))
    inbox.sends(alerts("LatencyHigh", now=inbox.now))
    latency, pool = inbox.incidents()

    inbox.kb.incidents.merge(latency.id, into=pool.id)
    inbox.passes(minutes=5)
    inbox.sends(alerts("PoolExhausted", now=inbox.now, over=True))
    assert inbox.one().resolved is None, "the other alert of it fires on"
    inbox.sends(alerts("LatencyHigh", now=inbox.now, over=True))

    assert inbox.one().id == pool.id
    assert inbox.one().phase is Phase.RESOLVED


def test_what_a_merged_incident_applied_is_credited_when_the_alert_of_the_other_ends(inbox: Inbox):
    entry = inbox.kb.learn_pattern("remaining connection slots are reserved", "a small pool", "raise it").id
    inbox.sends(alerts("PoolExhausted", now=inbox.now))
    other = inbox.kb.incidents.open("checkout is slow")
    inbox.kb.incidents.mitigate("raised the pool", entry, incident_id=other.id)
    pool = next(one for one in inbox.incidents() if one.id != other.id)

    inbox.kb.incidents.merge(other.id, into=pool.id)
    inbox.passes(minutes=5)
    inbox.sends(alerts("PoolExhausted", now=inbox.now, over=True))

    said = inbox.kb._parts.ledger.outcomes_in(pool.id)
    assert [(one.entry_id, one.result) for one in said] == [(entry, Result.APPLIED), (entry, Result.RESOLVED)]


def test_an_alert_that_is_another_trouble_is_split_off_and_ends_its_own_incident(inbox: Inbox):
    inbox.sends(alerts("PoolExhausted", now=inbox.now))
    inbox.sends(alerts("DiskFull", now=inbox.now, service="orders-db"))
    disk, pool = inbox.incidents()
    inbox.kb.incidents.merge(disk.id, into=pool.id)

    split = inbox.kb.incidents.split("the disk of orders-db is full", alert="diskfull", incident_id=pool.id)
    assert split.services == ("orders-db",)
    assert split.resolved is None
    inbox.passes(minutes=5)
    inbox.sends(alerts("DiskFull", now=inbox.now, service="orders-db", over=True))

    assert inbox.kb.incidents.get(split.id).phase is Phase.RESOLVED
    assert inbox.kb.incidents.get(pool.id).resolved is None


def test_an_alert_that_is_over_already_is_split_off_as_an_incident_that_is_over(inbox: Inbox):
    inbox.sends(alerts("PoolExhausted", now=inbox.now))
    inbox.sends(alerts("DiskFull", now=inbox.now, service="orders-db"))
    disk, pool = inbox.incidents()
    inbox.kb.incidents.merge(disk.id, into=pool.id)
    inbox.passes(minutes=5)
    inbox.sends(alerts("DiskFull", now=inbox.now, service="orders-db", over=True))

    split = inbox.kb.incidents.split("the disk of orders-db", alert="DiskFull", incident_id=pool.id)

    assert split.phase is Phase.RESOLVED
    assert split.resolved == inbox.now
