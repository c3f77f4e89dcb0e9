"""Small models with weights by chance, in the form in which Hugging Face and sentence-transformers keep theirs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from kb.index.encoder import default_model

VOCABULARY, PLACES, PADDING = 200, 64, 1
_BERT = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "attended": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "last": "output.LayerNorm",
}
_DISTILBERT = {
    "query": "attention.q_lin",
    "key": "attention.k_lin",
    "value": "attention.v_lin",
    "out": "attention.out_lin",
    "attended": "sa_layer_norm",
    "inner": "ffn.lin1",
    "outer": "ffn.lin2",
    "last": "output_layer_norm",
}


def write_model(
    folder: Path,
    *,
    family: str = "bert",
    layers: int = 2,
    heads: int = 4,
    hidden: int = 32,
    inner: int = 80,
    activation: str = "gelu",
    pooling: Mapping[str, Any] | None = None,
    dense: Mapping[str, Any] | None = None,
    prefix: str = "",
) -> Path:
    """Write a model into a new folder, with the tokeniser of the default one; returns the folder."""
    chance = np.random.default_rng(layers * 1000 + hidden)
    weights = _weights(chance, family, layers, hidden, inner)
    shutil.copytree(
        default_model(), folder, ignore=shutil.ignore_patterns("*.safetensors", "data_config.json")
    )
    save_file({f"{prefix}{name}": array for name, array in weights.items()}, folder / "model.safetensors")
    _write(folder / "config.json", _config(family, layers, heads, hidden, inner, activation))
    _write(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": hidden, **(pooling or {"pooling_mode_mean_tokens": True})},
    )
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")]
    if dense:
        modules.append(("2_Dense", "Dense"))
        (folder / "2_Dense").mkdir()
        _write(folder / "2_Dense" / "config.json", dense)
        linear = {
            "linear.weight": _some(chance, dense["out_features"], dense["in_features"]),
            "linear.bias": _some(chance, dense["out_features"]),
        }
        save_file(linear, folder / "2_Dense" / "model.safetensors")
    _write(
        folder / "modules.json",
        [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for number, (path, kind) in enumerate(modules)
        ],
    )
    return folder


def _config(family: str, layers: int, heads: int, hidden: int, inner: int, activation: str) -> dict[str, Any]:
    common = {
        "model_type": family,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": PLACES,
        "pad_token_id": PADDING,
    }
    if family == "distilbert":
        own = {
            "dim": hidden,
            "hidden_dim": inner,
            "n_heads": heads,
            "n_layers": layers,
            "activation": activation,
        }
        return {**common, **own, "architectures": ["DistilBertModel"]}
    return {
        **common,
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "hidden_act": activation,
        "layer_norm_eps": 1e-5,
        "type_vocab_size": 2,
        "architectures": ["BertModel" if family == "bert" else "RobertaModel"],
    }


def _weights(chance: Any, family: str, layers: int, hidden: int, inner: int) -> dict[str, Any]:
    distil = family == "distilbert"
    names, stem = (_DISTILBERT, "transformer.layer") if distil else (_BERT, "encoder.layer")
    found = {
        "embeddings.word_embeddings.weight": _some(chance, VOCABULARY, hidden),
        "embeddings.position_embeddings.weight": _some(chance, PLACES, hidden),
        "embeddings.LayerNorm.weight": 1 + _some(chance, hidden),
        "embeddings.LayerNorm.bias": _some(chance, hidden),
    }
    if not distil:
        found["embeddings.token_type_embeddings.weight"] = _some(chance, 2, hidden)
        found["pooler.dense.weight"] = _some(chance, hidden, hidden)
        found["pooler.dense.bias"] = _some(chance, hidden)
    for number in range(layers):
        for part, name in names.items():
            full = f"{stem}.{number}.{name}"
            if part in ("attended", "last"):
                found[f"{full}.weight"] = 1 + _some(chance, hidden)
                found[f"{full}.bias"] = _some(chance, hidden)
                continue
            outputs = inner if part == "inner" else hidden
            found[f"{full}.weight"] = _some(chance, outputs, inner if part == "outer" else hidden)
            found[f"{full}.bias"] = _some(chance, outputs)
    return found


def _some(chance: Any, *shape: int) -> Any:
    return chance.normal(0, 0.2, shape).astype(np.float32)


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
