"""The forms in which libraries write an error over several lines: which of them says what went wrong.

A client's error (gRPC; those that OpenAPI Generator wrote, such as Kubernetes' and InfluxDB's) begins with the same
words whatever the server said, and goes on with headers and copies; what the server said is one line of it.  SQLAlchemy
and pydantic end with where to read on.
"""

from __future__ import annotations

from kb.text.crashes.forms import Form, generic, message

_READ_ON = r"\W{0,9}(?:Background on this error at:|For further information visit) https?://\S{1,300}\s*$"
"""A line that only says where to read on: every error of a kind ends with the same."""

_BYTES = r"HTTP response body: b(?P<quote>['\"])(?!(?P=quote)$)"
"""A body that nobody decoded, as Python prints bytes: what the server escaped is escaped once more."""

FORMS: tuple[Form, ...] = (
    generic(
        "grpc",
        r"(?:[\w.]{1,200}: )?<\w{1,80} of RPC that terminated with:$",
        "grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:",
        "of rpc that terminated with:",
    ),
    message(
        "grpc",
        "status = statuscode.",
        r"\s+status = (?P<message>StatusCode\.\w{1,40})$",
        "\tstatus = StatusCode.UNAVAILABLE",
    ),
    message(
        "grpc",
        "details = ",
        r"\s+details = \"(?P<message>.{1,2000}?)\"$",
        '\tdetails = "Received RST_STREAM with error code 2"',
        leads=True,
    ),
    generic("grpc", r"\s+debug_error_string = ", '\tdebug_error_string = "UNAVAILABLE:Socket closed"'),
    message(
        "openapi",
        "http response body: ",
        r"HTTP response body: \{[^\n]{0,400}?\"message\": ?\"(?P<message>(?:[^\"\\\n]|\\.){1,2000})",
        'HTTP response body: {"kind": "Status", "message": "configmaps \\"ledger\\" not found"}',
        leads=True,
    ),
    message(
        "openapi",
        "http response body: ",
        rf"{_BYTES}\{{[^\n]{{0,400}}?\"message\": ?\"(?P<message>(?:[^\"\\\n]|\\{{1,3}}.){{1,2000}})",
        """HTTP response body: b'{"code":"not found","message":"no bucket \\\\"shop\\\\""}'""",
        leads=True,
    ),
    message(
        "openapi",
        "http response body: ",
        rf"{_BYTES}(?P<message>.{{1,2000}}?)(?:(?P=quote))?$",
        "HTTP response body: b'upstream ledger went away'",
        leads=True,
    ),
    message(
        "openapi",
        "http response body: ",
        r"HTTP response body: (?!b(?:''|\"\")$)(?P<message>\S.{0,2000})$",
        'HTTP response body: {"error":"no lease for tenant 7"}',
        leads=True,
    ),
    generic(
        "openapi",
        r"HTTP response body: *(?:b(?:''|\"\"))?$",
        "HTTP response body: b''",
        "http response body:",
    ),
    generic(
        "openapi",
        r"HTTP response headers: ",
        "HTTP response headers: HTTPHeaderDict({'Audit-Id': '3f1c'})",
        "http response headers: ",
    ),
    generic(
        "sqlalchemy",
        _READ_ON,
        "(Background on this error at: https://sqlalche.me/e/21/e3q8)",
        "background on this error at: http",
    ),
    generic(
        "pydantic",
        _READ_ON,
        "    For further information visit https://errors.pydantic.dev/2.14/v/int_parsing",
        "for further information visit http",
    ),
)
