"""A record that says why in a field of its own is known by that, too, however little the reason tells by itself."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict

RECORDS = {
    "zap": '{{"level":"error","ts":1.{n},"caller":"api/order.go:{n}","msg":"failed to load order","error":"{why}"}}',
    "logfmt": 'ts=2026-11-30T10:00:{n}Z level=error msg="failed to load order" err="{why}" order_id={n}',
    "pino": '{{"level":50,"time":1{n},"err":{{"type":"Error","message":"{why}"}},"msg":"failed to load order"}}',
    "JSON in a field of its own name": '{{"level":"error","msg":"failed to load order","db_error":"{why}","id":{n}}}',
    "logfmt in a field of its own name": 'level=error msg="failed to load order" lastError="{why}" order_id={n}',
    "zap's console": "2026-11-30T10:00:{n}.000Z\tERROR\tapi/order.go:{n}\tfailed to load order\t"
    '{{"id": {n}, "error": "{why}"}}',
    "Monolog": "[2026-11-30T10:00:{n}.000000+00:00] app.ERROR: failed to load order "
    '{{"order":{n},"exception":"[object] (RuntimeException(code: 0): {why} at /app/Order.php:{n})"}} []',
}
REASONS = "context deadline exceeded", "no such host", "i/o timeout", "unauthorized: token revoked"


@pytest.mark.parametrize(
    "why", [REASONS[0], *(pytest.param(one, marks=pytest.mark.full) for one in REASONS[1:3])]
)
@pytest.mark.parametrize("logger", RECORDS)
def test_a_record_with_another_reason_is_not_known_by_the_one_that_was_learned(
    known: KnowledgeBase, logger: str, why: str
) -> None:
    record = RECORDS[logger]
    entry = known.learn_pattern(record.format(n=12, why=why), "what it means", "what helps").id
    again = known.check_known_issues(record.format(n=47, why=why))
    assert (again.verdict, again.matches[0].id) == (Verdict.KNOWN, entry)
    others = [record.format(n=47, why=other) for other in REASONS if other != why]
    assert [one for one in others if known.check_known_issues(one).verdict is Verdict.KNOWN] == []
