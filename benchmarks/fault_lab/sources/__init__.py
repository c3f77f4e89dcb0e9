"""All sources by name; each module of this folder gives its own as `SOURCES`."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from benchmarks.fault_lab.source import Source

SOURCES: dict[str, Source] = {
    one.name: one
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__))
    for one in import_module(f"{__name__}.{module}").SOURCES
}
