"""What a server leaves out between the start of its process and the handshake, for which a client waits."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
