"""The graph of a transformer of BERT's kind (Devlin et al. 2018, https://arxiv.org/abs/1810.04805) and of its pooling.

Layers, heads, sizes and activation are those of the model's description, so any model of that shape has its graph.
Each operation stands in the order in which transformers and sentence-transformers compute it, which leaves nothing
but rounding between the vectors of both.  Texts of one run may have padding at their end; `attention_mask` is 0 there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kb.index.export.description import Dense, Description, Normalize, NotBertShaped, Pooling, Transformer
from kb.index.export.graph import TOKEN, Graph
from kb.index.export.weights import Weights, layer_weights, transformer_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

INPUTS = ("input_ids", "attention_mask")
OUTPUT = "sentence_vector"
_FLOAT, _INT64, _BOOL = 1, 7, 9
"""Types of values by the numbers of `onnx.TensorProto`."""
_NOWHERE = -3.4028234663852886e38
"""What is added to the score of a token that is padding: the least number of single precision."""
_LEAST_SUM = 1e-9
_LEAST_LENGTH = 1e-12


def sentence_graph(description: Description) -> Any:
    """The ONNX model that gives one vector of unit length a text.  Raises NotBertShaped."""
    graph = Graph(*INPUTS)
    transformer = description.transformer
    weights = transformer_weights(transformer.folder, transformer.family)
    tokens = _Encoder(graph, transformer, weights).tokens()
    if left := weights.left():
        raise NotBertShaped(f"its weights have {left[0]}, which no BERT has")
    vector, size = tokens, transformer.hidden
    for number, step in enumerate((*description.steps, Normalize())):
        match step:
            case Pooling(ways):
                pooled = [_pooled(graph, tokens, way) for way in ways]
                vector = pooled[0] if len(pooled) == 1 else graph.add("Concat", *pooled, axis=1)
                size *= len(ways)
            case Dense():
                vector, size = _dense(graph, vector, size, step, f"dense_{number}"), step.outputs
            case Normalize():
                vector = _normalized(graph, vector)
    return graph.model(vector, OUTPUT, size)


class _Encoder:
    """Token ids to a vector a token."""

    def __init__(self, graph: Graph, shape: Transformer, weights: Weights) -> None:
        self._graph, self._shape, self._weights = graph, shape, weights

    def tokens(self) -> str:
        """The value that holds (texts, tokens, channels)."""
        flow, hidden = self._embedded(), self._nowhere()
        for number in range(self._shape.layers):
            flow = self._layer(f"encoder.layer.{number}", flow, hidden)
        return flow

    def _embedded(self) -> str:
        add, size = self._graph.add, self._shape.hidden
        flow = add("Gather", self._table("word_embeddings"), "input_ids", axis=0)
        if self._shape.family != "distilbert":  # one text at a time: all its tokens are of the first type
            kind = add("Gather", self._table("token_type_embeddings"), self._graph.whole(0), axis=0)
            flow = add("Add", flow, kind)
        place = add("Gather", self._table("position_embeddings"), self._positions(), axis=0)
        return self._normed("embeddings.LayerNorm", add("Add", flow, place), size)

    def _table(self, name: str) -> str:
        full = f"embeddings.{name}.weight"
        return self._graph.constant(full, self._weights.take(full, -1, self._shape.hidden))

    def _positions(self) -> str:
        add, whole = self._graph.add, self._graph.whole
        if self._shape.family != "roberta":
            length = add("Shape", "input_ids", start=1, end=2)
            places = add("Range", self._scalar(0), add("Squeeze", length), self._scalar(1))
            return self._graph.shaped(places, TOKEN)
        padding = whole(self._shape.padding)  # counted from behind it; padding itself stays there
        said = add("Cast", add("Not", add("Equal", "input_ids", padding)), to=_INT64)
        return add("Add", add("Mul", add("CumSum", said, self._scalar(1)), said), padding)

    def _scalar(self, number: int) -> str:
        import numpy as np

        return self._graph.constant(f"scalar_{number}", np.array(number, dtype=np.int64))

    def _nowhere(self) -> str:
        """What is added to the scores of each text's tokens, (texts, 1, 1, tokens): nothing, but for padding."""
        add, number = self._graph.add, self._graph.number
        said = add("Cast", "attention_mask", to=_BOOL)
        return add("Unsqueeze", add("Where", said, number(0.0), number(_NOWHERE)), self._graph.whole(1, 2))

    def _layer(self, name: str, flow: str, nowhere: str) -> str:
        add, size = self._graph.add, self._shape.hidden
        attended = self._linear(
            f"{name}.attention.output.dense", self._attention(name, flow, nowhere), size, size
        )
        flow = self._normed(f"{name}.attention.output.LayerNorm", add("Add", attended, flow), size)
        inner = self._linear(f"{name}.intermediate.dense", flow, size, -1)
        inner = _activated(self._graph, inner, self._shape.activation)
        outer = self._linear(f"{name}.output.dense", inner, -1, size)
        return self._normed(f"{name}.output.LayerNorm", add("Add", outer, flow), size)

    def _attention(self, name: str, flow: str, nowhere: str) -> str:
        add, shape = self._graph.add, self._shape
        each = shape.hidden // shape.heads
        query, key, value = (
            add(
                "Transpose",
                add(
                    "Reshape",
                    self._linear(f"{name}.attention.self.{part}", flow, shape.hidden, shape.hidden),
                    self._graph.whole(0, 0, shape.heads, each),
                ),
                perm=order,
            )
            for part, order in (("query", (0, 2, 1, 3)), ("key", (0, 2, 3, 1)), ("value", (0, 2, 1, 3)))
        )
        scores = add("Mul", add("MatMul", query, key), self._graph.number(1.0 / math.sqrt(each)))
        seen = add("MatMul", add("Softmax", add("Add", scores, nowhere), axis=-1), value)
        return add(
            "Reshape", add("Transpose", seen, perm=(0, 2, 1, 3)), self._graph.whole(0, 0, shape.hidden)
        )

    def _linear(self, name: str, flow: str, inputs: int, outputs: int) -> str:
        return _linear(self._graph, name, self._weights, name, flow, inputs, outputs)

    def _normed(self, name: str, flow: str, size: int) -> str:
        scale, shift = (
            self._graph.constant(f"{name}.{part}", self._weights.take(f"{name}.{part}", size))
            for part in ("weight", "bias")
        )
        return self._graph.add("LayerNormalization", flow, scale, shift, axis=-1, epsilon=self._shape.epsilon)


def _linear(graph: Graph, name: str, weights: Weights, own: str, flow: str, inputs: int, outputs: int) -> str:
    import numpy as np

    matrix = np.ascontiguousarray(weights.take(f"{own}.weight", outputs, inputs).T)
    product = graph.add("MatMul", flow, graph.constant(f"{name}.weight", matrix))
    if not weights.has(f"{own}.bias"):
        return product
    return graph.add("Add", product, graph.constant(f"{name}.bias", weights.take(f"{own}.bias", outputs)))


def _activated(graph: Graph, flow: str, activation: str) -> str:
    match activation:
        case "gelu":
            return graph.add("Gelu", flow, approximate="none")
        case "gelu_tanh":
            return graph.add("Gelu", flow, approximate="tanh")
        case "silu":
            return graph.add("Mul", flow, graph.add("Sigmoid", flow))
        case "relu" | "tanh" | "identity":
            return graph.add({"relu": "Relu", "tanh": "Tanh", "identity": "Identity"}[activation], flow)
    raise NotBertShaped(f"it has an activation {activation!r}")


def _pooled(graph: Graph, tokens: str, way: str) -> str:
    add, whole = graph.add, graph.whole
    if way == "cls":
        return add("Squeeze", add("Slice", tokens, whole(0), whole(1), whole(1)), whole(1))
    if way == "lasttoken":
        last = add("Sub", add("ReduceSum", "attention_mask", whole(1), keepdims=1), whole(1))
        return add("GatherND", tokens, last, batch_dims=1)
    mask = add("Unsqueeze", "attention_mask", whole(-1))
    if way == "max":
        nothing = graph.number(-math.inf)
        return add(
            "ReduceMax", add("Where", add("Cast", mask, to=_BOOL), tokens, nothing), whole(1), keepdims=0
        )
    parts = add("Cast", mask, to=_FLOAT)
    if way == "weightedmean":
        parts = add("Mul", parts, add("CumSum", parts, add("Squeeze", whole(1))))
    total = add("ReduceSum", add("Mul", tokens, parts), whole(1), keepdims=0)
    number = add("Clip", add("ReduceSum", parts, whole(1), keepdims=0), graph.number(_LEAST_SUM))
    return add("Div", total, add("Sqrt", number) if way == "mean_sqrt_len_tokens" else number)


def _dense(graph: Graph, vector: str, size: int, layer: Dense, name: str) -> str:
    if layer.inputs != size:
        raise NotBertShaped(f"its Dense module takes {layer.inputs} numbers, and {size} come")
    weights = layer_weights(layer.folder)
    flow = _linear(graph, name, weights, "linear", vector, layer.inputs, layer.outputs)
    if left := weights.left():
        raise NotBertShaped(f"its Dense module has weights {left[0]}")
    return _activated(graph, flow, layer.activation)


def _normalized(graph: Graph, vector: str) -> str:
    length = graph.add("ReduceL2", vector, graph.whole(-1), keepdims=1)
    return graph.add("Div", vector, graph.add("Clip", length, graph.number(_LEAST_LENGTH)))
