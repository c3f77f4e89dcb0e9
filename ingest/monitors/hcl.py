"""HCL, the language of Terraform, as plain values: each block evaluated as far as its file alone tells.

Defaults of variables, locals, `for_each`, dynamic blocks and the functions that only put values together are followed;
what comes from elsewhere stays as written, `${aws_sns_topic.pager.arn}`.  Nothing is run and no other file is opened.
Scalars are texts, as `ingest.deployments.reading.plain` makes them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ingest.deployments.reading import LINE
from kb.errors import InvalidInput
from kb.expression import expression

MOST = 4_000_000
"""Characters of one file; the largest that people keep have a tenth of it."""
_REPEATED = 200
"""How often one block is repeated for the items of `for_each`, at most."""
_DEEPEST = 24
"""How many references may lead to each other."""
_ESCAPE = expression(r"\\(?:u(?P<four>[0-9a-fA-F]{4})|U(?P<eight>[0-9a-fA-F]{8})|(?P<one>.))", re.S)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_IN_HEREDOC = expression(r"\$?\$\{([^{}]*)\}")
_REFERENCE = expression(r"[a-z_][\w-]*(?:\.[\w-]+|\[[\"']?[\w-]+[\"']?\])*", re.I)
_DIRECTIVE = expression(r"%\{[^}]*\}")
_UNKNOWN = expression(r"\$\{.*\}", re.S)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as a file declares it; blocks in its body are lists of mappings, under what they are called."""

    kind: str
    name: str
    body: dict[str, Any]


def resources(text: str) -> Iterator[Resource]:
    """Every resource of a file, one with `for_each` once for each item.  Raises InvalidInput on what is no HCL."""
    body = _parse(text)
    values = _Values(text, body)
    for block in _of(body, "block"):
        kind, *labels = [values.label(one) for one in _head(block)]
        if kind == "resource" and len(labels) == 2:
            for names in values.repetitions(_inside(block), "each", {}):
                yield Resource(labels[0], labels[1], values.body(_inside(block), names, block.meta.line))


def is_unknown(value: Any) -> bool:
    """Whether a value is nothing but a reference to what another file holds."""
    return isinstance(value, str) and bool(_UNKNOWN.fullmatch(value))


def _parse(text: str) -> Any:
    try:
        from hcl2 import parses_to_tree
        from lark.exceptions import UnexpectedInput
    except ImportError:
        raise InvalidInput(
            "Terraform is read with a package that is not installed: pip install 'incident-kb[terraform]'"
        ) from None
    if len(text) > MOST:
        raise InvalidInput(f"it has more than {MOST:,} characters; split it")
    try:
        return parses_to_tree(text.replace("\r\n", "\n") + "\n").children[0]
    except UnexpectedInput as error:
        raise InvalidInput(f"not valid HCL, near line {error.line}") from error


def _of(node: Any, kind: str) -> list[Any]:
    """The nodes of one kind directly below a node."""
    return [child for child in node.children if getattr(child, "data", None) == kind]


def _parts(node: Any) -> list[Any]:
    """The nodes directly below a node, without marks and line ends."""
    return [
        child for child in node.children if hasattr(child, "data") and child.data != "new_line_or_comment"
    ]


def _head(block: Any) -> list[Any]:
    return [child for child in _parts(block) if child.data != "body"]


def _inside(block: Any) -> Any:
    return _of(block, "body")[0]


@dataclass(slots=True)
class _Values:
    """The values of one file's expressions; `names` are what `each` and the iterators of dynamic blocks stand for."""

    text: str
    tree: Any
    defaults: dict[str, dict[str, Any]] = field(default_factory=lambda: {"var": {}, "local": {}})
    depth: int = 0

    def __post_init__(self) -> None:
        for block in _of(self.tree, "block"):
            kind, *labels = [self.label(one) for one in _head(block)]
            given = {self.label(_parts(one)[0]): _parts(one)[-1] for one in _of(_inside(block), "attribute")}
            if kind == "locals":
                self.defaults["local"].update(given)
            elif kind == "variable" and labels and "default" in given:
                self.defaults["var"][labels[0]] = given["default"]

    def label(self, node: Any) -> str:
        """The name that a node is: an identifier, a key, a quoted label."""
        return "".join(str(part) for one in node.scan_values(lambda _: True) for part in one).strip('"')

    def body(self, body: Any, names: dict[str, Any], line: int) -> dict[str, Any]:
        """The arguments and blocks of a body."""
        found: dict[str, Any] = {LINE: line}
        for part in _parts(body):
            if part.data == "attribute":
                key, value = _parts(part)[0], _parts(part)[-1]
                found[self.label(key)] = self.value(value, names)
            elif part.data == "block":
                kind, *labels = [self.label(one) for one in _head(part)]
                if kind == "dynamic" and labels:
                    found.setdefault(labels[0], []).extend(self._dynamic(part, labels[0], names))
                else:
                    found.setdefault(kind, []).append(self.body(_inside(part), names, part.meta.line))
        return found

    def _dynamic(self, block: Any, kind: str, names: dict[str, Any]) -> Iterator[dict[str, Any]]:
        inside = _inside(block)
        iterator = next(
            (self.label(_parts(one)[-1]) for one in _of(inside, "attribute") if self._is(one, "iterator")),
            kind,
        )
        contents = [one for one in _of(inside, "block") if self.label(_head(one)[0]) == "content"]
        for content in contents[:1]:
            for bound in self.repetitions(inside, iterator, names):
                yield self.body(_inside(content), bound, content.meta.line)

    def _is(self, attribute: Any, name: str) -> bool:
        return self.label(_parts(attribute)[0]) == name

    def repetitions(self, body: Any, iterator: str, names: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The names for each time that a body is repeated; once without them where that cannot be told."""
        asked = next((_parts(one)[-1] for one in _of(body, "attribute") if self._is(one, "for_each")), None)
        items = _items(self.value(asked, names)) if asked is not None else []
        if not items:
            yield names
        for key, item in items[:_REPEATED]:
            yield {**names, iterator: {"key": key, "value": item}}

    def value(self, node: Any, names: dict[str, Any]) -> Any:
        """What an expression stands for: a text, a list, a mapping; as written where the file does not tell."""
        read = _READERS.get(getattr(node, "data", ""))
        if read is None or self.depth > _DEEPEST:
            return self.as_written(node)
        self.depth += 1
        try:
            return read(self, node, names)
        finally:
            self.depth -= 1

    def as_written(self, node: Any) -> str:
        """The source of an expression, as it would stand in a template."""
        if not hasattr(node, "meta"):
            return str(node)
        return f"${{{self.text[node.meta.start_pos : node.meta.end_pos]}}}"

    def at(self, path: list[str], names: dict[str, Any]) -> Any:
        """What a reference leads to, or None."""
        root, *rest = path
        if root in self.defaults and rest and rest[0] in self.defaults[root]:
            value, rest = self.value(self.defaults[root][rest[0]], {}), rest[1:]
        elif root in names:
            value = names[root]
        else:
            return None
        for key in rest:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            else:
                return None
        return None if is_unknown(value) else value


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(key, item) for key, item in value.items() if key != LINE]
    return [(str(one), one) for one in value] if isinstance(value, list) else []


def _term(values: _Values, node: Any, names: dict[str, Any]) -> Any:
    inner = _parts(node)
    return values.value(inner[0], names) if inner else values.as_written(node)


def _plain(values: _Values, node: Any, names: dict[str, Any]) -> str:
    del names
    said = values.label(node)
    return "" if said == "null" else said


def _negative(values: _Values, node: Any, names: dict[str, Any]) -> str:
    said = values.value(_parts(node)[0], names)
    is_number = str(node.children[0]) == "-" and isinstance(said, str) and re.fullmatch(r"[\d.]+", said)
    return f"-{said}" if is_number else values.as_written(node)


def _string(values: _Values, node: Any, names: dict[str, Any]) -> str:
    return "".join(_piece(values, part.children[0], names) for part in _parts(node))


def _piece(values: _Values, piece: Any, names: dict[str, Any]) -> str:
    if not hasattr(piece, "data"):
        said = str(piece)
        return said[1:] if said.startswith(("$${", "%%{")) else _unescaped(said)
    if piece.data != "interpolation":
        return ""  # a directive, `%{ if … }`; what stands in it is kept
    value = values.value(_parts(piece)[0], names)
    return value if isinstance(value, str) else values.as_written(_parts(piece)[0])


def _unescaped(said: str) -> str:
    def one(found: re.Match[str]) -> str:
        code = found["four"] or found["eight"]
        if code:
            return chr(int(code, 16)) if int(code, 16) < 0x110000 else found[0]
        return _ESCAPED.get(found["one"], found["one"])

    return _ESCAPE.sub(one, said)


def _heredoc(values: _Values, node: Any, names: dict[str, Any]) -> str:
    lines = str(node.children[0]).rstrip().split("\n")
    said = "\n".join(lines[1:-1])
    if lines[0].startswith("<<-"):
        said = textwrap.dedent(said)

    def filled(found: re.Match[str]) -> str:
        if found[0].startswith("$$"):
            return found[0][1:]
        path = re.findall(r"[\w-]+", found[1]) if _REFERENCE.fullmatch(found[1].strip()) else []
        value = values.at(path, names) if path else None
        return value if isinstance(value, str) else found[0]

    return _IN_HEREDOC.sub(filled, _DIRECTIVE.sub("", said))


def _object(values: _Values, node: Any, names: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {LINE: node.meta.line}
    for item in _of(node, "object_elem"):
        key, value = _parts(item)
        inner = _parts(key)[0]
        name = _parts(inner)[0] if inner.data == "expr_term" and _parts(inner) else inner
        found[values.label(name) if name.data == "identifier" else _text(values.value(inner, names))] = (
            values.value(value, names)
        )
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _tuple(values: _Values, node: Any, names: dict[str, Any]) -> list[Any]:
    return [values.value(part, names) for part in _parts(node)]


def _choice(values: _Values, node: Any, names: dict[str, Any]) -> Any:
    """Of a condition that only a plan decides, the branch that says something."""
    branches = [values.value(one, names) for one in _parts(node)[1:]]
    return next((one for one in branches if one and not is_unknown(one)), branches[-1])


def _reference(values: _Values, node: Any, names: dict[str, Any]) -> Any:
    found = values.at(_path(values, node), names)
    return values.as_written(node) if found is None else found


def _path(values: _Values, node: Any) -> list[str]:
    """`local.alarms["cpu"].name` as its parts; what is computed in it is a part that leads nowhere."""
    if node.data in ("identifier", "string", "int_lit", "literal_value", "keyword"):
        return [values.label(node)]
    return [part for one in _parts(node) for part in _path(values, one)]


def _loop(values: _Values, node: Any, names: dict[str, Any]) -> Any:
    """`[for k, v in items : v.name]`, and with `=>` a mapping; its condition is not asked."""
    intro, *results = [one for one in _parts(node) if one.data != "for_cond"]
    *bound, asked = _parts(intro)
    keys = [values.label(one) for one in bound]
    items = _items(values.value(asked, names))
    if not items:
        return values.as_written(node)
    rows = []
    for key, item in items[:_REPEATED]:
        given = dict(zip(keys, (key, item) if len(keys) == 2 else (item,), strict=False))
        rows.append([values.value(one, {**names, **given}) for one in results])
    if node.data == "for_object_expr":
        return {_text(row[0]): row[-1] for row in rows}
    return [row[0] for row in rows]


def _call(values: _Values, node: Any, names: dict[str, Any]) -> Any:
    name = values.label(_parts(node)[0])
    given = [values.value(one, names) for part in _of(node, "arguments") for one in _parts(part)]
    function = _FUNCTIONS.get(name)
    found = function(given) if function and given else None
    return values.as_written(node) if found is None else found


def _formatted(given: list[Any]) -> str | None:
    if not isinstance(given[0], str):
        return None
    rest = iter(given[1:])
    return re.sub(
        r"%(?:%|[-+#0-9.]*[a-z])", lambda found: "%" if found[0] == "%%" else _text(next(rest, "")), given[0]
    )


def _joined(given: list[Any]) -> str | None:
    if len(given) != 2 or not isinstance(given[1], list) or not isinstance(given[0], str):
        return None
    return given[0].join(one for one in given[1] if isinstance(one, str))


def _merged(given: list[Any]) -> dict[str, Any] | None:
    known = [one for one in given if isinstance(one, dict)]
    return {key: item for one in known for key, item in one.items()} if known else None


def _concatenated(given: list[Any]) -> list[Any]:
    return [item for one in given if isinstance(one, list) for item in one]


def _first_known(given: list[Any]) -> Any:
    return next((one for one in given if one and not is_unknown(one)), None)


def _looked_up(given: list[Any]) -> Any:
    found = (
        given[0].get(given[1])
        if isinstance(given[0], dict) and isinstance(given[1:2] and given[1], str)
        else None
    )
    return found if found is not None else (given[2] if len(given) > 2 else None)


_FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    **dict.fromkeys(
        (
            *("jsonencode", "yamlencode", "toset", "tolist", "tomap", "tostring", "tonumber", "nonsensitive"),
            *("trimspace", "chomp", "lower", "upper", "title", "distinct", "compact", "sort"),
        ),
        lambda given: given[0],
    ),
    "merge": _merged,
    "concat": _concatenated,
    "coalesce": _first_known,
    "try": _first_known,
    "lookup": _looked_up,
    "format": _formatted,
    "join": _joined,
}
_READERS: dict[str, Callable[[_Values, Any, dict[str, Any]], Any]] = {
    "expr_term": _term,
    **dict.fromkeys(("int_lit", "float_lit", "literal_value"), _plain),
    "unary_op": _negative,
    "string": _string,
    **dict.fromkeys(("heredoc_template", "heredoc_template_trim"), _heredoc),
    "object": _object,
    "tuple": _tuple,
    "conditional": _choice,
    **dict.fromkeys(("identifier", "get_attr_expr_term", "index_expr_term"), _reference),
    **dict.fromkeys(("for_tuple_expr", "for_object_expr"), _loop),
    "function_call": _call,
}
