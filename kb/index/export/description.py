"""What a model's folder says of itself: the shape of its transformer, and the steps from tokens to one vector.

Read from `config.json` (Hugging Face's form) and `modules.json` with the folders that it names (sentence-transformers'
form).  What is not understood is never guessed at: `NotBertShaped` says what it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
    "tanh": "tanh",
}
"""The names of activations in configurations, and what is computed."""
_DENSE_ACTIVATIONS = {"Identity": "identity", "Tanh": "tanh", "ReLU": "relu", "GELU": "gelu", "SiLU": "silu"}
_POOLINGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""The older keys of poolings, in the order in which their vectors stand one behind the other; their names today."""
_BERTS = {
    "bert": "bert",
    "roberta": "roberta",
    "xlm-roberta": "roberta",
    "camembert": "roberta",
    "distilbert": "distilbert",
}


class NotBertShaped(Exception):
    """The model is not of the shape that a graph can be built for; the sentence tells in what."""


@dataclass(frozen=True, slots=True)
class Transformer:
    """The shape of a transformer of BERT's kind."""

    folder: Path
    """Where its weights lie."""
    family: str
    """`bert`, `roberta` (the same, with positions counted behind the token of padding) or `distilbert`."""
    layers: int
    heads: int
    hidden: int
    activation: str
    epsilon: float
    padding: int
    """The token that fills up short texts."""


@dataclass(frozen=True, slots=True)
class Pooling:
    """One vector from the vectors of the tokens; of several ways, one behind the other."""

    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dense:
    """A linear layer behind the pooling."""

    folder: Path
    inputs: int
    outputs: int
    activation: str


@dataclass(frozen=True, slots=True)
class Normalize:
    """To unit length."""


Step = Pooling | Dense | Normalize


@dataclass(frozen=True, slots=True)
class Description:
    """A transformer and what comes after it."""

    transformer: Transformer
    steps: tuple[Step, ...]


def describe(folder: Path) -> Description:
    """What the model in the folder is.  Raises NotBertShaped."""
    if not (
        folder / "modules.json"
    ).is_file():  # a bare transformer: sentence-transformers takes the mean, too
        return Description(_transformer(folder), (Pooling(("mean",)),))
    modules = [
        (str(one["type"]).rpartition(".")[2], folder / one["path"]) for one in _json(folder / "modules.json")
    ]
    if not modules or modules[0][0] != "Transformer":
        raise NotBertShaped(
            f"its first module is a {modules[0][0] if modules else 'missing one'}, no Transformer"
        )
    steps = tuple(
        _step(kind, place) for kind, place in modules[1:] if kind != "Dropout"
    )  # at rest, it does nothing
    if not steps or not isinstance(steps[0], Pooling) or sum(isinstance(one, Pooling) for one in steps) > 1:
        raise NotBertShaped("its transformer is not followed by one pooling")
    return Description(_transformer(modules[0][1]), steps)


def _transformer(folder: Path) -> Transformer:
    said = _json(folder / "config.json")
    kind = str(said.get("model_type"))
    if kind not in _BERTS:
        raise NotBertShaped(f"its model_type is {kind!r}")
    if said.get("position_embedding_type", "absolute") != "absolute":
        raise NotBertShaped(f"its positions are {said['position_embedding_type']!r}, not absolute")
    if said.get("is_decoder"):
        raise NotBertShaped("it is a decoder")
    distil = kind == "distilbert"
    shape = Transformer(
        folder=folder,
        family=_BERTS[kind],
        layers=_whole(said, "n_layers" if distil else "num_hidden_layers"),
        heads=_whole(said, "n_heads" if distil else "num_attention_heads"),
        hidden=_whole(said, "dim" if distil else "hidden_size"),
        activation=_activation(said.get("activation" if distil else "hidden_act", "gelu"), ACTIVATIONS),
        epsilon=1e-12 if distil else float(said.get("layer_norm_eps", 1e-12)),
        padding=int(said.get("pad_token_id") or 0),
    )
    if shape.hidden % shape.heads:
        raise NotBertShaped(f"its {shape.hidden} channels are no multiple of its {shape.heads} heads")
    return shape


def _step(kind: str, folder: Path) -> Step:
    if kind == "Normalize":
        return Normalize()
    if kind == "Pooling":
        return Pooling(_ways(_json(folder / "config.json")))
    if kind == "Dense":
        return _dense(folder)
    raise NotBertShaped(f"it has a module {kind}")


def _ways(said: Mapping[str, Any]) -> tuple[str, ...]:
    mode = said.get("pooling_mode")
    if mode is None:
        mode = [name for key, name in _POOLINGS.items() if said.get(key)] or ["mean"]
    ways = (mode,) if isinstance(mode, str) else tuple(mode)
    if strange := set(ways) - set(_POOLINGS.values()):
        raise NotBertShaped(f"it has a pooling {sorted(strange)[0]!r}")
    return ways


def _dense(folder: Path) -> Dense:
    said = _json(folder / "config.json")
    if (
        said.get("use_residual")
        or said.get("module_input_name", "sentence_embedding") != "sentence_embedding"
    ):
        raise NotBertShaped("its Dense module does more than a linear layer on the sentence's vector")
    activation = str(said.get("activation_function") or "Identity").rpartition(".")[2]
    return Dense(
        folder,
        _whole(said, "in_features"),
        _whole(said, "out_features"),
        _activation(activation, _DENSE_ACTIVATIONS),
    )


def _activation(name: object, known: Mapping[str, str]) -> str:
    if name not in known:
        raise NotBertShaped(f"it has an activation {name!r}")
    return known[str(name)]


def _whole(said: Mapping[str, Any], key: str) -> int:
    value = said.get(key)
    if not isinstance(value, int) or value < 1:
        raise NotBertShaped(f"its configuration says {value!r} for {key}")
    return value


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotBertShaped(f"{path} cannot be read ({error})") from error
