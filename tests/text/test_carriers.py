"""Lines are read without their carriers: every carrier of the table, and what must stay."""

from __future__ import annotations

import pytest

from kb.text.carriers import bare, unfold
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


@pytest.mark.parametrize(
    "message",
    [
        "pod checkout-7d9f8b6c5-x2x9p OOMKilled after 4 hours uptime",
        "imap-login: Info: Disconnected: Inactivity during authentication",
        "mount.nfs: Broken pipe",
        "modprobe: FATAL: Module kvdo not found in directory /lib/modules",
        "BUG: KASAN: use-after-free in ledger_renew",
        "PANIC: could not write the ledger",
        "mount: /run/foo: unknown filesystem type 'ntfs'.",
        "internal error: process exited while connecting to monitor",
        "Caught error: the slot is taken twice",
        "error[E1000]: the ledger cannot be built",
        "HTTP exception thrown: length must be an integer",
        "Step 1: Prepare an image for the ledger",
        "(OperationalError) the table lock timed out",
        "src/ledger.c:7: REQUIRE(handle) failed",
        "/usr/sbin/authconfig: No such file or directory",
        'plugin refused the slot: {"code": 7}',
        "unknown directive bogus in /srv/a/ledger.conf:3",
        'avc:  denied  { unlink } for  pid=1 comm="systemd" scontext=system_u:r tcontext=system_u:o',
        "order refused by the ledger slot=7 peer=a",
    ],
)
def test_words_at_the_beginning_of_a_line_without_a_sure_mark_belong_to_the_message(message: str):
    assert bare(message).text == message
    assert bare(f"ledger-1  | {message}").text == message
    assert bare(f"Nov 29 09:02:12 db-12 ledger[4312]: {message}").text == message


@pytest.mark.parametrize("level", ["error: ", "ERROR: ", "warning: "])
def test_behind_a_level_alone_words_belong_to_the_message(level: str):
    assert bare(f"{level}mount: /run/foo: unknown filesystem").text == "mount: /run/foo: unknown filesystem"


def test_fields_behind_a_message_go_only_behind_a_logger_with_a_time_and_a_level():
    message = "order refused by the ledger"

    assert bare(f"2026-11-29T10:15:12Z ERROR {message} slot=7 peer=a").text == message
    assert bare(f"2026-11-29T10:15:12Z {message} slot=7 peer=a").text == f"{message} slot=7 peer=a"


def test_the_place_that_a_message_names_itself_stays_behind_a_logger():
    message = "unknown directive bogus in /srv/a/ledger.conf:3"

    assert bare(f"2026-11-29 10:15:12,123 ERROR [main] {message}").text == message


@pytest.mark.parametrize(
    "text",
    [
        "&#10;| ",
        "<Data>ERROR: disk failed&#10;at node 7</Data>",
        'db-1 | "failed&#10;" x',
        "Content-Transfer-Encoding: quoted-printable\n\nquorum=20lost=0A=0Aon ledger=\n again",
    ],
)
def test_a_line_end_that_was_written_in_another_way_is_a_line_end_and_every_line_has_its_place(
    text: str,
) -> None:
    found = unfold(text)
    for start in range(len(found.text)):
        place = found.place(start, min(start + 1, len(found.text)))
        assert 0 <= place.start <= place.end <= len(text)
        assert 1 <= place.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    "words",
    [
        "ConnectionError: no leader in shard 9",
        "java.lang.IllegalStateException: closed",
        "panic: runtime error: nil map",
    ],
)
@pytest.mark.parametrize("header", ["<13>Nov 30 10:15:12 web-01 ", "2026-11-30T10:15:12+00:00 web-01 "])
def test_an_exception_is_no_program_although_syslog_daemons_take_it_for_one(header: str, words: str):
    # rsyslog 8.2302.0 and syslog-ng 3.38.1, of the lines of a trace that came without a header
    found = bare(header + words)

    assert found.text.endswith(words)
    assert "service" not in found.said


@pytest.mark.parametrize(
    "spans", ["", "order{id=4711}: ", 'req{id=1}:order{id=4711 shop="a"}: ', "conn:req{id=1}: "]
)
def test_the_spans_that_tracing_writes_before_a_message_are_no_part_of_it(spans: str):
    # tracing-subscriber 0.3.16
    found = bare(
        f"2026-11-30T20:34:35.652731Z ERROR {spans}orders::store: the lease was not renewed error=refused"
    )

    assert found.text == "the lease was not renewed error=refused"
    assert found.said["logger"] == "orders::store"
