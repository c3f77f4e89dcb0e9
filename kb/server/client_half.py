"""mcp without its client half, which `mcp/__init__` imports and no server needs (a tenth of the time to the handshake).

`mcp` stays what it is for everybody else in the process: the first use of a name of it (`from mcp import Client`) runs
its `__init__` after all.
"""

from __future__ import annotations

import sys
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
