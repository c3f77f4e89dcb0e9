"""The weights of a model, from its safetensors, by the names that BERT gives them.

RoBERTa uses BERT's names, DistilBERT has its own for the same things.  A model that has weights which no BERT has, or
lacks one, is not read half: `NotBertShaped` names the weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kb.index.export.description import NotBertShaped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_DISTILBERT = {
    r"transformer\.layer": "encoder.layer",
    r"attention\.q_lin": "attention.self.query",
    r"attention\.k_lin": "attention.self.key",
    r"attention\.v_lin": "attention.self.value",
    r"attention\.out_lin": "attention.output.dense",
    r"sa_layer_norm": "attention.output.LayerNorm",
    r"ffn\.lin1": "intermediate.dense",
    r"ffn\.lin2": "output.dense",
    r"output_layer_norm": "output.LayerNorm",
}
_OLDER = {r"LayerNorm\.gamma$": "LayerNorm.weight", r"LayerNorm\.beta$": "LayerNorm.bias"}
_OF_THE_TRANSFORMER = ("embeddings.", "encoder.")
"""What is computed with; a pooler or a head for another task is not."""


class Weights:
    """Arrays in single precision by name; which were taken is remembered."""

    def __init__(self, arrays: Mapping[str, Floats]) -> None:
        self._arrays = arrays
        self._taken: set[str] = set()

    def take(self, name: str, *shape: int) -> Floats:
        """The array of that name, whose shape must be the one given (-1: of any length).  Raises NotBertShaped."""
        if name not in self._arrays:
            raise NotBertShaped(f"its weights have no {name}")
        self._taken.add(name)
        found = self._arrays[name]
        if found.ndim != len(shape) or any(
            said not in (-1, size) for said, size in zip(shape, found.shape, strict=True)
        ):
            raise NotBertShaped(
                f"its {name} has the shape {found.shape}, where its configuration says {shape}"
            )
        return found

    def has(self, name: str) -> bool:
        """Whether there is an array of that name."""
        return name in self._arrays

    def left(self) -> list[str]:
        """The names that nobody took."""
        return sorted(set(self._arrays) - self._taken)


def transformer_weights(folder: Path, family: str) -> Weights:
    """The weights that the transformer in the folder computes with.  Raises NotBertShaped."""
    changes = _OLDER | (_DISTILBERT if family == "distilbert" else {})
    arrays = {_renamed(name, changes): array for name, array in _arrays(folder).items()}
    word = "embeddings.word_embeddings.weight"
    prefix = next((name.removesuffix(word) for name in arrays if name.endswith(word)), "")
    mine = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    return Weights(
        {
            name: array
            for name, array in mine.items()
            if name.startswith(_OF_THE_TRANSFORMER) and not name.endswith("position_ids")
        }
    )


def layer_weights(folder: Path) -> Weights:
    """The weights of a linear layer of its own.  Raises NotBertShaped."""
    return Weights(_arrays(folder))


def _renamed(name: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        name = re.sub(old, new, name)
    return name


def _arrays(folder: Path) -> dict[str, Floats]:
    """All arrays of the folder's safetensors, one file or several."""
    import ml_dtypes  # noqa: F401  (it teaches numpy bfloat16)
    import numpy as np
    from safetensors import SafetensorError, safe_open

    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        raise NotBertShaped(f"{folder} has no model.safetensors")
    found: dict[str, Floats] = {}
    for path in files:
        try:
            with safe_open(path, framework="np") as file:
                for name in file.keys():  # noqa: SIM118  (it is no mapping)
                    array = file.get_tensor(name)
                    found[name] = array if array.dtype.kind == "i" else array.astype(np.float32)
        except (OSError, SafetensorError) as error:
            raise NotBertShaped(f"{path} cannot be read ({error})") from error
    return found
