"""onnxruntime as kb runs it: on the processor, quiet, and telling nobody.

Its official builds (1.31 and their neighbours) report what they run to their maker over HTTPS, and keep an id of the
machine in `~/.cache/Microsoft` for that.  `ORT_DISABLE_TELEMETRY`, set before the library is loaded, turns off the
reports, the id and the file; so nothing of kb imports onnxruntime but through here.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any


def silent() -> ModuleType:
    """The library, loaded with its reports turned off."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime  # type: ignore[no-any-return, unused-ignore]


def session(model: str | bytes, threads: int = 0) -> Any:
    """A model, from a file or as bytes, ready to run; `threads` of 0 takes as many as the library likes."""
    library = silent()
    options = library.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that wait by spinning save two milliseconds a query when alone, and cost thirty when
    # four processes share two cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return library.InferenceSession(model, options, providers=["CPUExecutionProvider"])
