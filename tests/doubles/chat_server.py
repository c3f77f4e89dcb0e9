"""A chat on loopback that takes messages as Slack, Mattermost, Matrix, Discord, Teams and plain JSON receivers do.

It keeps what each vendor documents and a sender can get wrong: who may post, to which channel, in which thread, how
long each piece may be, what counts as the same message again, and how it says no.  Every request goes over a real
connection.  `faults` are what happens to the next requests instead, in order.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "a-token-of-the-chat-0001"
CHANNEL = "C0001"
ROOM = "!room:chat.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one request.  `taken`: the message is kept all the same, and the sender never hears so."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    silent: float = 0.0
    """Seconds without a word, then the connection is closed."""
    drips: float = 0.0
    """Seconds during which the headers come letter by letter."""
    closes: bool = False
    taken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the chat keeps it."""

    tool: str
    id: str
    thread: str
    body: dict[str, Any]
    headers: dict[str, str]
    at: float

    @property
    def text(self) -> str:
        """All texts of it."""
        return json.dumps(self.body, ensure_ascii=False)


class No(Exception):
    """What the chat refuses, with status and body."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class ChatServer:
    """The server, listening while the block runs."""

    def __init__(self, *faults: Fault, forum: bool = False) -> None:
        self.faults = list(faults)
        self.messages: list[Message] = []
        self.requests = 0
        self._forum = forum
        self._lock = threading.Lock()
        self._seen: dict[str, Message] = {}
        self._http = _Quiet(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def wait_for(self, count: int, seconds: float = 20.0) -> list[Message]:
        """The messages, once there are so many; fails when they do not come."""
        ends = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < ends, f"{len(self.messages)} of {count} messages came"
            time.sleep(0.01)
        return list(self.messages)

    def wait_for_text(self, text: str, seconds: float = 20.0) -> list[Message]:
        """The messages, once one has the text in it; fails when none comes."""
        ends = time.monotonic() + seconds
        while not any(text in one.text for one in self.messages):
            assert time.monotonic() < ends, f"none of {len(self.messages)} messages has {text!r}"
            time.sleep(0.01)
        return list(self.messages)

    def next_fault(self) -> Fault | None:
        """What happens to this request, if anything does."""
        with self._lock:
            self.requests += 1
            return self.faults.pop(0) if self.faults else None

    def take(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any]) -> object:
        """Keep a message and answer as its tool does.  Raises No."""
        with self._lock:
            return self._take(method, urlsplit(path).path, parse_qs(urlsplit(path).query), headers, body)

    def _take(
        self,
        method: str,
        path: str,
        query: dict[str, list[str]],
        headers: dict[str, str],
        body: dict[str, Any],
    ) -> object:
        if path == "/api/chat.postMessage":
            return self._slack(headers, body)
        if path == "/api/v4/posts":
            return self._mattermost(headers, body)
        if path.startswith("/_matrix/client/v3/rooms/") and method == "PUT":
            return self._matrix(path, headers, body)
        if path.startswith("/api/webhooks/"):
            return self._discord(query, headers, body)
        if path == "/teams":
            return self._teams(headers, body)
        if path.startswith("/services/"):  # an incoming webhook of Slack's
            check_blocks(body.get("blocks"))
            self._keep("slack webhook", headers, body)
            return "ok"
        if path.startswith("/hooks/"):  # and of Mattermost's
            self._keep("mattermost webhook", headers, body)
            return "ok"
        if path == "/json":
            self._keep("json", headers, body)
            return {}
        raise No(404, {"error": f"not found: {path}"})

    def _keep(
        self, tool: str, headers: dict[str, str], body: dict[str, Any], thread: str = "", once: str = ""
    ) -> Message:
        if once and once in self._seen:
            return self._seen[once]
        made = f"{len(self.messages) + 1:026d}" if tool != "slack" else f"1700000000.{len(self.messages):06d}"
        made = f"$event{len(self.messages)}" if tool == "matrix" else made
        message = Message(tool=tool, id=made, thread=thread, body=body, headers=headers, at=time.monotonic())
        self.messages.append(message)
        if once:
            self._seen[once] = message
        return message

    def _roots(self, tool: str) -> list[str]:
        return [one.id for one in self.messages if one.tool == tool and not one.thread]

    def _slack(self, headers: dict[str, str], body: dict[str, Any]) -> object:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return {"ok": False, "error": "invalid_auth"}
        if body.get("channel") != CHANNEL:
            return {"ok": False, "error": "channel_not_found"}
        thread = str(body.get("thread_ts", ""))
        if thread and thread not in self._roots("slack"):
            return {"ok": False, "error": "thread_not_found"}
        try:
            check_blocks(body.get("blocks"))
        except No:
            return {"ok": False, "error": "invalid_blocks"}
        if not body.get("text") and not body.get("blocks"):
            return {"ok": False, "error": "no_text"}
        message = self._keep("slack", headers, body, thread)
        return {"ok": True, "channel": CHANNEL, "ts": message.id, "message": {"text": body.get("text", "")}}

    def _mattermost(self, headers: dict[str, str], body: dict[str, Any]) -> object:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            raise No(401, {"id": "api.context.session_expired.app_error", "message": "Invalid session"})
        if body.get("channel_id") != CHANNEL:
            raise No(403, {"id": "api.context.permissions.app_error", "message": "no permission"})
        root = str(body.get("root_id", ""))
        if root and root not in self._roots("mattermost"):
            raise No(400, {"id": "api.post.create_post.root_id.app_error", "message": "Invalid RootId"})
        if len(body.get("message", "")) > 16_383 or len(json.dumps(body.get("props", {}))) > 800_000:
            raise No(400, {"id": "model.post.is_valid.msg.app_error", "message": "too long"})
        for attachment in body.get("props", {}).get("attachments", []):
            for action in attachment.get("actions", []):
                if not str(action["id"]).isalnum() or not action["integration"]["url"]:
                    raise No(400, {"message": "invalid action"})
        message = self._keep("mattermost", headers, body, root, str(body.get("pending_post_id", "")))
        return {"id": message.id, "root_id": root, "channel_id": CHANNEL, "message": ""}

    def _matrix(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> object:
        if headers.get("authorization") != f"Bearer {TOKEN}":
            raise No(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token."})
        room, _, rest = path.removeprefix("/_matrix/client/v3/rooms/").partition("/send/m.room.message/")
        if unquote(room) != ROOM:
            raise No(403, {"errcode": "M_FORBIDDEN", "error": "not in the room"})
        if len(json.dumps(body).encode()) > 65_536:
            raise No(413, {"errcode": "M_TOO_LARGE", "error": "event too large"})
        relation = body.get("m.relates_to", {})
        message = self._keep("matrix", headers, body, str(relation.get("event_id", "")), rest)
        return {"event_id": message.id}

    def _discord(self, query: dict[str, list[str]], headers: dict[str, str], body: dict[str, Any]) -> object:
        thread = query.get("thread_id", [""])[0]
        if self._forum and not thread and not body.get("thread_name"):
            raise No(400, {"code": 220001, "message": "Webhooks posted to forum channels must have a thread"})
        if not self._forum and body.get("thread_name"):
            raise No(400, {"code": 220003, "message": "Webhooks can only create threads in forum channels"})
        for embed in body.get("embeds", []):
            if len(embed.get("title", "")) > 256 or len(embed.get("description", "")) > 4096:
                raise No(400, {"code": 50035, "message": "Invalid Form Body"})
        message = self._keep("discord", headers, body, thread)
        return {"id": message.id, "channel_id": thread or (message.id if self._forum else "777")}

    def _teams(self, headers: dict[str, str], body: dict[str, Any]) -> object:
        if len(json.dumps(body).encode()) > 28 * 1024:
            raise No(413, {"error": "too large"})
        self._keep("teams", headers, body)
        raise No(202, "")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(_Handler):
            chat = server

        return Handler


def check_blocks(blocks: object) -> None:
    """Slack's limits of blocks.  Raises No."""
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= 50:
        raise No(400, "invalid_blocks")
    for block in blocks:
        texts = [block.get("text"), *block.get("elements", [])]
        most = 150 if block["type"] == "header" else 3_000
        for text in texts:
            said = text.get("text", "") if isinstance(text, dict) else ""
            if isinstance(said, str) and (len(said) > most or (text and not said)):
                raise No(400, "invalid_blocks")
            if isinstance(text, dict) and len(text.get("value", "")) > 2_000:
                raise No(400, "invalid_blocks")
        if len(block.get("block_id", "")) > 255:
            raise No(400, "invalid_blocks")


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    chat: ChatServer

    def log_message(self, format: str, *args: object) -> None:
        """Tests want no access log."""

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        data = self.rfile.read(length)
        if len(data) < length:  # its sender is gone: no message came
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.chat.next_fault()
        if fault and not fault.taken:
            self._fail(fault)
            return
        try:
            answer, status = self.chat.take(self.command, self.path, headers, json.loads(data)), 200
        except No as no:
            answer, status = no.body, no.status
        if fault:
            self._fail(fault)
        else:
            self._answer(status, answer)

    def do_PUT(self) -> None:
        self.do_POST()

    def _fail(self, fault: Fault) -> None:
        if fault.drips:
            self._drip(fault.drips)
        time.sleep(fault.silent)
        if fault.closes or fault.silent or fault.drips:
            self.close_connection = True
            return
        self._answer(fault.status, fault.body, fault.headers)

    def _drip(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
            while time.monotonic() < ends:
                self.wfile.write(b"a")
                time.sleep(0.05)
        except ConnectionError:
            pass

    def _answer(self, status: int, answer: object, headers: dict[str, str] | None = None) -> None:
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        try:
            self.send_response(status)
            kind = "text/plain" if isinstance(answer, str) else "application/json"
            for name, value in {
                "content-type": kind,
                "content-length": str(len(data)),
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            self.close_connection = True
