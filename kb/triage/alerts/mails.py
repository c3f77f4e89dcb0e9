"""Mails of monitoring: Nagios, Icinga, Checkmk, Zabbix, Monit, CloudWatch, by the fields in their lines.  Pure.

People change the templates of mails; so what counts is which fields are there, not where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kb.expression import expression
from kb.text.environments import environment_in
from kb.triage.alert_values import moment_of
from kb.triage.alerts.checks import ZABBIX, of_macros
from kb.triage.alerts.report import AlertReading, AlertReport, AlertState, first, words

_READ = 20_000
"""Characters of a mail that are read; its fields stand above any graph or footer."""
_FIELD = expression(r"^[ \t*-]{0,8}([A-Z][A-Za-z/ ]{1,30}?)[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_SUBJECT = expression(
    r"\b(PROBLEM|RECOVERY|ACKNOWLEDGEMENT|FLAPPINGSTART|FLAPPINGSTOP|DOWNTIMESTART|DOWNTIMEEND)"
    r"(?: \w+)? (?:Service|Host) Alert: ([^/\n]{1,120}?)(?:/([^\n]{1,200}?))? is (\w+)",
    re.IGNORECASE,
)
_ICINGA_SUBJECT = expression(
    r"\[(PROBLEM|RECOVERY|ACKNOWLEDGEMENT|FLAPPING(?:START|END)|DOWNTIME(?:START|END|REMOVED)|CUSTOM)\] "
    r"(?:([^\n]{1,200}?) on )?([^ \n]{1,120}) is (\w+)!"
)
_ICINGA = expression(
    r"^(?!\*)([^\n]{1,200}?) on (\S{1,120}) is (OK|WARNING|CRITICAL|UNKNOWN)!?[ \t]*$", re.MULTILINE
)
_ICINGA_HOST = expression(r"^(?!\*)(\S{1,120}) is (UP|DOWN)!?[ \t]*$", re.MULTILINE)
_CHECKMK_QUIET = expression(r"(?:Acknowledged|Downtime Start|Started Flapping)(?: \((\w+)\))?")
_STARTED = expression(r"\bProblem (?:started|has been resolved) (?:at )?([\d:]{5,8}) on ([\d.-]{8,10})")
_MONIT = expression(r"^([A-Z][A-Za-z' ]{2,40}) Service (\S{1,120}) *$", re.MULTILINE)
_MONIT_OVER = expression(r"(?: succeeded| ok| recovery| not changed|^Exists(?: not)?|^Link up)$")
"""The event of trouble is `Does not exist` or `Does exist`, that of its end `Exists` or `Exists not`."""
_MARKS = (" Service ", "State:", "Event:", "Alert:", "Problem name:", "State Change:", "Host:", "] ")


def read_mail(text: str) -> AlertReading | None:
    """What a mail of one of these tools reports; None where the text is none."""
    head = text[:_READ].replace("\r\n", "\n")  # as mails travel
    if not any(mark in head for mark in _MARKS):
        return None
    said = {
        " ".join(key.split()).casefold().replace(" / ", "/"): value.strip()
        for key, value in reversed(_FIELD.findall(head))
    }
    for tool, read in _MAILS:
        if (report := read(head, said)) is not None:
            return AlertReading(tool=tool, reports=(report,))
    return None


Fields = Mapping[str, str]


def _nagios(text: str, said: Fields) -> AlertReport | None:
    """Also of Icinga, whose older mails are the same."""
    kind, host, check, state = _subject(text)
    event, host_event = _ICINGA.search(text), _ICINGA_HOST.search(text)
    macros = {
        "NOTIFICATIONTYPE": first(said.get("notification type"), kind),
        "HOSTNAME": first(said.get("host"), host),
        "SERVICEDESC": first(said.get("service"), check),
        "SERVICESTATE": first(
            said.get("state"), state, event[3] if event else "", host_event[2] if host_event else ""
        ),
        "SERVICEOUTPUT": first(
            said.get("additional info"), said.get("info"), _after(text, "Additional Info:")
        ),
        "SHORTDATETIME": first(said.get("date/time"), said.get("when")),
    }
    told = macros["NOTIFICATIONTYPE"] or "when" in said
    return of_macros(macros) if told and macros["HOSTNAME"] and macros["SERVICESTATE"] else None


def _subject(text: str) -> tuple[str, str, str, str]:
    """Kind, host, check and state as the subject of a mail of Nagios or of Icinga has them; empty where it has none."""
    if nagios := _SUBJECT.search(text):
        return nagios[1], nagios[2], nagios[3] or "", nagios[4]
    if icinga := _ICINGA_SUBJECT.search(text):
        return icinga[1], icinga[3], icinga[2] or "", icinga[4]
    return "", "", "", ""


def _after(text: str, heading: str) -> str:
    """The paragraph below a heading."""
    rest = text.partition(heading)[2].strip()
    return rest.split("\n\n", 1)[0][:2_000]


def _checkmk(text: str, said: Fields) -> AlertReport | None:
    event = said.get("event", "")
    quiet = _CHECKMK_QUIET.match(event)
    if "host" not in said or ("->" not in event and "→" not in event and not quiet):
        return None
    macros = {
        "NOTIFICATIONTYPE": "ACKNOWLEDGEMENT" if quiet else "",
        "HOSTNAME": said["host"].split(" (", 1)[0],
        "SERVICEDESC": said.get("service", ""),
        "SERVICESTATE": first(quiet[1] if quiet else "", event),
        "SERVICEOUTPUT": first(said.get("summary"), said.get("output")),
        "LONGSERVICEOUTPUT": _after(text, "Details:"),
        "SHORTDATETIME": said.get("date/time", ""),
    }
    return of_macros(macros)


def _zabbix(text: str, said: Fields) -> AlertReport | None:
    if "problem name" not in said:
        return None
    label, host, began = said.get("severity", ""), said.get("host", ""), _STARTED.search(text)
    over = "problem has been resolved" in text.casefold()
    return AlertReport(
        name=said["problem name"],
        texts=words(said.get("operational data"), host),
        environment=environment_in(host),
        severity=ZABBIX.get(label.casefold()),
        label=label,
        starts=None if over or not began else moment_of(f"{began[2]} {began[1]}"),
        state=AlertState.OVER if over else AlertState.FIRING,
    )


def _monit(text: str, said: Fields) -> AlertReport | None:
    """The event alone tells what it is: action and description are the same of a trouble and of an end."""
    found = _MONIT.search(text)
    if found is None or not {"action", "host", "description"} <= said.keys():
        return None
    event, service = found[1], found[2]
    over = _MONIT_OVER.search(event) is not None
    return AlertReport(
        name=f"{event} {service}",
        texts=words(said["description"], said["host"]),
        service="" if service == said["host"] else service,
        environment=environment_in(said["host"]),
        changed=moment_of(said.get("date", "")),
        state=AlertState.OVER
        if over
        else AlertState.UNTOLD
        if event.startswith("Monit instance")
        else AlertState.FIRING,
    )


def _cloudwatch(_: str, said: Fields) -> AlertReport | None:
    change = said.get("state change", "")
    if "->" not in change or "name" not in said:
        return None
    now = change.rsplit("->", 1)[1].strip().casefold()
    return AlertReport(
        name=said["name"],
        texts=words(said.get("description"), said.get("reason for state change")),
        changed=moment_of(said.get("timestamp", "")),
        state=AlertState.OVER if now == "ok" else AlertState.FIRING if now == "alarm" else AlertState.PENDING,
    )


_MAILS: tuple[tuple[str, Callable[[str, Fields], AlertReport | None]], ...] = (
    ("CloudWatch", _cloudwatch),
    ("Zabbix", _zabbix),
    ("Monit", _monit),
    ("Checkmk", _checkmk),
    ("Nagios or Icinga", _nagios),
)
