"""A server on the loopback that speaks the Messages API, by a script: for tests of what a model may do.

Real HTTP and the real shapes of replies, events and errors, streamed or not; the answers are the
script's.  A request that the API would refuse (no key, no model, no messages) is refused here, too.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
_PIECE = 40
"""Characters of an answer in one event of a stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """An answer: its text, or data that is sent as JSON.

    `cut_after` closes the connection after so many characters; `breaks_off` sends an error event there
    instead.  `delay` is how many seconds pass before the first byte.
    """

    text: str = ""
    data: object = None
    stop_reason: str = "end_turn"
    stop_details: Mapping[str, Any] | None = None
    cut_after: int | None = None
    clean_cut: bool = False
    """Whether a cut looks like a proper end to HTTP, as some proxies make it."""
    breaks_off: str = ""
    delay: float = 0.0

    @property
    def body(self) -> str:
        """The text of the answer."""
        return self.text if self.data is None else json.dumps(self.data, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fails:
    """An error status; `headers` such as `retry-after` (the wait before a retry is none otherwise)."""

    status: int
    message: str = "as the script says"
    headers: Mapping[str, str] = field(default_factory=dict)


def refuses(explanation: str = "") -> Says:
    """A refusal, as the API sends it: some text, then the stop reason."""
    details = {"type": "refusal", "category": None, "explanation": explanation or None}
    return Says(text="", stop_reason="refusal", stop_details=details)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def content(self) -> str:
        """The text of all messages."""
        return "\n".join(str(message["content"]) for message in self.body["messages"])


class MessagesServer:
    """Serves the replies of a script in order: `with MessagesServer(Says(text="…")) as server:`."""

    def __init__(self, *script: Says | Fails) -> None:
        self.asked: list[Asked] = []
        """The requests that reached the script."""
        self._script, self._lock = list(script), threading.Lock()
        self._http = _Quiet(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """What `ANTHROPIC_BASE_URL` is to be."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def left(self) -> int:
        """How many replies of the script nobody has asked for."""
        return len(self._script)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _next(self, asked: Asked) -> Says | Fails:
        with self._lock:
            self.asked.append(asked)
            if self._script:
                return self._script.pop(0)
        return Fails(status=400, message="the script of this server has no reply left")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(_Handler):
            def next_reply(self, asked: Asked) -> Says | Fails:
                return server._next(asked)

        return Handler


class _Quiet(ThreadingHTTPServer):
    """Says nothing when a client hangs up, which is what many tests are about."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def next_reply(self, asked: Asked) -> Says | Fails:
        raise NotImplementedError

    def log_message(self, format: str, *args: object) -> None:
        """Tests want no access log."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        reply = self._refused(body) or self.next_reply(Asked(dict(self.headers.items()), json.loads(body)))
        try:
            self._send(reply, body)
        except (BrokenPipeError, ConnectionResetError):  # the client gave up waiting
            self.close_connection = True

    def _refused(self, body: bytes) -> Fails | None:
        """What the API refuses before any model sees it."""
        if self.path.partition("?")[0] != "/v1/messages":
            return Fails(status=404, message=f"Not found: {self.path}")
        if not self.headers.get("x-api-key") and not self.headers.get("authorization", "")[7:]:
            return Fails(status=401, message="invalid x-api-key")
        if not self.headers.get("anthropic-version"):
            return Fails(status=400, message="anthropic-version: header is required")
        try:
            given = json.loads(body)
        except ValueError:
            return Fails(status=400, message="The request body is not valid JSON")
        missing = [name for name in ("model", "max_tokens", "messages") if not given.get(name)]
        return Fails(status=400, message=f"{missing[0]}: Field required") if missing else None

    def _send(self, reply: Says | Fails, body: bytes) -> None:
        if isinstance(reply, Fails):
            self._send_error(reply)
            return
        time.sleep(reply.delay)
        request = json.loads(body)
        if request.get("stream"):
            self._send_stream(reply, request["model"])
        else:
            content = [{"type": "text", "text": reply.body, "citations": None}]
            self._send_json(200, {**_message(request["model"], reply), "content": content}, {})

    def _send_error(self, reply: Fails) -> None:
        error = {"type": _ERROR_TYPES.get(reply.status, "api_error"), "message": reply.message}
        content = {"type": "error", "error": error, "request_id": "req_loopback"}
        self._send_json(reply.status, content, {"retry-after-ms": "1", **reply.headers})

    def _send_json(self, status: int, content: object, headers: Mapping[str, str]) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {
            "content-type": "application/json",
            "content-length": str(len(data)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _send_stream(self, reply: Says, model: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in _events(reply, model):
            data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        if reply.cut_after is not None and not reply.clean_cut and not reply.breaks_off:
            self.close_connection = True  # no last chunk: the client sees a broken connection
            return
        self.wfile.write(b"0\r\n\r\n")


def _message(model: str, reply: Says, *, begun: bool = False) -> dict[str, Any]:
    """A message as the API sends it, empty and without a stop reason where it has only begun."""
    return {
        "id": "msg_loopback",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None if begun else reply.stop_reason,
        "stop_sequence": None,
        "stop_details": None if begun else reply.stop_details,
        "usage": {"input_tokens": 10, "output_tokens": 1 if begun else len(reply.body) // 4 + 1},
    }


def _events(reply: Says, model: str) -> Iterator[dict[str, Any]]:
    """The events of a streamed message, as far as the reply goes."""
    yield {"type": "message_start", "message": _message(model, reply, begun=True)}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield {"type": "ping"}
    sent = reply.body if reply.cut_after is None else reply.body[: reply.cut_after]
    for at in range(0, len(sent), _PIECE):
        delta = {"type": "text_delta", "text": sent[at : at + _PIECE]}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    if reply.cut_after is not None:
        if reply.breaks_off:
            yield {"type": "error", "error": {"type": reply.breaks_off, "message": "Overloaded"}}
        return
    yield {"type": "content_block_stop", "index": 0}
    stop = {"stop_reason": reply.stop_reason, "stop_sequence": None, "stop_details": reply.stop_details}
    usage = {"output_tokens": len(reply.body) // 4 + 1}
    yield {"type": "message_delta", "delta": stop, "usage": usage}
    yield {"type": "message_stop"}
