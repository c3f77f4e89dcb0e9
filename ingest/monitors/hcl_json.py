"""Terraform's JSON form (`.tf.json`, what CDK for Terraform and Terragrunt generate) as the HCL that says the same.

So references, defaults, `for_each` and templates in its texts mean what they mean in HCL.  Lines are those of the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ingest.deployments.reading import LINE, line_of, plain
from ingest.monitors.hcl import Resource, resources
from kb.errors import InvalidInput
from kb.text import safe_yaml

_BLOCKS = (
    *("metric_query", "metric", "conditions", "documentation", "links", "criteria", "condition"),
    *("rule", "data", "nrql", "critical", "warning", "term", "action"),
)
"""What is a block in HCL and may be an object here; an argument of that name is no object."""
_BLOCKS_BEGIN = ("condition_",)


def json_resources(text: str) -> Iterator[Resource]:
    """Every resource of a file, one with `for_each` once for each item.  Raises InvalidInput on what is none."""
    try:
        document = next((plain(node) for node in safe_yaml.compose(text)), None)
    except safe_yaml.YamlRefused as error:
        raise InvalidInput(f"not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise InvalidInput("not a file of Terraform: it is no object")
    declared = list(_declared(document))
    lines = {(kind, name): line_of(body) for kind, name, body in declared}
    for resource in resources("".join(_as_hcl(document, declared))):
        resource.body[LINE] = lines.get((resource.kind, resource.name), 1)
        yield resource


def _as_hcl(document: dict[str, Any], declared: list[tuple[str, str, dict[str, Any]]]) -> Iterator[str]:
    for variables in _objects(document.get("variable")):
        for name, said in _members(variables):
            for body in _objects(said):
                yield _block(f"variable {_quoted(name)}", body)
    for values in _objects(document.get("locals")):
        yield _block("locals", values)
    for kind, name, body in declared:
        yield _block(f"resource {_quoted(kind)} {_quoted(name)}", body)


def _declared(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The kind, the name and the body of each resource; each level may be a list of objects."""
    for kinds in _objects(document.get("resource")):
        for kind, names in _members(kinds):
            for one in _objects(names):
                for name, bodies in _members(one):
                    yield from ((kind, name, body) for body in _objects(bodies))


def _objects(value: Any) -> list[dict[str, Any]]:
    """An object, or the objects of a list."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _members(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What an object says, without its line and the comments that Terraform passes over."""
    yield from ((key, item) for key, item in value.items() if key not in (LINE, "//"))


def _block(head: str, body: dict[str, Any]) -> str:
    lines = (f"  {key} = {_value(item, key)}\n" for key, item in _members(body) if key.isidentifier())
    return f"{head} {{\n{''.join(lines)}}}\n"


def _value(value: Any, key: str = "") -> str:
    if isinstance(value, dict):
        said = ", ".join(f"{_quoted(name)} = {_value(item, name)}" for name, item in _members(value))
        is_block = key in _BLOCKS or key.startswith(_BLOCKS_BEGIN)
        return f"[{{ {said} }}]" if is_block else f"{{ {said} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _quoted(str(value))


def _quoted(said: str) -> str:
    """A text of HCL; templates in it stay templates, as they are in the JSON form."""
    return json.dumps(said)
