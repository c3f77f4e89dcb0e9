"""Encoders for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.storage.encoder import OnnxEncoder, Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]


class CountingEncoder(OnnxEncoder):
    """The real encoder, counting the texts that it embeds."""

    encoded = 0

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """See `Encoder.encode`."""
        self.encoded += len(texts)
        return super().encode(texts, progress)


class OtherModel(CountingEncoder):
    """Stands for another model: another name, and vectors that agree with none of the default's."""

    def __init__(self) -> None:
        super().__init__()
        self._exported = super().exported
        self.name = "other-model"

    @property
    def exported(self) -> Path:
        """The default model's file."""
        return self._exported

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """The default's vectors, read from the end."""
        import numpy as np

        return np.ascontiguousarray(super().encode(texts, progress)[:, ::-1])
