"""The house in numbers: how many files and folders, how long they are, which names stand twice, who only forwards.

`python -m docs.house [CHECKOUT]` prints them, of this checkout or of another one (for a look at before and after);
`--check` fails, with a line for each, where a folder, a file or the contract of layers is larger than it may be, or
a docstring sends its reader elsewhere, or modules import each other in a circle.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_FILES = 16
"""Files of a folder at most, its `__init__.py` apart: so many fit one look."""
LONGEST_FILE = 400
"""Lines of a file at most."""
LONG_FUNCTION = 40
"""Lines from which on a function is a long one, its docstring apart."""
MOST_LAYERS = 10
"""Rows of the contract of layers at most."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One file: where it is, how many lines it has, and what it says."""

    path: str
    lines: int
    tree: ast.Module

    @property
    def folder(self) -> str:
        """The folder that it stands in."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """Its name without the folder and without `.py`."""
        return self.path.rpartition("/")[2].removesuffix(".py")

    @property
    def dotted(self) -> str:
        """Its name as it is imported."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def imports(self) -> Iterator[str]:
        """What is imported when it is loaded: modules, and the names in them, which may be modules, too."""
        for node in self.tree.body:
            if isinstance(node, ast.Import):
                yield from (one.name for one in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or ""
                yield from (f"{node.module}.{one.name}" for one in node.names)

    def classes(self) -> Iterator[ast.ClassDef]:
        """Its public classes."""
        return (node for node in self.tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_")

    def functions(self) -> Iterator[Function]:
        """All its functions and methods."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


def modules(root: Path) -> list[Module]:
    """Every module of `kb` and `ingest` below a checkout."""
    found = []
    for path in sorted((*(root / "kb").rglob("*.py"), *(root / "ingest").rglob("*.py"))):
        text = path.read_text()
        found.append(Module(path.relative_to(root).as_posix(), len(text.splitlines()), ast.parse(text)))
    return found


def layers(root: Path) -> int:
    """Rows of the longest contract of layers."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return max(len(contract.get("layers", ())) for contract in contracts)


def per_folder(house: list[Module]) -> Counter[str]:
    """How many files each folder has, `__init__.py` apart."""
    return Counter(module.folder for module in house if module.name != "__init__")


def twice(house: list[Module]) -> dict[str, list[str]]:
    """Names that several modules have, and names that several classes have, each with where they stand."""
    places: dict[str, list[str]] = defaultdict(list)
    for module in house:
        if not module.name.startswith("__"):
            places[f"{module.name}.py"].append(module.folder)
        for found in module.classes():
            places[f"class {found.name}"].append(module.path)
    return {name: where for name, where in sorted(places.items()) if len(where) > 1}


def long_functions(house: list[Module]) -> list[str]:
    """Functions with more lines than `LONG_FUNCTION`."""
    return [
        f"{m.path}:{f.lineno} {f.name}" for m in house for f in m.functions() if _lines(f) > LONG_FUNCTION
    ]


def forwarders(house: list[Module]) -> list[str]:
    """Methods that only hand their own arguments on, under another object's method of the same name."""
    return [f"{m.path}:{f.lineno} {f.name}" for m in house for f in m.functions() if _forwards(f)]


def sent_elsewhere(house: list[Module]) -> list[str]:
    """Docstrings that say nothing but where something is said."""
    return [
        f"{module.path}:{node.lineno}"
        for module in house
        for node in ast.walk(module.tree)
        if isinstance(node, Function | ast.ClassDef) and (ast.get_docstring(node) or "").startswith("See `")
    ]


def circle(house: list[Module]) -> list[str]:
    """Modules that import each other when they are loaded; a package counts where it is named as `from PACKAGE import`.

    Two threads that load such modules at once, from different ends, get one that is not finished (Python breaks the
    deadlock so), and `kb mcp` loads its model while it answers.
    """
    imports = {m.dotted: set(m.imports()) for m in house}
    try:
        TopologicalSorter({name: found & imports.keys() for name, found in imports.items()}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def mistakes(root: Path) -> list[str]:
    """What is larger than it may be, or sends its reader elsewhere, a sentence each."""
    house = modules(root)
    crowded = [
        f"{folder} has {n} files, {MOST_FILES} at most"
        for folder, n in per_folder(house).items()
        if n > MOST_FILES
    ]
    long = [f"{m.path} has {m.lines} lines, {LONGEST_FILE} at most" for m in house if m.lines > LONGEST_FILE]
    rows = layers(root)
    deep = [f"the contract has {rows} layers, {MOST_LAYERS} at most"] if rows > MOST_LAYERS else []
    round_trip = circle(house)
    return [
        *crowded,
        *long,
        *deep,
        *([f"modules import each other: {' → '.join(round_trip)}"] if round_trip else []),
        *(f"{place}: the docstring only says where to look" for place in sent_elsewhere(house)),
    ]


def report(root: Path) -> str:
    """The numbers of a checkout as text."""
    house = modules(root)
    sizes, folders, names = [m.lines for m in house], per_folder(house), twice(house)
    longest = max(house, key=lambda module: module.lines)
    fullest, files = folders.most_common(1)[0]
    rows = {
        "files, `__init__.py` apart": folders.total(),
        "lines": sum(sizes),
        "files of at most 70 lines": sum(size <= 70 for size in sizes),
        "longest file": f"{longest.path}, {longest.lines} lines",
        "fullest folder": f"{fullest}, {files} files",
        f"functions over {LONG_FUNCTION} lines": len(long_functions(house)),
        "module names that stand twice": sum(name.endswith(".py") for name in names),
        "class names that stand twice": sum(name.startswith("class ") for name in names),
        "methods that only forward": len(forwarders(house)),
        "docstrings that only say where to look": len(sent_elsewhere(house)),
        "layers of the contract": layers(root),
    }
    return "\n".join(f"{name:40} {value}" for name, value in rows.items())


def _lines(function: Function) -> int:
    doc = function.body[0] if ast.get_docstring(function) else None
    told = (doc.end_lineno or 0) - doc.lineno + 1 if doc else 0
    return (function.end_lineno or 0) - function.lineno + 1 - told


def _forwards(function: Function) -> bool:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return | ast.Expr) else None
    if (
        not isinstance(call, ast.Call)
        or not isinstance(call.func, ast.Attribute)
        or call.func.attr != function.name
    ):
        return False
    given = {
        argument.arg
        for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    }
    used = [
        value.value if isinstance(value, ast.Starred) else value
        for value in (*call.args, *(k.value for k in call.keywords))
    ]
    return all(isinstance(value, ast.Name) and value.id in given for value in used)


def main() -> int:
    """Print the numbers, or with `--check` what is wrong; 1 when something is."""
    if "--check" in sys.argv[1:]:
        print("\n".join(found := mistakes(ROOT)), end="\n" if found else "")
        return bool(found)
    print(report(Path(sys.argv[1]) if sys.argv[1:] else ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
