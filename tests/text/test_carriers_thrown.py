"""Exceptions that loggers write as data read as their runtimes print them; each as the named version wrote it."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from kb.text.carriers import bare, unfold
from kb.text.carriers.said import thrown
from kb.text.evidence.evidence import pick_evidence

WORDS = "stock ledger refuses write: shard 9 has no leader"

WRITTEN = {
    "structlog 26.1.0, dict_tracebacks": (
        {
            "event": "order job failed",
            "level": "error",
            "exception": [
                {
                    "exc_type": "LedgerRefused",
                    "exc_value": WORDS,
                    "exc_notes": [],
                    "is_cause": False,
                    "frames": [
                        {
                            "filename": "/srv/a.py",
                            "lineno": 3,
                            "name": "renew",
                            "locals": {"message": "'a text in a variable of a frame'"},
                        }
                    ],
                    "exceptions": [],
                }
            ],
        },
        ["order job failed", f"LedgerRefused: {WORDS}"],
    ),
    "eliot 1.18.0": (
        {
            "exception": "builtins.RuntimeError",
            "reason": WORDS,
            "action_status": "failed",
            "action_type": "orders:w",
        },
        [f"RuntimeError: {WORDS}"],
    ),
    "log4j2 2.19.0, JsonLayout": (
        {
            "level": "ERROR",
            "loggerName": "com.example.Store",
            "message": "cannot store",
            "thrown": {
                "message": "store order 4711",
                "name": "java.lang.RuntimeException",
                "cause": {"message": WORDS, "name": "java.lang.IllegalStateException"},
            },
        },
        [
            "cannot store",
            "java.lang.RuntimeException: store order 4711",
            f"Caused by: java.lang.IllegalStateException: {WORDS}",
        ],
    ),
    "opentelemetry-sdk 1.45.2": (
        {
            "body": "order job failed",
            "severity_number": 17,
            "attributes": {"exception.type": "RuntimeError", "exception.message": WORDS},
        },
        ["order job failed", f"RuntimeError: {WORDS}"],
    ),
    "loguru 0.7.3, serialize": (
        {
            "record": {
                "exception": {"type": "RuntimeError", "value": WORDS, "traceback": True},
                "message": "job failed",
            }
        },
        ["job failed", f"RuntimeError: {WORDS}"],
    ),
    "aws-lambda-powertools": (
        {
            "level": "ERROR",
            "message": "job failed",
            "exception_name": "RuntimeError",
            "stack_trace": {"type": "RuntimeError", "value": WORDS, "module": "builtins", "frames": []},
        },
        ["job failed", f"RuntimeError: {WORDS}"],
    ),
    "pino 10.4.0": (
        {"level": 50, "name": "orders", "err": {"type": "TypeError", "message": WORDS}, "msg": "job failed"},
        ["job failed", f"TypeError: {WORDS}"],
    ),
    "zerolog 1.26.1, with a stack": (
        {
            "level": "error",
            "stack": [{"func": "main", "line": "250", "source": "proc.go"}],
            "error": WORDS,
            "message": "job failed",
        },
        ["job failed", WORDS],
    ),
    "monolog 2.9.1, JsonFormatter": (
        {
            "message": "job failed",
            "context": {
                "exception": {
                    "class": "App\\Refused",
                    "message": "order 7",
                    "code": 42,
                    "file": "/srv/m.php:5",
                    "previous": {
                        "class": "LogicException",
                        "message": WORDS,
                        "code": 7,
                        "file": "/srv/m.php:5",
                    },
                }
            },
            "level": 400,
            "level_name": "ERROR",
        },
        ["job failed", "App\\Refused: order 7", f"Caused by: LogicException: {WORDS}"],
    ),
    "awslambdaric 4.2.2, AWS_LAMBDA_LOG_FORMAT=JSON": (
        {
            "timestamp": "2026-12-01T13:59:00Z",
            "level": "ERROR",
            "errorMessage": WORDS,
            "errorType": "LeaseException",
            "requestId": "4f1c",
            "stackTrace": ['  File "/var/task/app.py", line 7, in charge\n    raise refused\n'],
        },
        [f"LeaseException: {WORDS}", '  File "/var/task/app.py", line 7, in charge', "    raise refused"],
    ),
    "ecs-pino-format": (
        {"log.level": "error", "error": {"type": "TypeError", "message": WORDS}, "message": "job failed"},
        ["job failed", f"TypeError: {WORDS}"],
    ),
}


@pytest.mark.parametrize("logger", WRITTEN)
def test_the_name_of_an_exception_stands_before_what_it_says(logger: str):
    found, lines = WRITTEN[logger]

    assert [line for line in unfold(json.dumps(found)).text.split("\n") if line.strip()] == lines


@pytest.mark.parametrize(
    "found",
    [
        {"type": "validation", "message": "the order has no lines"},
        {"name": "orders", "message": "the order has no lines"},
        {"type": "*errors.errorString", "message": "the order has no lines"},
        {"kind": "Event", "type": "Warning!", "message": "the order has no lines"},
        {"errorType": "VALIDATION", "errorMessage": "the order has no lines"},
    ],
)
def test_what_is_no_exception_keeps_its_words(found: dict[str, str]):
    assert thrown(found) is None


SAID = {
    "python-json-logger 4.2.0, levelno": ({"levelno": 40, "name": "a", "message": "m"}, "error"),
    "python-json-logger 4.2.0, critical": ({"levelno": 50, "message": "m"}, "critical"),
    "pino 10.4.0, 40 is a warning": ({"level": 40, "msg": "m"}, "warn"),
    "bunyan 2.0.5, 50 is an error": ({"level": 50, "msg": "m", "v": 0}, "error"),
    "opentelemetry-sdk 1.45.2, 9 is information": ({"severity_number": 9, "body": "m"}, "info"),
    "opentelemetry, 17 is an error": ({"severityNumber": 17, "body": {"stringValue": WORDS}}, "error"),
    "monolog 2.9.1, the word beside its number": (
        {"message": "m", "level": 400, "level_name": "ERROR"},
        "ERROR",
    ),
    "GELF, 3 is an error": ({"version": "1.1", "level": 3, "short_message": "m"}, "err"),
    "loguru 0.7.3, a level that is an object": (
        {
            "record": {
                "level": {"name": "ERROR", "no": 40},
                "message": "m",
                "process": {"name": "MainProcess"},
            }
        },
        "ERROR",
    ),
    "log4js 6.9.1, a level that is an object": (
        {"level": {"level": 40000, "levelStr": "ERROR", "colour": "red"}, "data": ["m"], "message": "m"},
        "ERROR",
    ),
}


@pytest.mark.parametrize("logger", SAID)
def test_a_level_means_what_its_logger_means_by_it(logger: str):
    found, level = SAID[logger]

    said = unfold(json.dumps(found)).said(0)

    assert said["severity"] == level


def test_the_outer_name_is_the_loggers_and_that_of_an_exception_or_a_process_is_not():
    found = {
        "record": {
            "exception": {"name": "RuntimeError"},
            "name": "orders.store",
            "process": {"name": "Main"},
            "message": WORDS,
        }
    }

    assert unfold(json.dumps(found)).said(0)["logger"] == "orders.store"


def test_alertmanagers_status_is_no_severity_and_what_alerts_differ_in_is_not_said():
    one = {
        "status": "firing",
        "labels": {"severity": "critical", "service": "orders"},
        "annotations": {"message": WORDS},
    }
    other = {**one, "labels": {"severity": "warning", "service": "orders"}}

    assert unfold(json.dumps([one])).said(0) == {"severity": "critical", "service": "orders"}
    assert unfold(json.dumps([one, other])).said(0) == {"service": "orders"}


def test_a_pair_of_opentelemetrys_protocol_is_a_field():
    attributes = {"service.name": "orders", "exception.type": "KeyError", "exception.message": WORDS}
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    found = {"body": {"stringValue": "job failed"}, "attributes": pairs}

    unfolded = unfold(json.dumps(found))

    assert unfolded.text == f"job failed\nKeyError: {WORDS}"
    assert unfolded.said(0) == {"service": "orders"}


SHOWN = r"[object] (App\Refused(code: 42): order 7 at /srv/m.php:5)"
CAUSING = f"[previous exception] [object] (LogicException(code: 7): {WORDS} at /srv/m.php:5)"
STACK = "[stacktrace]\n#0 {main}\n"
LARAVEL = {  # monolog 2.9.1, LineFormatter, as Laravel writes its log: in one line, and with stack traces
    "in a line": f"{SHOWN}\n{CAUSING}".replace("\\", "\\\\").replace("\n", "\\n"),
    "in lines": f"{SHOWN}\n{STACK}\n{CAUSING}\n{STACK}",
}


@pytest.mark.parametrize("form", LARAVEL)
def test_exceptions_that_laravel_shows_behind_a_message_are_lines_as_php_prints_them(form: str):
    text = f'[2026-11-30T20:00:22+00:00] shop.ERROR: job failed {{"id":7,"exception":"{LARAVEL[form]}"}} []'

    told = [bare(line).text for line in unfold(text).text.split("\n")]

    assert [line for line in told if "failed" in line or ": " in line] == [
        "job failed",
        "App\\Refused: order 7",
        f"Caused by: LogicException: {WORDS}",
    ]


PLACES = {
    "opentelemetry-sdk 1.45.2 by protobuf's MessageToJson": (
        {
            "severityNumber": "SEVERITY_NUMBER_ERROR2",
            "body": {"stringValue": WORDS},
            "attributes": [
                {"key": key, "value": {"stringValue": value}}
                for key, value in {
                    "service.name": "orders",
                    "host.name": "web-01",
                    "k8s.pod.name": "orders-6d8f",
                    "k8s.namespace.name": "shop",
                    "k8s.container.name": "app",
                }.items()
            ],
        },
        {
            "severity": "error",
            "service": "orders",
            "host": "web-01",
            "pod": "orders-6d8f",
            "namespace": "shop",
        }
        | {"container": "app"},
    ),
    "Elastic's common schema, nested": (
        {
            "message": WORDS,
            "log": {"level": "error", "logger": "orders.store"},
            "service": {"name": "orders"},
            "host": {"name": "web-01"},
            "agent": {"type": "filebeat"},
            "kubernetes": {"pod": {"name": "orders-6d8f"}, "namespace": "shop", "container": {"name": "app"}},
        },
        {"severity": "error", "logger": "orders.store", "service": "orders", "host": "web-01"}
        | {"pod": "orders-6d8f", "namespace": "shop", "container": "app"},
    ),
    "rsyslog 8.2302.0, jsonmesg": (
        {
            "msg": WORDS,
            "timereported": "2026-11-30T19:55:18.133335+00:00",
            "hostname": "web-01",
            "syslogtag": "orders:",
            "pri": "131",
            "syslogseverity": "3",
            "programname": "orders",
            "app-name": "orders",
            "uuid": None,
            "$!": {"metadata": {"filename": "/srv/app.log", "fileoffset": "0"}},
        },
        {
            "severity": "err",
            "time": "2026-11-30T19:55:18.133335+00:00",
            "host": "web-01",
            "service": "orders",
        },
    ),
    "tracing-subscriber 0.3.16": (
        {
            "timestamp": "2026-11-30T20:34:35.654071Z",
            "level": "ERROR",
            "fields": {"message": WORDS, "shard": 9},
            "target": "orders::store",
            "span": {"id": 4711, "name": "order"},
            "spans": [{"id": 4711, "name": "order"}],
        },
        {"severity": "ERROR", "logger": "orders::store", "time": "2026-11-30T20:34:35.654071Z"},
    ),
    "syslog-ng 3.38.1, format-json": (
        {"SOURCE": "s", "PROGRAM": "orders", "PRIORITY": "err", "MESSAGE": WORDS, "HOST": "web-01"}
        | {"FILE_NAME": "/srv/app.log", "FACILITY": "user", "DATE": "Nov 30 19:55:51"},
        {"severity": "err", "service": "orders", "host": "web-01", "time": "Nov 30 19:55:51"},
    ),
}


@pytest.mark.parametrize("shipper", PLACES)
def test_what_a_record_says_of_its_place_is_read_by_the_names_of_its_shipper(shipper: str):
    found, says = PLACES[shipper]

    unfolded = unfold(json.dumps(found))

    assert unfolded.text == WORDS
    assert dict(unfolded.said(0)) == says


BODIES = {  # @opentelemetry/otlp-transformer 0.223.1: what was given to `emit` as body
    "a map": (
        {"kvlistValue": {"values": [{"key": "reason", "value": {"stringValue": WORDS}}]}},
        [WORDS],
    ),
    "a map in a list": (
        {
            "arrayValue": {
                "values": [
                    {"intValue": 4711},
                    {"kvlistValue": {"values": [{"key": "error", "value": {"stringValue": WORDS}}]}},
                ]
            }
        },
        [WORDS],
    ),
    "a list": ({"arrayValue": {"values": [{"stringValue": WORDS}, {"boolValue": True}]}}, [WORDS]),
    "bytes": ({"bytesValue": b64encode(WORDS.encode()).decode()}, [WORDS]),
    "bytes that spell nothing": ({"bytesValue": "/////w=="}, ["/////w=="]),
}


@pytest.mark.parametrize("given", BODIES)
def test_a_body_of_opentelemetrys_protocol_is_read_whatever_its_type(given: str):
    body, lines = BODIES[given]
    record = {"timeUnixNano": "1796067475590000000", "severityNumber": 17, "body": body, "attributes": []}
    logs = {"resourceLogs": [{"scopeLogs": [{"scope": {"name": "orders"}, "logRecords": [record]}]}]}

    unfolded = unfold(json.dumps(logs))

    assert unfolded.text.split("\n") == lines
    assert unfolded.said(0) == {"severity": "error", "logger": "orders", "time": "1796067475590000000"}


@pytest.mark.parametrize("length", [1024, 2047, 4096])
def test_an_object_that_is_as_long_as_a_daemons_limit_does_not_swallow_the_next_line(length: int):
    first = json.dumps({"level": "ERROR", "message": "m " * 9, "pad": ""})
    first = first.replace('"pad": ""', f'"pad": "{"x" * (length - len(first))}"')
    second = json.dumps({"level": "FATAL", "message": WORDS})

    unfolded = unfold(f"{first}\n{second}\n")

    assert len(first) == length
    assert unfolded.said(unfolded.text.index(WORDS)) == {"severity": "FATAL"}
    assert unfolded.place(unfolded.text.index(WORDS), unfolded.text.index(WORDS) + 5).line == 2


def test_a_carrier_in_front_of_an_object_still_says_what_it_says():
    line = "2026-11-20T10:15:12.123456789Z stderr F " + json.dumps({"levelno": 40, "message": WORDS})

    unfolded = unfold(line)

    assert bare(unfolded.text).text == WORDS
    assert unfolded.said(0)["severity"] == "error"


def test_records_that_log4j2_puts_one_behind_another_say_what_they_agree_on():
    record = {
        "version": "1.1",
        "host": "web-01",
        "level": 3,
        "_logger": "com.example.Store",
        "short_message": WORDS,
    }
    other = {**record, "level": 6, "short_message": "the store is up"}

    unfolded = unfold(json.dumps(record) + json.dumps(other))

    assert unfolded.text == f"{WORDS}\nthe store is up"
    assert unfolded.said(0) == {"host": "web-01", "logger": "com.example.Store"}


def test_the_name_of_an_exception_does_not_make_a_fatal_record_less_grave():
    stack = f"Error: {WORDS}\n    at renew (/srv/a.js:1:2)"
    record = {"level": 60, "err": {"type": "Error", "message": WORDS, "stack": stack}}

    told = pick_evidence(json.dumps(record))

    assert [line.said["severity"] for line in told if line.message == WORDS] == ["fatal"]
