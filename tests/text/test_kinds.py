"""What kind of text is asked is told from the text alone."""

from __future__ import annotations

import pytest

from kb.text.kinds import Kind, kind_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tide gauge is down. Gauge <*> in basin <*> has not reported for more than 15 minutes.", Kind.ALERT),
        ("[FIRING:2] HarbourCraneStalled (quay-north crane-4 critical)", Kind.ALERT),
        ("alertname=HarbourCraneStalled severity=critical crane=4", Kind.LABELS),
        ('{"labels": {"alertname": "HarbourCraneStalled", "severity": "critical"}}', Kind.LABELS),
        ('level=error caller=ledger.go:214 err="no leader" shard=17', Kind.LINE),
        ("dial tcp 10.0.0.7:5432: connect: connection refused", Kind.LINE),
        (
            "2026-11-20 10:15:12 ERROR ledger: write refused (shard 4)\n"
            "2026-11-20 10:15:13 ERROR ledger: giving up after 3 tries (shard 4)",
            Kind.LOG,
        ),
        (
            'Traceback (most recent call last):\n  File "/srv/ledger.py", line 12, in append\n'
            "ValueError: the shard is sealed",
            Kind.TRACE,
        ),
        ("checkout is slow since the deploy", Kind.SENTENCE),
        ("cannot log in after the migration", Kind.SENTENCE),
        ("have we ever lost a disk during a resize?", Kind.SENTENCE),
    ],
)
def test_the_kind_of_a_text_is_told(text: str, kind: Kind):
    assert kind_of(text) is kind


def test_the_lines_that_tell_most_of_a_long_log_are_a_log_however_they_read():
    lines = "we cannot write to the ledger any more, and nobody can read from it since noon"

    assert kind_of(lines, whole=False) is Kind.LOG


@pytest.mark.parametrize("text", ["", "   ", "4711 --- 12"])
def test_what_says_nothing_is_a_line(text: str):
    assert kind_of(text) is Kind.LINE
