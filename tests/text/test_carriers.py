"""Lines are read without their carriers: every carrier of the table, and what must stay."""

from __future__ import annotations

import pytest

from kb.text.carriers import bare
from kb.text.carriers.table import CARRIERS, PHRASE, Carrier


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.name)
def test_each_carrier_of_the_table_gives_its_message(carrier: Carrier):
    line = carrier.example.replace("§", PHRASE)

    found = bare(line)

    assert found.text == PHRASE == line[found.start : found.end]
    assert {name: found.said.get(name) for name in carrier.said} == dict(carrier.said)


@pytest.mark.parametrize(
    "message",
    [
        "disk: full on the archive node",
        "app.lease.LeaseError: renewal of slot 3 refused by peer 7",
        "OSError: [Errno 28] No space left on device: '/srv/a/x.yaml'",
        "[Errno 111] Connection refused by the ledger",
        "ERROR 1040 (HY000): Too many connections",
        "ORA-12541: TNS:no listener",
        'password authentication failed for user "shop"',
        "container exited with exit code 137",
        "connect ECONNREFUSED 127.0.0.1:49151",
        "ledgerd.service: Main process exited, code=exited, status=1/FAILURE",
        "[AggregateError: All promises were rejected] {",
        "index out of bounds: the len is 3 but the index is 48214",
        "no space left on device",
        'avc:  denied  { write } for  pid=7 comm="rhsmd" name="encodings"',
        "update t_orders set v='a' where id=7",
        "12 of 15 replicas are behind the leader",
        "error reading the configuration of shard 7",
    ],
)
def test_a_message_stays_whole(message: str):
    assert bare(message).text == message
    assert bare(f"2026-11-29 10:15:12,123 ERROR [main] {message}").text == message


def test_a_line_that_is_only_a_carrier_is_given_unchanged():
    assert bare("2026-11-29 10:15:12 ERROR [main]").text == "2026-11-29 10:15:12 ERROR [main]"


def test_carriers_lie_one_inside_another():
    line = (
        "orders-2  | Nov 29 09:02:12 db-12 orders[8812]: 2026-11-29 09:01:22.690 UTC [8725] app@shop FATA"
        "L:  sorry, too many clients"
    )

    found = bare(line)

    assert found.text == "sorry, too many clients"
    assert found.said["container"] == "orders-2"
    assert found.said["host"] == "db-12"
    assert found.said["severity"] == "FATAL"
