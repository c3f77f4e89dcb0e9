"""What stands around a line on its way: a small table for asking, not the product's own.

Each entry writes one line as that carrier does, with a host, a clock and ids of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

_CLOCK = "2026-11-29T09:02:12.123456789Z"

Carrier = Callable[[str], str]


def _compose(line: str) -> str:
    return f"orders-2  | {line}"


def _cri(line: str) -> str:
    return f"{_CLOCK} stderr F {line}"


def _journal(line: str) -> str:
    return f"Nov 29 09:02:12 db-12 orders[8812]: {line}"


def _docker_json(line: str) -> str:
    return json.dumps({"log": line + "\n", "stream": "stderr", "time": _CLOCK})


CARRIERS: Mapping[str, Carrier] = {
    "plain": lambda line: line,
    "compose": _compose,
    "cri": _cri,
    "journal": _journal,
    "docker-json": _docker_json,
    "journal>compose": lambda line: _journal(_compose(line)),
    "cri>rfc5424": lambda line: _cri(f"<27>1 {_CLOCK} db-12 orders 8812 - - {line}"),
}


def carried(text: str, carrier: Carrier) -> str:
    """Every line of a text as the carrier writes it."""
    return "\n".join(carrier(line) for line in text.splitlines())
