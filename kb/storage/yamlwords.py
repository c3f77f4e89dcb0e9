"""Values as YAML: as a block, as one line of a block, and inside `[ … ]` or `{ … }`.  Pure."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

_OTHER_BREAKS = re.compile("[\r\x85\u2028\u2029]")
"""What YAML takes for the end of a line, and most editors do not."""
_BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
_NOT_AS_IT_IS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class _Dumper(yaml.SafeDumper):
    """PyYAML's own, but a text with odd line breaks is escaped instead of broken there."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if _OTHER_BREAKS.search(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def dump(value: object, *, flow: bool = False, width: float = 10_000) -> str:
    """The value as YAML, in the order given."""
    options: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": width}
    return str(yaml.dump(value, Dumper=_Dumper, default_flow_style=flow, **options))


def in_block(value: object) -> str:
    """A scalar, or an empty list or mapping, as it stands behind `key: `; empty for what needs lines of its own."""
    if isinstance(value, (list, dict)) and value:
        return ""
    return _one_line(dump({"k": value}, width=float("inf")).removeprefix("k: ").removesuffix("\n"), value)


def in_flow(value: object) -> str:
    """Any value as it stands inside brackets."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{in_flow(key)}: {in_flow(one)}' for key, one in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(in_flow, value))}]"
    dumped = dump([value], flow=True, width=float("inf"))
    return _one_line(dumped.removeprefix("[").removesuffix("]\n"), value)


def _one_line(plain: str, value: object) -> str:
    """As PyYAML writes it, but a text of several lines as a JSON string, which is YAML as well."""
    if not isinstance(value, str) or not _BREAKS.search(plain):
        return plain
    return _NOT_AS_IT_IS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
