"""A block is readable: JSON, escapes, pieces, wraps, each as some program writes it."""

from __future__ import annotations

import json

import pytest

from kb.text.carriers import bare, unfold

LINE = "stock ledger refuses write: shard 9 has no leader since epoch 77"
TRACE = f'Traceback (most recent call last):\n  File "/srv/a.py", line 3, in renew\nRuntimeError: {LINE}'
LONG = " ".join(f"word{n:04}" for n in range(4000))


def read(block: str) -> list[str]:
    return [bare(line).text for line in unfold(block).text.split("\n")]


OBJECTS = {
    "docker": {"log": LINE + "\n", "stream": "stderr", "time": "2026-11-29T09:02:12.123456789Z"},
    "journald": {"MESSAGE": LINE, "_HOSTNAME": "web-01", "_CMDLINE": "/usr/bin/ledger --verbose at once"},
    "journald in bytes": {"MESSAGE": list(LINE.encode()), "_HOSTNAME": "web-01"},
    "pino": {"level": 50, "time": 1795949420123, "pid": 7, "hostname": "a", "msg": LINE},
    "ecs": {"@timestamp": "2026-11-29T10:15:12Z", "message": "m", "error.stack_trace": TRACE + f"\n{LINE}"},
    "serilog": {"@t": "2026-11-29T10:15:12Z", "@mt": "shard {Shard} is lost", "@m": LINE, "Shard": 9},
    "a template": {"@t": "t", "@mt": LINE.replace("9", "{Shard}"), "Shard": 9},
    "gcp": {"insertId": "a", "jsonPayload": {"message": LINE}, "severity": "ERROR"},
    "datadog": {"id": "A", "attributes": {"message": LINE, "service": "ledger"}},
    "structlog": {"event": LINE, "level": "error", "timestamp": "2026-11-29T10:15:12Z"},
    "loki": {
        "stream": {"app": "a"},
        "values": [["1795949420123456789", LINE], ["1795949420123456790", "other"]],
    },
    "cloudwatch": {"events": [{"timestamp": 1, "message": "started"}, {"timestamp": 2, "message": LINE}]},
    "unknown names": {"when": "2026-11-29T10:15:12Z", "sev": "E", "saying": LINE, "where": "/srv/a/b.py"},
    "docker of pino": {"log": json.dumps({"level": 50, "msg": LINE}) + "\n", "stream": "stderr"},
}


@pytest.mark.parametrize("name", OBJECTS)
def test_the_message_of_an_object_is_a_line(name: str):
    found = OBJECTS[name]

    assert LINE in read(json.dumps(found))
    assert LINE in read("2026-11-29T10:15:12Z stderr F " + json.dumps(found))
    assert LINE in read("before\n" + json.dumps(found, indent=2) + "\nafter")
    assert LINE in read(json.dumps([found, found]))
    assert LINE in read("\x1e" + json.dumps(found))
    assert LINE in read("data: " + json.dumps(found))


def test_a_broken_object_stays_as_it_is():
    block = '{"log": "half of a'

    assert unfold(block).text is block


WRITTEN = {
    "colours": f"\x1b[31mERROR\x1b[0m \x1b[1m{LINE}\x1b[0m",
    "a returned line": f"10%\r20%\r{LINE}\r\n",
    "rsyslog": f"Nov 29 10:50:27 web-01 app: Traceback:#012  File x#012{LINE}#012",
    "escapes of apache": f"[core:error] [pid 1] AH01215: caf\\xc3\\xa9 says\\n\\t{LINE}",
    "escapes in quotes": f'called `Result::unwrap()` on an `Err` value: "first\\n{LINE}"',
    "export of the journal": f"__CURSOR=s=1\n_PID=7\nMESSAGE={LINE}\n_COMM=a\n",
    "export of many lines": (
        f"_PID=7\nPRIORITY=3\nMESSAGE\n\x4a\x00\x00\x00\x00\x00\x00\x00first\n{LINE}\n_COMM=a\n"
    ),
    "junit": (
        f'<?xml version="1.0"?>\n<testcase name="a"><failure message="x y z">{LINE}</failure></testcase>'
    ),
    "an attribute of junit": (
        f'<testsuite><testcase name="a"><failure message="{LINE}"/></testcase></testsuite>'
    ),
    "a row of CSV": f'2026-11-29 10:15:12 UTC,"shop","app",7,"ERROR","{LINE}","x"',
    "a shown dict": f"handler got {{'level': 'error', 'msg': '{LINE}'}}",
    "a shown hash": f'got {{:level=>"error", :message=>"{LINE}"}}',
    "quoted-printable": f"Content-Transfer-Encoding: quoted-printable\n\n{LINE[:30]}=\n{LINE[30:]}\n",
    "a quote in two": f"> {LINE[:42]}\n> {LINE[43:]}",
    "a box in two": f"│ Error: {LINE[:42]}\n│ {LINE[43:]}\n╵",
    "rich": (
        f"[11/29/26 10:53:07] INFO     starts                                   logs.py:8\n"
        f"                    ERROR    {LINE[:39]}  logs.py:8\n"
        f"                             {LINE[40:]}                 "
    ),
    "a drawn table": f"│ 3 │ error │ {LINE} │\n",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_carrier_changed_is_undone(name: str):
    assert LINE in read(WRITTEN[name])


def pieces(size: int) -> list[str]:
    return [LONG[at : at + size] for at in range(0, len(LONG), size)]


CUT = {
    "cri": "\n".join(
        (f"2026-11-29T10:51:50.1Z stdout {'P' if len(p) == 8192 else 'F'} {p}") for p in pieces(8192)
    ),
    "cri of two streams": "\n".join(
        f"2026-11-29T10:51:50.1Z stdout {'P' if len(p) == 8192 else 'F'} {p}\n2026-11-29T10:51:50.1Z "
        f"stderr F other"
        for p in pieces(8192)
    ),
    "docker": "\n".join(
        json.dumps({"log": p + "\n" * (len(p) < 16384), "stream": "stdout"}) for p in pieces(16384)
    ),
    "logger": "\n".join(f"<13>Nov 29 12:18:02 vm lease: {p}" for p in pieces(1024)),
    "s6": "\n".join(f"@400000006b0c033c2d0965{n:02} {p}" for n, p in enumerate(pieces(8192))),
}


@pytest.mark.parametrize("name", CUT)
def test_pieces_of_one_line_are_put_together(name: str):
    assert LONG in read("first line of it\n" + CUT[name] + "\nlast line of it")


def test_a_block_with_nothing_to_undo_is_given_back_itself():
    block = "2026-11-29 10:00:00 INFO order 7 stored\n" * 50

    assert unfold(block).text is block


def test_a_place_is_exact_where_the_message_stands_to_the_letter():
    block = "before\n" + json.dumps({"log": LINE + "\n", "stream": "stderr"}) + "\n"
    found = unfold(block, offset=100, line=5)
    at = found.text.index("refuses")

    place = found.place(at, at + 7)

    assert place.line == 6
    assert block[place.start - 100 : place.end - 100] == "refuses"


def test_a_place_is_the_whole_line_where_escapes_were_undone():
    raw = json.dumps({"log": 'lease "a" lost\n', "stream": "stderr"})
    found = unfold("before\n" + raw)
    at = found.text.index('"a"')

    place = found.place(at, at + 3)

    assert ("before\n" + raw)[place.start : place.end] == raw


def test_what_an_object_says_beside_its_message_is_kept():
    raw = json.dumps(
        {"MESSAGE": LINE, "_HOSTNAME": "web-01", "PRIORITY": "3", "_SYSTEMD_UNIT": "ledger.service"}
    )
    found = unfold("before\n" + raw)

    said = found.said(found.text.index(LINE))

    assert said == {"host": "web-01", "severity": "err", "unit": "ledger.service"}


@pytest.mark.parametrize(
    "block",
    [
        "thread 'main' panicked at src/main.rs:3:9:\nthe ledger of shard 9 has no leader since epoch 77\n"
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        "terminate called after throwing an instance of 'std::runtime_error'\n"
        "  what():  the ledger of shard 9 has no leader since epoch 77\nbash: line 1: 4312 Aborted ./ledger\n",
        "the ledger of shard 9 has no leader since epoch 77\nstack traceback:\nlua entry thread aborted\n",
        "    raise LeaseError(f'renewal of slot {slot} refused')\napp.lease.LeaseError: renewal of slot 3 refused",
        '  File "/srv/app/ledger.py", line 7, in renew\n    self.lease = self.table.renew(slot, peer, tick)\n'
        "                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n",
        "the ledger of shard 9 has no leader since epoch 77,\nshard 8 is well and has one\n",
    ],
)
def test_what_are_lines_of_a_crash_or_of_a_program_are_not_joined(block: str):
    assert unfold(block).text == block


def test_a_message_that_a_terminal_wrapped_stands_joined_under_its_parts():
    block = "the ledger of shard 9 has no leader since epoch 77 and refuses all that is\nwritten to it"

    assert unfold(block).text.split("\n") == [*block.split("\n"), block.replace("\n", " ")]


FRAMES = {  # log4j2 2.19.0, RFC5424Layout and SyslogLayout, which end no line unless they are told to
    "rfc5424": '<134>1 2026-11-29T20:18:24.929Z web-01 orders 12887 - [mdc@32473 tenant="a"] ',
    "rfc3164": "<134>Nov 29 20:18:28 web-01 orders: ",
}


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("form", FRAMES)
def test_frames_of_syslog_that_nothing_parts_are_lines(form: str, counted: bool):
    frames = [FRAMES[form] + message for message in ("the store is up", LINE, "the store is down")]
    block = "".join(f"{len(frame)} {frame}" if counted else frame for frame in frames)

    assert read(block)[1:] == [LINE, "the store is down"]


def test_a_priority_within_a_message_parts_nothing():
    block = "the receiver got <134> and <11>Nov and <13>1 of them"

    assert unfold(block).text is block


@pytest.mark.parametrize(
    "line", ["ERROR the lock gate stuck", '{"level":"error","msg":"the lock gate stuck"}']
)
def test_the_ends_of_lines_of_windows_are_no_carrier_and_every_place_is_that_of_the_text_as_given(
    line: str,
) -> None:
    given = f"first\r\nsecond\r\n{line}\r\nlast\r\n"
    found = unfold(given, offset=100, line=7)
    at = found.text.index("the lock gate")
    place = found.place(at, at + len("the lock gate"))
    assert "\r" not in found.text
    assert (place.line, given[place.start - 100 : place.end - 100]) == (9, "the lock gate")


def test_a_log_with_colours_says_of_its_lines_what_it_says_without_them() -> None:
    found = unfold("\x1b[32mINFO\x1b[0m served\nplain\n\x1b[31mERROR\x1b[0m gate stuck\rgate stuck still\n")
    assert [dict(found.said(found.text.index(word))) for word in ("served", "plain", "still")] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("head", "host"), [("fatal: [db-1]: FAILED! => {", "db-1"), ("db-1 | FAILED! => {", None)]
)
def test_an_object_over_many_lines_behind_what_ansible_says_of_it_is_read(head: str, host: str | None):
    # ansible-core 2.14.18: a failed assertion, by the callbacks default and minimal
    block = f'{head}\n    "assertion": "1 == 2",\n    "changed": false,\n    "msg": "{LINE}"\n}}\nPLAY RECAP *********'

    found = unfold(block)

    assert found.text.split("\n") == [LINE, "PLAY RECAP *********"]
    assert found.said(0).get("host") == host


UNFINISHED = {  # ansible-core 2.14.18 and 2.19.14 put both streams and their own words one behind another
    "order 4711 writtenTraceback (most recent call last):": [
        "order 4711 written",
        "Traceback (most recent call last):",
    ],
    "ConnectionError: shard 9 has no leadernon-zero return code": [
        "ConnectionError: shard 9 has no leader",
        "non-zero return code",
    ],
    'loading 48%Exception in thread "main" java.lang.IllegalStateException: closed': [
        "loading 48%",
        'Exception in thread "main" java.lang.IllegalStateException: closed',
    ],
    "order 4711 writtenpanic: runtime error: index out of range [5] with length 3": [
        "order 4711 written",
        "panic: runtime error: index out of range [5] with length 3",
    ],
}


@pytest.mark.parametrize("line", UNFINISHED)
def test_a_crash_behind_a_line_that_was_not_ended_is_a_line(line: str):
    found = unfold(line)

    assert found.text.split("\n") == UNFINISHED[line]
    assert [
        found.place(found.text.index(part), found.text.index(part) + 5).start for part in UNFINISHED[line]
    ] == [
        0,
        line.index(UNFINISHED[line][1]),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "[web]Traceback (most recent call last):",
        "stderr:Traceback (most recent call last):",
        "non-zero return code",
    ],
)
def test_what_a_carrier_stands_before_is_no_unfinished_line(line: str):
    assert unfold(line).text == line


RECORDS = {  # journalctl 252, of a message of several lines, which `export` gives in bytes; shortened
    "export": (
        "__CURSOR=s=0a9b4856fd26;i=1\n__REALTIME_TIMESTAMP=1795949420000000\n_HOSTNAME=web-02\nPRIORITY=6\n"
        "MESSAGE=the store is up\n\n"
        "__CURSOR=s=0a9b4856fd26;i=2\n__REALTIME_TIMESTAMP=1795949421000000\n_BOOT_ID=0a1b\n_HOSTNAME=web-01\n"
        "SYSLOG_IDENTIFIER=ledgerd\n_SYSTEMD_UNIT=ledger.service\n"
        f"MESSAGE\n\xaa\0\0\0\0\0\0\0order job failed\n\nLedgerError: {LINE}\nPRIORITY=3\n\n",
        "1795949421000000",
    ),
    "verbose": (
        "Sun 2026-11-29 10:50:20.000000 UTC [s=0a9b4856fd2646bca22e6151c89f6896;i=1;b=0a1b2c3d;m=f4240]\n"
        "    _HOSTNAME=web-02\n    MESSAGE=the store is up\n    PRIORITY=6\n"
        "Sun 2026-11-29 10:50:21.000000 UTC [s=0a9b4856fd2646bca22e6151c89f6896;i=2;b=0a1b2c3d;m=f4241]\n"
        "    _BOOT_ID=0a1b\n    _HOSTNAME=web-01\n    SYSLOG_IDENTIFIER=ledgerd\n    _SYSTEMD_UNIT=ledger.service\n"
        f"    PRIORITY=3\n    MESSAGE=order job failed\n            \n            LedgerError: {LINE}\n",
        "Sun 2026-11-29 10:50:21.000000 UTC",
    ),
}


@pytest.mark.parametrize("form", RECORDS)
def test_what_the_journal_says_of_a_record_holds_for_every_line_of_its_message(form: str):
    text, time = RECORDS[form]

    found = unfold(text)

    for part in ("order job failed", f"LedgerError: {LINE}"):
        assert dict(found.said(found.text.index(part))) == {
            "severity": "err",
            "time": time,
            "host": "web-01",
            "service": "ledgerd",
            "unit": "ledger.service",
        }
    assert found.said(found.text.index("the store is up"))["host"] == "web-02"


CAUSES = ("dial tcp 10.0.0.7:443: connect: connection refused", "535 5.7.8 authentication failed")
IN_PAIRS = {  # what differs is the field that says why; log/slog, logrus 1.9.0, go-kit/log 0.2.1, Grafana's and Loki's
    "go-kit": 'level=error ts=2026-11-30T20:01:25.57Z caller=main.go:19 msg="flush failed" num=1 err="{}"',
    "logrus": 'time="2026-11-30T20:01:25Z" level=error msg="flush failed" error="{}" shard=9',
    "slog": 'time=2026-11-30T20:01:25.570Z level=ERROR msg="flush failed" err="{}" shard=9',
    "grafana": 'logger=ngalert t=2026-11-30T20:01:25.570455Z level=error msg="flush failed" error="{}"',
    "in a pod": '2026-11-20T10:15:12.123456789Z stderr F level=error msg="flush failed" err="{}"',
    "structlog's pairs": "level='error' event='flush failed' error='{}'",
}


@pytest.mark.parametrize("logger", IN_PAIRS)
def test_a_record_in_pairs_says_its_trouble_in_a_line_of_its_own(logger: str):
    for cause in CAUSES:
        found = unfold(IN_PAIRS[logger].format(cause))

        assert found.text.split("\n") == ["flush failed", cause]
        assert found.said(0)["severity"].lower() == "error"


def test_a_field_in_pairs_keeps_its_quotes_and_its_lines():
    line = 'level=error msg="flush failed" line=214 err="cannot open \\"ledger\\"\\nno leader" reason=nil'

    assert unfold(line).text.split("\n") == ["flush failed", 'cannot open "ledger"', "no leader"]


@pytest.mark.parametrize(
    "line",
    [
        'level=info msg="flush done" err=null',
        "curl http://shop/?msg=a&err=b gives 500",
        "the flags msg=a and err=b are unknown",
        'INSERT failed: event="a b" is no column, error="of the client"',
    ],
)
def test_pairs_in_prose_or_without_a_trouble_stay_as_they_are(line: str):
    assert unfold(line).text == line


@pytest.mark.parametrize(
    "form", ["ERRO[0042] flush failed   error={} shard=9", "[error    ] flush failed   error={} a=b"]
)
def test_fields_behind_blanks_that_say_why_are_of_the_message(form: str):
    # logrus 1.9.0 and structlog 26.1.0 on a terminal
    refused, denied = (bare(form.format(f'"{cause}"')).text for cause in CAUSES)

    assert refused.startswith("flush failed")
    assert refused != denied


def test_what_protobuf_puts_before_a_text_and_changes_at_each_start_is_taken_off():
    # Envoy 1.40.0
    line = "error `route: unknown cluster 'shop'` initializing config '{}node {{ id: 7 }}'"

    told = {unfold(line.format(mark)).text for mark in ("goo.gle/debugproto    ", "goo.gle/debugstr  ")}

    assert told == {line.format("")}
