from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.masking import MASK_VERSION, fingerprint, mask

PIECES = st.sampled_from(
    """
    2026-11-02T03:12:55Z|03:12|10.2.3.4:80|fe80::1|web-7d9f8b6c5-x2x9p|HTTP 503|exit code 137|errno 28|<*>
    |{{ $x }}|%s|$1|user=bob|id: 'x'|v1.2.3|4 hours|0x1f|abc123def|-|/|:|a.b.com|[|]|error|1|é|/tmp/x
    |3512 ms|Nov  2 03:12:55|"GET
    """.strip()
    .replace("\n    ", "")
    .split("|")
)
LINES = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=10).flatmap(
    lambda parts: st.sampled_from(["", " ", "-"]).map(lambda glue: glue.join(parts))
)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_masking_a_masked_line_changes_nothing(line: str) -> None:
    assert mask(mask(line)) == mask(line)


@settings(max_examples=100, deadline=None)
@given(LINES)
def test_a_line_and_its_template_have_the_same_fingerprint(line: str) -> None:
    assert fingerprint(mask(line)) == fingerprint(line)


@pytest.mark.parametrize(
    "kept",
    [
        "HTTP 503",
        "ApiException: (404)",
        "status=502",
        "code 404",
        "502 Bad Gateway",
        "returned 500",
        '"GET / HTTP/1.1" 502',
        "exit code 137",
        "exit status 1",
        "exited with 137",
        "Exit Code:    137",
        "signal 9",
        "errno 28",
        "[Errno 28] No space left on device",
        "ENOSPC",
        "ORA-12541: TNS:no listener",
        "error[E0425]: cannot find value",
        "SQLSTATE 23505",
        "SQLSTATE[23505]",
        "error 0x80070005",
        "x509: certificate signed by unknown authority",
        "java.lang.OutOfMemoryError: Java heap space",
        "KubePodCrashLooping",
        "value is <nil>",
        "share of 5xx answers",
        "connect() failed (111: Connection refused)",
        "curl: (28) Operation timed out",
        "ERROR 1045 (28000): Access denied",
        "dsn=5.1.1, stat=User unknown",
        "554 5.7.1 relay access denied",
        "lookup by id: ORA-12541",
        "get by id: 404 Not Found",
        "QueueManager$SendWorker: leaving",
    ],
)
def test_what_identifies_an_error_is_kept(kept: str) -> None:
    assert mask(kept) == kept


@pytest.mark.parametrize(
    ("line", "template"),
    [
        ("pod web-5b864949c4-4sgws gone", "pod web-<*> gone"),
        ("longhorn-manager-tx469", "longhorn-manager-<*>"),
        ("dial tcp 10.0.0.1:6443: connect", "dial tcp <*>: connect"),
        ("from 2001:db8::ff00:42:8329 port 22", "from <*> port <*>"),
        ("Nov  2 03:12:55 started", "<*> started"),
        ("[02/Nov/2026:03:12:55 +0000] started", "[<*>] started"),
        ("request 8f14e45f-ceea-467f-a8f3-1d2b3c4d5e6f done", "request <*> done"),
        ("took 1h2m3.5s of 512Mi", "took <*> of <*>"),
        ("commit 9f86d081884c7d659a2feaa0c55ad015 bad", "commit <*> bad"),
        ("read /tmp/build-x/a.txt failed", "read <*> failed"),
        ("lookup db-a.example.com: no such host", "lookup <*>: no such host"),
        ("node {{ $labels.node }} at %s by $1", "node <*> at <*> by <*>"),
        ("1 2 3 errors", "<*> errors"),
        ("upgraded to v1.27.3", "upgraded to <*>"),
        ("request id aB3x could not be served", "request id <*> could not be served"),
        ("job 4tecwxyaot failed", "job <*> failed"),
        ("job jnmgngmvfx failed", "job <*> failed"),
        ("object kMf0KOlSNdk is gone", "object <*> is gone"),
        ("block blk_4f1c2a9be0 is lost", "block blk_<*> is lost"),
        ("token JHdwTsvzGDQLxTOdQXrqUKTun expired", "token <*> expired"),
        ("key SHA256:OAJNImacHOiSTSXlBzSppFIJtpTAbyIqPzKe+wUcDvE refused", "key SHA256:<*> refused"),
        ("at 7f00 in 1.5e-3", "at <*> in <*>"),
        ("fans ( 3570 **** 3600 )", "fans ( <*> )"),
        ("to [2026-01-02_11,01,55.983179]-trace-006.txt", "to [<*>]-trace-<*>"),
        ("msgid=<2026.aB1@mail-7>, delay=<1 sec", "msgid=<*>, delay=<*>"),
        ("waitForOk2Send of Http2Api failed", "waitForOk<*>Send of Http<*>Api failed"),
        ("no answer from rack_B7", "no answer from rack_<*>"),
        ("package Acme-Store-Core~31bf3856ad364e35~amd64~~6.1.1.0 kept", "package <*> kept"),
        ("KB12 and KB2813347 are installed", "KB<*> and KB<*> are installed"),
    ],
)
def test_what_varies_becomes_a_placeholder(line: str, template: str) -> None:
    assert mask(line) == template


def test_a_public_service_is_not_taken_for_a_variable_host() -> None:
    assert mask("lookup quay.io: no such host") == "lookup quay.io: no such host"


FIRST = (
    "2026-11-02T03:12:55Z ERROR pod checkout-7d9f8b6c5-x2x9p on ip-10-2-3-4 OOMKilled after 4 hours, "
    "request 8f14e45f-ceea-467f-a8f3-1d2b3c4d5e6f, took 3512 ms"
)
OTHER = (
    "Jan 12 13:02:05 ERROR pod checkout-5b864949c4-qpfrv on ip-172-31-200-14 OOMKilled after 12 hours, "
    "request 0a0b45aa-0000-467f-88f3-ffffffffffff, took 2.5 s"
)


def test_lines_that_differ_only_in_ids_numbers_hosts_and_times_have_one_fingerprint() -> None:
    assert fingerprint(FIRST) == fingerprint(OTHER)
    assert fingerprint(FIRST).startswith(f"f{MASK_VERSION}:")


def test_the_prefix_of_the_logger_does_not_count() -> None:
    plain = fingerprint("Connection pool exhausted after 10s")
    assert (
        fingerprint(
            "2026-11-02 03:12:55,123 [main] ERROR com.acme.Pool - Connection pool exhausted after 30s"
        )
        == plain
    )
    assert fingerprint("level=warn msg=Connection  pool EXHAUSTED after 30s") == plain
    assert fingerprint("com.acme.pool.Connections: Connection pool exhausted after 30s") == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("upstream returned 502", "upstream returned 503"),
        ("exit code 137", "exit code 1"),
        ("too many 4xx answers", "too many 5xx answers"),
        ("connect() failed (111: Connection refused)", "connect() failed (110: Connection refused)"),
        ("dsn=4.1.1, not delivered", "dsn=5.1.1, not delivered"),
        ("QueueManager$SendWorker: leaving", "QueueManager$ReceiveWorker: leaving"),
        ("error: config.yaml: not valid", "error: secrets.json: not valid"),
        ("io.acme.StoreException: closed", "io.acme.QueueException: closed"),
        ("lookup by id: ORA-12541", "lookup by id: ORA-12514"),
        ("KB12 is missing", "PR12 is missing"),
    ],
)
def test_different_codes_and_parts_are_different_errors(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("alphabet", ["0123456789abcdef", string.digits + string.ascii_letters])
@pytest.mark.parametrize("length", [8, 12, 22, 64])
def test_an_id_of_any_length_varies_after_the_word_id(alphabet: str, length: int) -> None:
    rng = random.Random(length)
    ids = ["7" + "".join(rng.choices(alphabet, k=length - 1)) for _ in range(50)]

    assert {mask(f"request id {one} was lost") for one in ids} == {"request id <*> was lost"}


@pytest.mark.parametrize(
    "line", ["", "   ", "2026-11-02T03:12:55Z ERROR", "12345 10.0.0.1", "\x00\x01", "-- <*> --"]
)
def test_a_line_that_tells_nothing_has_no_fingerprint(line: str) -> None:
    assert fingerprint(line) == ""


def test_text_in_other_scripts_has_a_fingerprint() -> None:
    assert fingerprint("خطأ في الاتصال 12") == fingerprint("خطأ في الاتصال 99") != ""
    assert fingerprint("连接 被拒绝") != ""


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "a1",
        "<*>",
        "aB ",
        "1:",
        "a.",
        "0x",
        "/tmp/",
        "- ",
        "id=",
        "{{",
        "error ",
        "a.com.",
        "id ",
        "$a",
        "<a@",
        "aB1",
        "*** ",
        "(1: ",
        "a_1",
    ],
)
def test_a_long_line_is_masked_in_linear_time(unit: str) -> None:
    assert len(mask(unit * 30_000)) >= 0
