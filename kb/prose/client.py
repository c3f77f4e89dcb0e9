"""Asks a model through the `anthropic` SDK, and says in one sentence why there is no answer, and what to do.

The SDK is imported by the first question (2.6 s).  It finds its address (`ANTHROPIC_BASE_URL`) and
retries by itself.  Promises: secrets are redacted from all that is sent; an answer is whole and of the
form that was asked for, else `ProseMissing` is raised and nothing else.  That is never fatal: what was computed
is there without prose.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from kb.errors import KbError
from kb.records import from_json
from kb.text.redact import redact

if TYPE_CHECKING:
    from anthropic import Anthropic, APIStatusError
    from anthropic.lib.streaming import MessageStream
    from anthropic.types import Message

Form = TypeVar("Form", bound=msgspec.Struct)
MODEL = "claude-sonnet-5-5"
"""The model that is asked where `KB_PROSE_MODEL` names no other."""
SILENCE_SECONDS = 60.0
"""How long a connection may stay silent."""
ANSWER_SECONDS = 240.0
"""How long an answer may take as a whole."""
PATIENCE_SECONDS = 20.0
"""How long the API may ask to wait before a retry; longer, and there is none."""
RETRIES = 2
"""How often the SDK asks again after an overload, a rate limit or a broken connection."""
MAX_TOKENS = 8000
"""The longest answer, in tokens."""


class Asks(Protocol):
    """What narrative and extraction need of a model."""

    @property
    def model(self) -> str:
        """The model's name, for the label on what it wrote."""
        ...

    def ask(self, system: str, content: str, form: type[Form]) -> Form:
        """The answer in the given form.  Raises ProseMissing with the reason why there is none."""
        ...


@dataclass(frozen=True)
class Client:
    """A model behind the Messages API; nothing is loaded or sent before the first question."""

    api_key: str = field(repr=False)
    model: str = MODEL
    silence: float = SILENCE_SECONDS
    longest: float = ANSWER_SECONDS
    retries: int = RETRIES

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Client:
        """With the key of `ANTHROPIC_API_KEY` and the model of `KB_PROSE_MODEL`; either may be absent."""
        return cls(
            environ.get("ANTHROPIC_API_KEY", "").strip(), environ.get("KB_PROSE_MODEL", "").strip() or MODEL
        )

    def ask(self, system: str, content: str, form: type[Form]) -> Form:
        """The answer in the given form.  Raises ProseMissing with the reason why there is none."""
        if not self.api_key:
            raise ProseMissing("ANTHROPIC_API_KEY is not set", lasting=True)
        try:
            message, whole = self._streamed(system, redact(content).text, form)
        except ProseMissing:
            raise
        except ImportError as error:
            raise ProseMissing(f"the anthropic package cannot be loaded ({error})", lasting=True) from error
        except Exception as error:  # whatever it is, the summary must not be lost for it
            raise why_unreachable(error, self.model) from error
        if reason := why_unfinished(message, whole=whole):
            raise ProseMissing(reason)
        text = "".join(block.text for block in message.content if block.type == "text")
        try:
            return from_json(text, form)
        except msgspec.MsgspecError as error:
            raise ProseMissing(f"the answer is not of the form that was asked for ({error})") from error

    def _streamed(self, system: str, content: str, form: type[msgspec.Struct]) -> tuple[Message, bool]:
        """The message, and whether its stream came to its proper end."""
        from anthropic import transform_schema

        give_up = time.monotonic() + self.longest
        with self._sdk.messages.stream(
            model=self.model,
            max_tokens=MAX_TOKENS,
            system=system,
            messages=[{"role": "user", "content": content}],
            output_config={"format": {"type": "json_schema", "schema": transform_schema(_schema(form))}},
        ) as stream:
            try:
                return self._read(stream, give_up)
            except ProseMissing:
                raise
            except Exception as error:
                raise why_broken_off(error, self.model) from error

    def _read(self, stream: MessageStream[None], give_up: float) -> tuple[Message, bool]:
        whole = False
        for event in stream:
            whole = whole or event.type == "message_stop"
            if time.monotonic() > give_up:
                raise ProseMissing(f"the answer was not complete after {self.longest:g} s", lasting=True)
        return stream.current_message_snapshot, whole

    @cached_property
    def _sdk(self) -> Anthropic:
        from anthropic import Anthropic, DefaultHttpxClient

        http = DefaultHttpxClient(event_hooks={"response": [_no_long_wait]})
        return Anthropic(
            api_key=self.api_key, timeout=self.silence, max_retries=self.retries, http_client=http
        )


def _schema(form: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema of a form, itself at the root."""
    _, parts = msgspec.json.schema_components([form], ref_template="#/$defs/{name}")
    root = parts.pop(form.__name__)
    return {**root, "$defs": parts}


class _Response(Protocol):
    @property
    def headers(self) -> MutableMapping[str, str]: ...


def _no_long_wait(response: _Response) -> None:
    """No retry where the API asks to wait longer than a person would: the SDK obeys any `retry-after`."""
    try:
        milliseconds = float(response.headers.get("retry-after-ms", 0))
        seconds = max(milliseconds / 1000, float(response.headers.get("retry-after", 0)))
    except ValueError:  # a date
        seconds = PATIENCE_SECONDS + 1
    if seconds > PATIENCE_SECONDS:
        response.headers["x-should-retry"] = "false"


class ProseMissing(KbError):
    """A model gave no usable answer; `str(error)` says why, and everything that is computed stands.

    `lasting`: the next question would most likely fail alike (no key, overload, no connection).
    """

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(redact(reason).text)
        self.lasting = lasting


def why_unfinished(message: Message, *, whole: bool) -> str:
    """Why a message is not a whole answer; empty where it is one."""
    stopped = message.stop_reason
    if stopped == "refusal":
        details = message.stop_details
        said = (details.explanation or details.category or "") if details else ""
        return "the model refused to answer" + (f" ({said})" if said else "")
    if stopped == "max_tokens" or stopped == "model_context_window_exceeded":
        return "the answer was cut off at the longest length allowed"
    if not whole or stopped is None:
        return "the answer was cut off: its stream ended early; try again"
    return "" if stopped == "end_turn" else f"the model stopped for an unexpected reason ({stopped})"


def why_unreachable(error: Exception, model: str) -> ProseMissing:
    """What an error of the SDK means to the person who asked."""
    import anthropic

    if isinstance(error, anthropic.APIStatusError):
        return _refused(error, model)
    if isinstance(error, anthropic.APITimeoutError):
        return ProseMissing("the API did not answer in time: try again later", lasting=True)
    if isinstance(error, anthropic.APIConnectionError):
        return ProseMissing(f"the API cannot be reached ({error.__cause__ or error})", lasting=True)
    return ProseMissing(f"asking the model failed ({type(error).__name__}: {error})", lasting=True)


def why_broken_off(error: Exception, model: str) -> ProseMissing:
    """What an error in the middle of an answer means; the transport and a damaged stream raise what they like."""
    import anthropic

    if isinstance(error, anthropic.AnthropicError):
        return why_unreachable(error, model)
    return ProseMissing(f"the answer was cut off in the middle ({type(error).__name__}: {error}); try again")


_STATUS_IN_WORDS = {
    401: "the API refused the key (401): check ANTHROPIC_API_KEY",
    402: "the account cannot pay (402)",
    403: "the key may not do this (403)",
    404: "the API knows no model {model!r} (404): set KB_PROSE_MODEL",
    413: "the request is too large (413)",
    429: "the API's rate limit is reached (429): try again later",
    529: "the API is overloaded (529): try again later",
}
_OF_THE_REQUEST = (400, 413, 422)
"""Failures that another request need not share."""


def _refused(error: APIStatusError, model: str) -> ProseMissing:
    status, said = error.status_code, error.api_message or str(error)
    if status < 400:  # an error event within a stream that had begun well
        return ProseMissing(f"the answer was cut off by the API ({error.type}: {said}); try again")
    reason = _STATUS_IN_WORDS.get(status, "the API answered with an error ({status}: {said})")
    return ProseMissing(
        reason.format(model=model, status=status, said=said), lasting=status not in _OF_THE_REQUEST
    )
