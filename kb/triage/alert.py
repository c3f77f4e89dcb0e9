"""An alert understood, whatever form it comes in: text, mail, log, the JSON of a known tool, JSON of another.

What was given explicitly wins over what the alert says.  JSON that does not parse is text; nothing that
comes in makes this raise, since an alert is written by others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kb.expression import expression
from kb.model.brief import Alert
from kb.model.entry import Severity
from kb.text.environments import environment_in
from kb.text.redact import redact_data
from kb.triage.alert_lists import listed, of_amtool, of_notification, of_title
from kb.triage.alert_values import given_or, named, text_of
from kb.triage.alerts.envelopes import from_json, opened
from kb.triage.alerts.kubernetes import events_in, events_in_text
from kb.triage.alerts.mails import read_mail
from kb.triage.alerts.mime import as_read
from kb.triage.alerts.prometheus import is_alert, read_group
from kb.triage.alerts.report import AlertReading, AlertReport, AlertState
from kb.triage.alerts.summary import KNOWN_WORDS, alert_of
from kb.triage.alerts.tools import read_tool
from kb.triage.alerts.unknown.reading import read_unknown, read_unknown_list
from kb.triage.labels import environment_of, labels_in, labels_told_once, service_of
from kb.triage.structured_logs import is_log_line, plain_log, telling_line

_MOST_OBJECTS = 2_000
"""Objects of a list that are read."""
_SUBJECT = expression(r"(?i)^Subject:\s*")
_RESOLVED = expression(
    r"(?i)^\W*(?:Subject:\W*)?(?:RECOVERY (?:service|host) alert|\[?(?:resolved|recovered|recovery|ok)\b[\]:]"
    r"|(?:resolved|recovered)(?:\s*[)}|;.,!*_–—]|\s+[-/#(\[]|\s*$)|(?-i:(?:RESOLVED|RECOVERED)\s+\S*[a-z]))"
    r"|\bstate: (?:ok|resolved)\b"
)
"""As a title is headed; `Resolved config missing` is not."""


def parse_alert(
    alert: object, service: str = "", environment: str = "", scale: Mapping[str, Severity] = KNOWN_WORDS
) -> Alert:
    """The alert that a text, a mapping or a list of mappings tells; never raises.

    What was read already (`AlertReading`, without secrets) is only put together.  `scale` says what words of severity
    mean here, in small letters; they go before those of the tools.
    """
    if isinstance(alert, AlertReading):
        return alert_of(alert, service, environment, scale)
    data = redact_data(opened(_as_data(alert)))
    reading = _of_data(data)
    if reading is not None:
        return alert_of(reading, service, environment, scale)
    text = json.dumps(data, ensure_ascii=False) if data and isinstance(data, Mapping) else text_of(data)
    return _of_text(text, service, environment, scale)


def _as_data(alert: object) -> object:
    if isinstance(alert, bytes):
        alert = alert.decode("utf-8", "replace")
    return from_json(as_read(alert)) if isinstance(alert, str) else alert


def _of_data(data: object) -> AlertReading | None:
    """What is reported in a known form or by keys; None for a text and for a line of a log."""
    if isinstance(data, str):
        return _of_form(data)
    head = data if isinstance(data, Mapping) else {}
    data = listed(data)
    if isinstance(data, Mapping):
        group = data.get("alerts")
        if isinstance(group, Sequence) and not isinstance(group, str) and any(map(is_alert, group)):
            return read_group(data, group, one_group=data is head)
        if is_alert(data):
            return read_group({}, [data], one_group=True)
        if alerts := of_notification(data):
            return _carried(read_group({}, alerts, one_group=True), data)
        return _of_object(data)
    if not isinstance(data, list):
        return None
    if any(map(is_alert, data)):
        return read_group({}, data, one_group=False)
    return _of_list([one for one in data if isinstance(one, Mapping)])


def _carried(reading: AlertReading, data: Mapping[object, object]) -> AlertReading:
    """What Alertmanager wrote into a message of another tool, which may have been closed there since."""
    carrier = read_tool(data) or read_unknown(data)
    ended = bool(carrier.reports) and all(one.state is AlertState.OVER for one in carrier.reports)
    lead = carrier.reports[0] if carrier.reports else AlertReport()
    reports = (
        replace(
            one,
            state=AlertState.OVER if ended else one.state,
            starts=one.starts or lead.starts,
            ends=one.ends or lead.ends,
            changed=one.changed or lead.changed,
        )
        for one in reading.reports
    )
    return replace(reading, tool=carrier.tool or reading.tool, reports=tuple(reports))


def _of_form(text: str) -> AlertReading | None:
    if rows := of_amtool(text) or of_notification(text):
        return read_group({}, rows, one_group=False)
    if events := events_in_text(text):
        return AlertReading(tool="Kubernetes events", reports=tuple(events), one_group=False)
    return read_mail(text)


def _of_object(data: Mapping[object, object]) -> AlertReading | None:
    if reading := read_tool(data):
        return reading
    if events := events_in(data):
        return AlertReading(tool="Kubernetes events", reports=tuple(events), one_group=False)
    return None if is_log_line(data) or not data else read_unknown(data)


def _of_list(items: Sequence[Mapping[object, object]]) -> AlertReading | None:
    """The alerts in a list of objects of known tools, or of none; lines of a log are none."""
    if events := events_in(list(items)):
        return AlertReading(tool="Kubernetes events", reports=tuple(events), one_group=False)
    read = [reading for one in items[:_MOST_OBJECTS] if (reading := read_tool(one))]
    if read:
        reports = tuple(report for reading in read for report in reading.reports)
        return AlertReading(tool=read[0].tool, reports=reports, one_group=len(reports) == 1)
    return read_unknown_list(items) if items and not all(map(is_log_line, items)) else None


def _of_text(text: str, service: str, environment: str, scale: Mapping[str, Severity]) -> Alert:
    text, said = plain_log(text) or (text, {})
    first = next((line.strip() for line in text[:20_000].splitlines() if line.strip()), "")
    over = _RESOLVED.search(first) is not None
    title, values = of_title(_SUBJECT.sub("", first))
    placed = next((where for value in values if (where := environment_in(value))), "")
    labels = {**({"environment": placed} if placed else {}), **labels_in(text), **said}
    label = named(labels.get("severity", "")) or _label_in(first)
    return Alert(
        text=text,
        name=named(labels.get("alertname", "") or (title if values else telling_line(text))),
        resolved=int(over),
        service=given_or(service, service_of(labels)),
        environment=given_or(environment, environment_of(labels)),
        severity_label=label,
        severity=scale.get(label.casefold()),
        labels=labels_told_once(text),
    )


_FIRING = expression(
    r"(?i)^\W{0,3}(?:Subject:\W*)?(?:FIRING|ALERT|PROBLEM|TRIGGERED)\b(?:.*?\W)?(critical|page|high|warning|info)(?![\w-])"
)
_SHORT_LABEL = expression(r"(?i)\b(?:SEV[\s-]?[1-4]|P[0-5])\b|\bseverity\W{1,3}(\w+)|[🔴🟠🟡🟢]")


def _label_in(line: str) -> str:
    found = _SHORT_LABEL.search(line[:400])
    if found is None:  # as Alertmanager titles it: "[FIRING:1] KubeNodeNotReady (prod critical)"
        found = _FIRING.search(line[:400])
    return (found[1] or found[0]) if found else ""
