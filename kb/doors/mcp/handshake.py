"""What a server leaves out between the start of its process and the handshake, for which a client waits.

It leaves out mcp's client half, which `mcp/__init__` imports and no server needs (a tenth of the time to the
handshake).  `mcp` stays what it is for everybody else in the process: the first use of a name of it (`from mcp import
Client`) runs its `__init__` after all.  It leaves out the collection of garbage, too, and modules that can be done
without.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec
from typing import Any


def put_off_client() -> None:
    """Let `import mcp.server` import the server alone; does nothing where mcp is there already."""
    spec = None if "mcp" in sys.modules else find_spec("mcp")
    if spec is None or spec.loader is None:
        return
    package, run = module_from_spec(spec), spec.loader.exec_module

    def after_all(name: str) -> Any:
        if name.startswith("__"):  # what the import system asks of every package
            raise AttributeError(f"module 'mcp' has no attribute {name!r}")
        vars(package).pop("__getattr__", None)
        run(package)
        return getattr(package, name)

    vars(package)["__getattr__"] = after_all
    sys.modules["mcp"] = package


@contextmanager
def uncollected() -> Iterator[None]:
    """Inside, nothing looks for garbage: what is imported stays, and looking through it takes a tenth of the time.

    What is there at the end is not looked through later, either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def absent(module: str) -> Iterator[None]:
    """Inside, a module that nobody has imported yet cannot be, so that who can do without it does."""
    before = sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # (None is how Python says so)
    try:
        yield
    finally:
        if before is None:
            del sys.modules[module]
