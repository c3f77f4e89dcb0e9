"""The exported model gives what the original gives."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

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


@pytest.mark.slow
def test_the_exported_model_agrees_with_sentence_transformers_to_rounding() -> None:
    encoder = OnnxEncoder()
    program = (
        "import sys, json, os; os.environ['HF_HUB_OFFLINE'] = '1'\n"
        "from sentence_transformers import SentenceTransformer\n"
        "model = SentenceTransformer(sys.argv[1], device='cpu'); model.max_seq_length = 256\n"
        "print(json.dumps(model.encode(json.loads(sys.argv[2]), normalize_embeddings=True).tolist()))"
    )
    import json

    done = subprocess.run(
        [sys.executable, "-c", program, str(encoder.source), json.dumps(TEXTS)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    original = np.array(json.loads(done.stdout.splitlines()[-1]))
    assert np.abs(encoder.encode(TEXTS) - original).max() < 1e-5
