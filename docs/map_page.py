"""The map of the code: its rooms, who may use whom, and the way of a question; all of it read from the code itself."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LAYERS = re.compile(r"(?<=<!-- layers -->\n).*?(?=<!-- /layers -->)", re.DOTALL)

Edges = Mapping[str, set[str]]


@cache
def layers() -> tuple[tuple[str, ...], ...]:
    """The rooms of each row of the contract, the topmost row first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return tuple(tuple(re.split(r" [|:] ", row)) for row in rows)


@cache
def imports() -> dict[str, set[str]]:
    """Each module with the modules of ours that it imports, at its top or when a call needs them."""
    found = {_name(path): path for path in _files()}
    return {name: _imported(path, found.keys()) - {name} for name, path in found.items()}


def map_text() -> str:
    """The part of `docs/code.md` that shows the house as a whole."""
    rows = [
        f"| `{_folder(room)}` | {_about(room)} | {_listed(rooms_used(room))} |"
        for row in layers()
        for room in row
    ]
    return "\n".join(
        [
            "## The map",
            "",
            "A room may use the rooms of the rows below its own; what it uses today stands beside it. The lint holds"
            " the rows (`[tool.importlinter]` in pyproject.toml).",
            "",
            "| room | what it is | uses |",
            "|---|---|---|",
            *rows,
            "",
            "```mermaid",
            *_rooms_diagram(),
            "```",
            "",
            "## The way of a question",
            "",
            "The modules of `kb/lookup/` from `check_known_issues` on, an arrow where one calls on another.",
            "",
            "```mermaid",
            *_lookup_diagram(),
            "```",
            "",
        ]
    )


def contributing() -> str:
    """CONTRIBUTING.md with the rows of the contract as they are."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = "\n".join(f"    {', '.join(_folder(room) for room in row)}" for row in layers())
    return _LAYERS.sub(lambda _: f"\n{rows}\n\n", text)


def rooms_used(room: str) -> list[str]:
    """The other rooms that a room imports from, those above first."""
    used = {
        _room_of(module) for name, found in imports().items() if _room_of(name) == room for module in found
    }
    return [other for row in layers() for other in row if other in used and other != room]


def _rooms_diagram() -> Iterator[str]:
    yield "flowchart TB"
    for number, row in enumerate(layers()):
        yield f'  subgraph row{number}[" "]'
        yield from (f'    {_id(room)}["{_folder(room)}"]' for room in row)
        yield "  end"
    direct = {room: set(rooms_used(room)) for row in layers() for room in row}
    for room, found in direct.items():
        yield from (f"  {_id(room)} --> {_id(other)}" for other in _nearest(room, found, direct))


def _nearest(room: str, found: set[str], direct: Edges) -> list[str]:
    """The rooms that this one uses and reaches through no other one: an arrow for each says it all."""
    through = {far for other in found for far in _reached(other, direct, {room})}
    return sorted(found - through)


def _reached(room: str, direct: Edges, seen: set[str]) -> set[str]:
    fresh = direct[room] - seen
    return fresh.union(*(_reached(other, direct, seen | fresh) for other in fresh))


def _lookup_diagram() -> Iterator[str]:
    yield "flowchart LR"
    waiting, seen = ["kb.lookup.lookup"], set[str]()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        called = sorted(other for other in imports()[name] if other.startswith("kb.lookup."))
        yield from (f"  {_id(name)}[{name[10:]}] --> {_id(other)}[{other[10:]}]" for other in called)
        waiting += called


def _files() -> list[Path]:
    return sorted(path for top in ("kb", "ingest") for path in (ROOT / top).rglob("*.py"))


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, names: Set[str]) -> set[str]:
    tree = ast.parse(path.read_text())
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & names) or ({node.module} & names)
    return found


def _room_of(module: str) -> str:
    rooms = {room for row in layers() for room in row}
    return next((room for room in rooms if module == room or module.startswith(f"{room}.")), "")


def _folder(room: str) -> str:
    path = room.replace(".", "/")
    return f"{path}/" if (ROOT / path).is_dir() else f"{path}.py"


def _about(room: str) -> str:
    path = ROOT / room.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n")[0]


def _listed(rooms: Sequence[str]) -> str:
    return ", ".join(room.removeprefix("kb.") for room in rooms) or "nothing"


def _id(name: str) -> str:
    return name.replace(".", "_")
