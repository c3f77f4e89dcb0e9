"""The forms in which libraries write an error over several lines: which of them says what went wrong.

A client's error (gRPC, Kubernetes) begins with the same words whatever the server said, and goes on with headers and
copies; what the server said is one line of it.  SQLAlchemy and pydantic end with where to read on.
"""

from __future__ import annotations

from kb.text.crashes.forms import Form, generic, message

_READ_ON = r"\W{0,9}(?:Background on this error at:|For further information visit) https?://\S{1,300}\s*$"
"""A line that only says where to read on: every error of a kind ends with the same."""

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
        "kubernetes",
        "http response body: ",
        r"HTTP response body: (?:\{[^\n]{0,400}?\"message\": ?\")?(?P<message>(?:[^\"\\\n]|\\.){1,2000})",
        'HTTP response body: {"kind": "Status", "message": "configmaps \\"ledger\\" not found"}',
        leads=True,
    ),
    generic(
        "kubernetes",
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
