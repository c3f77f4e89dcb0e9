"""The evidence in what loggers write around an error; each text as the named version wrote it, shortened."""

from __future__ import annotations

import json

import pytest

from kb.text.evidence.evidence import pick_evidence
from kb.text.evidence.groups import is_bare_field

WORDS = "stock ledger refuses write: shard 9 has no leader"
HEALTHY = "".join(
    f"2026-11-29 20:14:{n:02}.623 | INFO     | __main__:<module>:5 - order stored\n" for n in range(60)
)


def told(text: str) -> list[str]:
    return [line.message for line in pick_evidence(text, 6) if line.score > 1]


LOGURU = f"""\
2026-11-29 20:14:35.623 | ERROR    | __main__:<module>:5 - order job failed
Traceback (most recent call last):

> File "/srv/ru.py", line 4, in <module>
    try: renew()
         └ <function renew at 0x7f14748744a0>

  File "/srv/ru.py", line 3, in renew
    def renew(): raise RuntimeError("{WORDS}")
        └ <function renew at 0x7f14748744a0>

RuntimeError: {WORDS}
"""  # loguru 0.7.3 marks the frame that caught the exception with a `>`, and shows the values of variables


def test_loguru_marks_the_frame_that_caught_an_exception_and_it_is_a_frame():
    assert told(LOGURU) == ["order job failed", f"RuntimeError: {WORDS}"]
    assert told(HEALTHY + LOGURU + HEALTHY) == ["order job failed", f"RuntimeError: {WORDS}"]


ZAP = {
    "level": "error",
    "ts": 1795982928.42,
    "caller": "orders/main.go:17",
    "msg": "order job failed",
    "error": WORDS,
    "errorVerbose": f"{WORDS}\nmain.renew\n\t/srv/orders/main.go:12\nruntime.goexit\n\t/usr/go/src/asm_amd64.s:1594",
    "stacktrace": "main.main\n\t/srv/orders/main.go:17\nruntime.main\n\t/usr/lib/go/src/runtime/proc.go:250",
}


def test_the_stack_that_zap_writes_as_a_field_is_no_evidence_whatever_the_level_of_its_record():
    line = json.dumps(ZAP) + "\n"  # go.uber.org/zap 1.23, with an error of github.com/pkg/errors
    healthy = json.dumps({"level": "info", "ts": 1795982928.42, "msg": "order stored"}) + "\n"

    assert told(line) == ["order job failed", WORDS]
    assert sorted(told(healthy * 80 + line + healthy * 80)) == ["order job failed", WORDS]


def test_an_event_named_with_dots_at_level_error_is_evidence():
    line = json.dumps({"level": "error", "event": "payment.declined"}) + "\n"
    healthy = json.dumps({"level": "info", "event": "payment.accepted"}) + "\n"

    assert told(healthy * 80 + line + healthy * 80) == ["payment.declined"]


LOGRUS = f"""\
time="2026-11-29T20:08:48Z" level=panic msg="order job failed" error="{WORDS}"
panic: (*logrus.Entry) 0xc00014c1c0

goroutine 1 [running]:
github.com/sirupsen/logrus.(*Entry).Panic(...)
\t/usr/share/gocode/src/github.com/sirupsen/logrus/entry.go:342
main.main()
\t/srv/orders/main.go:23 +0x2425
"""


def test_a_panic_with_an_address_says_nothing_and_the_line_of_logrus_above_it_does():
    # logrus 1.9.0 panics with its entry, and Go prints where that lies, not what it says.
    assert told(LOGRUS) == [WORDS, "order job failed"]
    assert told(HEALTHY + LOGRUS + HEALTHY) == [WORDS, "order job failed"]


PINO_PRETTY = f"""\
[20:02:12.204] ERROR (orders/25948): order job failed
    err: {{
      "type": "Error",
      "message": "{WORDS}",
      "stack":
          Error: {WORDS}
              at renew (/srv/j.js:2:26)
      "code": "ELEDGER"
    }}
"""  # pino-pretty 13
INSPECTED = f"""\
{{
  code: 'ELEDGER',
  level: 'error',
  message: '{WORDS}',
}}
"""  # winston 3.19.0, format.prettyPrint
RICH = f"""\
2026-11-29 20:14:03 [error    ] order job failed
╭───────────────────── Traceback (most recent call last) ──────────────────────╮
│ /srv/py1.py:80 in <module>                                                   │
╰──────────────────────────────────────────────────────────────────────────────╯
RuntimeError: {WORDS}
"""  # structlog 26.1.0 with rich installed


@pytest.mark.parametrize("text", [PINO_PRETTY, INSPECTED, RICH])
def test_a_record_over_many_lines_tells_by_its_words_not_by_its_fields(text: str):
    for asked in (text, HEALTHY + text + HEALTHY):
        lines = told(asked)

        assert any(WORDS in line for line in lines)
        assert not [
            line
            for line in lines
            if line.strip(" ,").endswith(("{", "'error'", '"Error"')) or "Traceback" in line
        ]


@pytest.mark.parametrize(
    "line", ["code: 'ECONNREFUSED',", "error: connection refused", "reason: {no leader}"]
)
def test_a_field_that_says_what_is_wrong_is_no_bare_one(line: str):
    assert not is_bare_field(line)


CHAINED = f"""\
Traceback (most recent call last):
  File "/srv/orders.py", line 4, in renew
    raise ConnectionError("{WORDS}")
ConnectionError: {WORDS}

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/orders.py", line 48, in <module>
    try: renew()
         ^^^^^^^
  File "/srv/orders.py", line 6, in renew
    raise RuntimeError("the lease is lost") from error
RuntimeError: the lease is lost"""
POWERTOOLS = {
    "level": "ERROR",
    "location": "<module>:50",
    "message": "order job failed",
    "service": "orders",
    "exception": CHAINED,
    "exception_name": "RuntimeError",
}  # aws_lambda_powertools 3.37.0, log.exception; its stack_trace left out
CLOUD_LOGGING = {
    "message": f"order job failed\n{CHAINED}",
    "severity": "ERROR",
    "logging.googleapis.com/labels": {"python_logger": "orders"},
}  # google-cloud-logging 3.17.0, StructuredLogHandler


@pytest.mark.parametrize("record", [POWERTOOLS, CLOUD_LOGGING])
def test_a_traceback_with_its_cause_tells_the_same_within_a_record_as_outside(record: dict[str, str]):
    # Both tracebacks begin with the same line, and each line of a record stood there once.
    plain = {line.message: line.score for line in pick_evidence(CHAINED, 6) if line.score > 1}
    within = {line.message: line.score for line in pick_evidence(json.dumps(record), 6) if line.score > 1}

    assert list(plain) == [f"ConnectionError: {WORDS}", "RuntimeError: the lease is lost"]
    assert within.pop("order job failed")
    assert within == plain


ANSIBLE = """\

PLAY [orders] ******************************************************************

TASK [Undo a failed import] ****************************************************
[ERROR]: Task failed: Module failed: Destination directory /nonexistent/dir does not exist
Origin: /srv/site.yml:23:7

21       ansible.builtin.command: python3 -c "raise RuntimeError('a text of the task before')"
22       ignore_errors: true
23     - name: Undo a failed import
         ^ column 7

fatal: [db-1]: FAILED! => {"changed": false, "msg": "Destination directory /nonexistent/dir does not exist"}

PLAY RECAP *********************************************************************
db-1                       : ok=5    changed=2    unreachable=0    failed=1    skipped=0    rescued=1    ignored=4
"""  # ansible-core 2.19.14 quotes the lines above the task that failed, which are of the task before it


def test_what_ansible_quotes_and_what_it_writes_around_a_failure_is_no_evidence_above_it():
    found = pick_evidence(ANSIBLE, 6)
    best = max(found, key=lambda line: line.score)

    assert best.message == "Destination directory /nonexistent/dir does not exist"
    assert not [line.message for line in found if "task before" in line.message and line.score > 1]
    assert all(
        line.score < best.score for line in found if line.message.startswith(("TASK", "db-1", "fatal:"))
    )
