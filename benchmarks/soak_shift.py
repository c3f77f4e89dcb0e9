"""What one client of the soak does, over and over: an incident with nearly all tools, from alert to postmortem.

Questions and searches come most often, as they do; a new lesson is learned in every eighth incident, so that the home
grows by some hundred entries and its growth does not hide what the server itself gains.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import count
from typing import Any

Call = Callable[..., dict[str, Any]]
"""Calls a tool with arguments, and returns what it answered."""
LESSON_EVERY = 8
LONG_EVERY = 16
_SYMPTOMS = (
    "the ferry does not leave because its ramp is stuck",
    "cannot reach the harbour office, connection refused",
    "the radar shows nothing since the update",
    "ERROR bilge pump 3 overheats after an hour",
)


def shift(number: int, call: Call) -> Iterator[None]:
    """The calls of one client, one a step, for ever."""
    for turn in count():
        yield from _arrival(number, turn, call)
        known = yield from _work(number, turn, call)
        yield from _afterwards(number, turn, call, known)
        yield from _memory(number, turn, call)
        if turn % LONG_EVERY == number % LONG_EVERY:
            yield from _looking_back(number, call)


def _arrival(number: int, turn: int, call: Call) -> Iterator[None]:
    """An alert comes in: what is known of it?"""
    service, symptom = f"berth-{number % 7}", _SYMPTOMS[turn % len(_SYMPTOMS)]
    call("triage", alert=f"BerthDown: {symptom}", service=service, environment="production", severity="SEV2")
    yield
    for asked in range(6):
        call("check_known_issues", error_text=f"berth {number}x{asked} reports fault", service=service)
        yield
    call("search_incidents", query=symptom)
    yield
    if turn % LONG_EVERY == number % LONG_EVERY:
        log = "all is calm\n" * 4_000 + f"FATAL {symptom}\n"
        call("investigate_alert", alert=log, service=service, environment="stage")
        yield
    call("debug_prod", service=service, symptoms=[symptom], evidence={"logs": "ramp: stuck"})
    yield


def _work(number: int, turn: int, call: Call) -> Generator[None, None, dict[str, Any]]:
    """The incident itself."""
    service = f"berth-{number % 7}"
    opened = call(
        "incident_open",
        title=f"berth {number} is down, {turn}",
        service=service,
        environment="production",
        severity="SEV2",
    )
    known = {"incident_id": opened["id"]}
    yield
    for tool, given in (
        ("incident_acknowledge", {"by": "the watch"}),
        ("changes", {"service": service, "hours": 24}),
        ("incident_hypothesise", {"text": "the ramp is frozen"}),
        ("incident_log", {"action": "looked at the ramp", "details": f"{number}x{turn}"}),
        ("incident_severity", {"severity": "SEV3", "reason": "one berth of seven"}),
        ("incident_status_update", {"style": "chat", "focus": "the ramp"}),
        ("rollback_target", {"service": service, "environment": "production"}),
        ("incident_mitigate", {"action": "greased the ramp", "worked": True}),
        ("incident_show", {}),
        ("incident_list", {"open_only": True, "limit": 5}),
    ):
        call(tool, **given, **({} if tool in ("changes", "rollback_target", "incident_list") else known))
        yield
    call("incident_resolve", resolution="the ramp moves", cause="ice", **known)
    yield
    call("incident_verify", checks="all", **known)
    yield
    return known


def _afterwards(number: int, turn: int, call: Call, known: dict[str, Any]) -> Iterator[None]:
    """What was learned of it, and what came of the advice."""
    call("incident_review", went_well=["found in a minute"], lessons=["grease it in autumn"], **known)
    yield
    for done in (False, True):
        call("incident_action_item", text="grease the ramp", owner="the watch", done=done, **known)
        yield
    call("incident_postmortem", **known)
    yield
    call("incident_close", **known)
    yield
    lesson = turn - turn % LESSON_EVERY
    learned = call(
        "learn_pattern",
        pattern=f"berth {number}x{lesson} reports fault {number * 7919 + lesson}",
        fix="see the ramp",
        meaning="the ramp is frozen",
        services=[f"berth-{number % 7}"],
    )
    yield
    call(
        "learn_tool_fix",
        tool_name="ramp_move",
        error_pattern=f"winch {number} is frozen",
        fix_description="thaw",
    )
    yield
    asked = call(
        "check_known_issues", error_text=f"berth {number}x{lesson} reports fault {number * 7919 + lesson}"
    )
    yield
    call("record_outcome", entry_id=learned["id"], result="resolved", lookup_id=asked["lookup_id"])
    yield
    call("get_entry", entry_id=learned["id"])
    yield
    call(
        "record_change",
        kind="deployment",
        service=f"berth-{number % 7}",
        version=f"1.{turn}",
        environment="stage",
    )
    yield


def _memory(number: int, turn: int, call: Call) -> Iterator[None]:
    """The files, the log, and now and then a look at all of it."""
    for action in range(4):
        call("memory_session_log", action=f"watch {number}x{turn}x{action} is over")
        yield
    call("memory_update", key="state/berths", path=f"berths.b{number}", value={"turn": turn, "state": "open"})
    yield
    for tool, given in (
        ("memory_query", {"key": "state/berths", "path": f"berths.b{number}"}),
        ("memory_read", {"key": "state/watch"}),
        ("memory_view", {"file": "learned/service_quirks"}),
    ):
        call(tool, **given)
        yield
    if turn % LESSON_EVERY == number % LESSON_EVERY:
        item = {"name": f"quirk {number}", "details": f"seen {turn} times"}
        call("memory_append", key="state/remarks", list_path="remarks", item=item)
        yield
        call("skill_run", name="memory_view", inputs={"file": "learned/service_quirks"})
        yield


def _looking_back(number: int, call: Call) -> Iterator[None]:
    """One of the tools that read much of the history."""
    looks: tuple[tuple[str, dict[str, object]], ...] = (
        ("rehearse_pattern", {"pattern": f"berth {number}x0 reports"}),
        ("weekly_summary", {"days": 1}),
        ("proposals_list", {}),
    )
    tool, given = looks[number % len(looks)]
    call(tool, **given)
    yield
