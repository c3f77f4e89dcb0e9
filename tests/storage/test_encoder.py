"""The exported model gives what the original gives.

What that is, sentence-transformers itself said (`answers/encoder.json`); every export is compared with the
original once more before it is used, by the process that loads torch for it.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from kb.storage.encoder import OnnxEncoder

TEXTS = [
    "connection refused",
    "KubePodCrashLooping " * 40,
    "é 你好 🔥",
    "a",
    "line\nof\nlines, rather longer than the others",
]


def test_vectors_have_unit_length_in_the_order_of_the_texts() -> None:
    encoder = OnnxEncoder()
    together, alone = encoder.encode(TEXTS), [encoder.encode([text])[0] for text in TEXTS]
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert np.allclose(together, alone, atol=1e-5)


def test_no_texts_give_no_vectors() -> None:
    assert len(OnnxEncoder().encode([])) == 0


def test_the_exported_model_agrees_with_sentence_transformers_to_rounding() -> None:
    answers = json.loads((Path(__file__).parents[1] / "answers" / "encoder.json").read_text())
    original = np.array(answers["vectors"])
    assert np.abs(OnnxEncoder().encode(TEXTS) - original).max() < 1e-5
