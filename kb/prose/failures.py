"""Why a model gave no answer, in one sentence each that says what to do.  Nothing here is fatal to anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.errors import KbError
from kb.text.redact import redact

if TYPE_CHECKING:
    from anthropic import APIStatusError
    from anthropic.types import Message

_STATUS = {
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


def _refused(error: APIStatusError, model: str) -> ProseMissing:
    status, said = error.status_code, error.api_message or str(error)
    if status < 400:  # an error event within a stream that had begun well
        return ProseMissing(f"the answer was cut off by the API ({error.type}: {said}); try again")
    reason = _STATUS.get(status, "the API answered with an error ({status}: {said})")
    return ProseMissing(
        reason.format(model=model, status=status, said=said), lasting=status not in _OF_THE_REQUEST
    )
