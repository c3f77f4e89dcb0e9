"""The exported model gives what the original gives.

What that is, sentence-transformers itself said (`answers/encoder.json`); every export is compared with the
original once more before it is used, by the process that loads torch for it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kb import KnowledgeBase
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder, Precision, multiplies_bytes
from kb.index.model_cache import UNUSED_DAYS, file_name, note_use, remove_unused
from tests.doubles.encoders import OtherModel

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
    assert np.abs(OnnxEncoder(precision=Precision.FLOAT).encode(TEXTS) - original).max() < 1e-5


def test_the_model_of_eight_bits_nearly_agrees_with_sentence_transformers() -> None:
    answers = json.loads((Path(__file__).parents[1] / "answers" / "encoder.json").read_text())
    cosines = (OnnxEncoder(precision=Precision.INT8).encode(TEXTS) * np.array(answers["vectors"])).sum(axis=1)
    assert cosines.min() > 0.99


def test_the_name_of_a_model_tells_its_precision_and_each_finds_the_other() -> None:
    exact, quick = OnnxEncoder(precision=Precision.FLOAT), OnnxEncoder(precision=Precision.INT8)

    assert (exact.name, quick.name) == ("all-MiniLM-L6-v2", "all-MiniLM-L6-v2+int8")

    assert quick.of(exact.name).name == exact.name
    assert exact.of(quick.name).name == quick.name
    assert exact.of("another-model") is exact
    assert exact.exported != quick.exported


def test_precision_is_that_of_the_processor_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = Precision.INT8 if multiplies_bytes() else Precision.FLOAT
    assert OnnxEncoder().precision is quick

    monkeypatch.setenv("KB_PRECISION", "float")
    assert OnnxEncoder().precision is Precision.FLOAT
    monkeypatch.setenv("KB_PRECISION", "double")
    with pytest.raises(InvalidInput, match="KB_PRECISION='double' is none of float, int8"):
        OnnxEncoder()


def test_many_texts_have_the_vectors_that_each_has_alone() -> None:
    encoder = OnnxEncoder()
    many = [f"{text} number {number}" for number in range(4) for text in TEXTS]
    alone = [encoder.encode([text])[0] for text in many]
    assert (encoder.encode(many) * np.array(alone)).sum(axis=1).min() > 0.9999


def test_the_same_model_in_another_place_has_the_same_file_and_a_changed_one_has_another(
    first_token_model: Path, tmp_path: Path
) -> None:
    source, moved = OnnxEncoder().source, tmp_path / "environment-2"
    shutil.copytree(source, moved)

    assert file_name("m", moved, "float") == file_name("m", source, "float")
    assert file_name("m", first_token_model, "float") != file_name("m", source, "float")
    with (moved / "model.safetensors").open("r+b") as weights:
        weights.seek(-4, os.SEEK_END)
        weights.write(b"\0\0\0\0")
    assert file_name("m", moved, "float") != file_name("m", source, "float")


def test_models_that_nobody_has_used_for_three_months_are_removed(tmp_path: Path) -> None:
    for name, days in (("old", UNUSED_DAYS + 1), ("used", UNUSED_DAYS + 1), ("new", 2)):
        (tmp_path / f"{name}.onnx").write_bytes(b"model")
        os.utime(tmp_path / f"{name}.onnx", (0, time.time() - days * 86_400))
    note_use(tmp_path / "used.onnx")

    assert [path.name for path in remove_unused(tmp_path)] == ["old.onnx"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.onnx", "used.onnx"]


OWN = """
import json, sys
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu")
model.max_seq_length = 256
print(json.dumps(model.encode(json.loads(sys.argv[2]), normalize_embeddings=True).tolist()))
"""


@pytest.fixture
def first_token_model(tmp_path: Path) -> Path:
    """The default model, told to take the vector of its first token instead of the mean of all."""
    folder = Path(shutil.copytree(OnnxEncoder().source, tmp_path / "first"))
    pooling = folder / "1_Pooling" / "config.json"
    said = json.loads(pooling.read_text())
    pooling.write_text(
        json.dumps({**said, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    )
    return folder


@pytest.mark.full
def test_a_model_with_a_pooling_of_its_own_gives_the_vectors_that_it_gives_itself(
    first_token_model: Path, tmp_path: Path
) -> None:
    encoder = OnnxEncoder(str(first_token_model), cache=tmp_path / "cache")
    command = [sys.executable, "-c", OWN, str(first_token_model), json.dumps(TEXTS)]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=offline)
    own = np.array(json.loads(done.stdout.splitlines()[-1]))
    assert np.abs(encoder.encode(TEXTS) - own).max() < 1e-4
    assert np.abs(own - OnnxEncoder().encode(TEXTS)).max() > 0.01


def test_vectors_of_another_pooling_have_another_name(first_token_model: Path) -> None:
    assert OnnxEncoder(str(first_token_model)).name == f"{first_token_model}+cls_token"
    assert OnnxEncoder(str(OnnxEncoder().source)).name == str(OnnxEncoder().source)


def test_an_answer_by_another_model_says_that_confidence_was_measured_with_the_default_one(
    home: Path,
) -> None:
    with KnowledgeBase.open(home, encoder=OtherModel()) as kb:
        notes = kb.check_known_issues("how do we fail over the database", deep=True).notes
    assert "measured with all-MiniLM-L6-v2" in " ".join(notes)


def test_the_default_model_has_no_such_caveat(home: Path, encoder: OnnxEncoder) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        notes = kb.check_known_issues("how do we fail over the database", deep=True).notes
    assert "measured with" not in " ".join(notes)
