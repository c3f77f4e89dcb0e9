"""Encoders for tests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from kb.index.encoder import OnnxEncoder, Progress
from kb.text.tokens import tokenize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]


class CountingEncoder(OnnxEncoder):
    """The real encoder, counting the texts that it embeds."""

    encoded = 0

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """One row of unit length a text, float32; `progress` is told how many more are done."""
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


class HashedEncoder(OnnxEncoder):
    """Stands for the model where embedding would take hours: texts with like words get like vectors.

    A text's vector is the sum of its words' vectors, each drawn at random by the word's hash, so it is the
    same in every process.  A single text (a question) is also run through the real model, whose answer is
    thrown away: what a question costs is then what it costs with the model.
    """

    _ROWS, _SIZE = 1 << 14, 384

    def __init__(self, *, like_the_model: bool = True) -> None:
        super().__init__()
        self._cache_name, self._like_the_model = super().exported, like_the_model
        self.name = "hashed-words"

    @property
    def exported(self) -> Path:
        """The default model's file."""
        return self._cache_name

    @cached_property
    def _words(self) -> Matrix:
        import numpy as np

        return np.random.default_rng(11).standard_normal((self._ROWS, self._SIZE), dtype=np.float32)

    def ready(self) -> bool:
        """Whether `encode` can answer without first exporting a model."""
        return not self._like_the_model or super().ready()

    def prepare(self) -> None:
        """Do what `ready` asks for, once for all homes of this user."""
        if self._like_the_model:
            super().prepare()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Matrix:
        """One row of unit length a text, float32; `progress` is told how many more are done."""
        import numpy as np

        if len(texts) == 1 and self._like_the_model:
            super().encode(texts)
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32)
        if progress:
            progress(len(texts))
        return vectors

    def _vector(self, text: str) -> Matrix:
        import numpy as np

        rows = [crc32(word.encode()) % self._ROWS for word in set(tokenize(text))] or [0]
        vector = self._words[rows].sum(axis=0)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
