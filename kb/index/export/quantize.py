"""An exported model with weights of eight bits: a quarter of the size, more than twice as quick where VNNI is.

Weights get a scale for each output, what flows through the model one scale for each text as it comes.  A few
channels of what flows are twenty times as large as the others, so that one scale leaves the others five bits.
Part of what is large there is therefore moved into the weights first, which changes nothing of what comes out
(SmoothQuant, Xiao et al. 2023, https://arxiv.org/abs/2211.10438).  What is large is seen in a few sentences.
Attention stays float, and so do the embeddings of tokens, in half precision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.index.inference import session

STRENGTH = 0.65
"""How much of what is large in a channel moves into the weights (the alpha of SmoothQuant)."""
LEAST_COSINE = 0.98
"""A model whose vectors come out further from the original's than this is not used."""
SENTENCES = (
    "ok",
    "How do I fail over?",
    "connection refused",
    "ERROR: connection to 10.0.0.7:5432 refused after 3 retries",
    "KubePodCrashLooping: a pod restarts again and again",
    "java.lang.OutOfMemoryError: Java heap space at com.example.Cache.put(Cache.java:42)",
    '{"level": "warn", "msg": "quota exceeded", "code": 429, "path": "/api/v1/orders"}',
    "The disk of the database is full, and the service does not answer. Delete old logs, then restart it.",
    "We rolled back the deployment at 14:05 UTC; the certificate had expired and nobody had been told.",
    "# Runbook: high latency\n\n1. Look at the dashboard.\n2. Run `kubectl get pods -n prod`.\n3. Scale up.",
    "Segmentation fault (core dumped) in libcrypto.so.3 at 0x7f3a, called from tls_handshake, pid 4711, signal 11",
    "Kafka's consumers lag by two million messages. Check whether a broker is down; if so, move its partitions.",
    "# Postmortem 2024-03-01\n\n## Impact\n12 % of payments failed for 40 minutes.\n\n## Root cause\nA migration locked"
    " the table of orders.\n\n## What went well\nThe alert fired within a minute.\n\n## Actions\n- [ ] limit locks",
    "Der Server antwortet nicht mehr, seit das Zertifikat abgelaufen ist.",
    "npm ERR! code ERESOLVE\nnpm ERR! could not resolve: react@18.2.0\nnpm ERR! Fix the upstream dependency conflict",
    "Users saw timeouts in checkout for two hours, since a queue grew faster than its workers read it.",
    'expr: sum(rate(http_requests_total{code=~"5.."}[5m])) by (job) > 0.05\nfor: 10m\nseverity: critical',
)
_PARTS = ("small", "scale", "zero")
_INPUTS = ("input_ids", "attention_mask")


def quantize(model: Any, target: Path, sentences: Sequence[Sequence[int]]) -> None:
    """Write the exported `model`, which is changed, to `target` with weights of eight bits.

    `sentences` are token ids of texts.  Raises RuntimeError, and leaves no file, when the vectors that come out are
    further from the original's than `LEAST_COSINE`.
    """
    import onnx

    products = _products(model)
    vectors, largest = _watched(model, products, sentences)
    _smooth(model, products, largest)
    _narrow(model, products)
    _halve_embeddings(model)
    onnx.save(model, str(target))
    if (cosine := _agreement(target, vectors, sentences)) < LEAST_COSINE:
        target.unlink()
        raise RuntimeError(
            f"with weights of eight bits, the vectors' cosine to the original's is {cosine:.3f}"
        )


@dataclass(frozen=True, slots=True)
class _Product:
    """What flows into products with constant weights, and these."""

    value: str
    nodes: tuple[Any, ...]
    weights: tuple[Any, ...]


def _products(model: Any) -> list[_Product]:
    constants = {one.name: one for one in model.graph.initializer}
    users: dict[str, list[Any]] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            users.setdefault(node.input[0], []).append(node)
    return [
        _Product(value, tuple(nodes), tuple(constants[node.input[1]] for node in nodes))
        for value, nodes in users.items()
    ]


def _watched(
    model: Any, products: Sequence[_Product], texts: Sequence[Sequence[int]]
) -> tuple[list[Any], dict[str, Any]]:
    """The vector of each text, and the largest magnitude of each channel of each value that flows into products."""
    import numpy as np
    import onnx

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    names = [product.value for product in products]
    for name in names:
        watched.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    running, vectors, found = session(watched.SerializeToString()), [], dict[str, Any]()
    for text in texts:
        vector, *values = _run(running, text)
        vectors.append(vector[0])
        for name, value in zip(names, values, strict=True):
            seen = np.abs(value.reshape(-1, value.shape[-1])).max(axis=0)
            found[name] = np.maximum(found.get(name, seen), seen)
    return vectors, found


def _smooth(model: Any, products: Sequence[_Product], largest: dict[str, Any]) -> None:
    """Divide what flows by a factor a channel, and multiply the weights by it."""
    import numpy as np
    from onnx import helper, numpy_helper

    graph, added = model.graph, dict[str, Any]()
    for product in products:
        weights = [numpy_helper.to_array(one) for one in product.weights]
        heaviest = np.max([np.abs(one).max(axis=1) for one in weights], axis=0)
        flow, load = np.maximum(largest[product.value], 1e-5), np.maximum(heaviest, 1e-5)
        factor = flow**STRENGTH / load ** (1.0 - STRENGTH)
        factor = (factor / np.exp(np.log(factor).mean())).astype(np.float32)
        inverse, smoothed = f"{product.value}_inverse", f"{product.value}_smoothed"
        graph.initializer.append(numpy_helper.from_array(1.0 / factor, inverse))
        added[product.value] = helper.make_node("Mul", [product.value, inverse], [smoothed], f"{smoothed}_by")
        for node, constant, weight in zip(product.nodes, product.weights, weights, strict=True):
            constant.CopyFrom(numpy_helper.from_array(weight * factor[:, None], constant.name))
            node.input[0] = smoothed
    nodes = list(graph.node)
    del graph.node[:]
    for node in nodes:
        graph.node.append(node)
        graph.node.extend(added.pop(output) for output in node.output if output in added)


def _narrow(model: Any, products: Sequence[_Product]) -> None:
    """Put products of eight-bit weights in place of those of single precision: operators of ONNX alone.

    What flows gets its scale and zero as it comes; weights have a scale for each output, and zero is zero.
    (`onnxruntime.quantization` writes the same numbers, one output of 20,736 at a time, which takes a second.)
    """
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    graph, weights = model.graph, {one.name: one for product in products for one in product.weights}
    flows = {node.input[0] for product in products for node in product.nodes}
    for name, constant in weights.items():
        weight = numpy_helper.to_array(constant)
        scale = (2.0 * np.abs(weight).max(axis=0).astype(np.float64) / 254.0).astype(np.float32)
        scale[scale == 0.0] = 1.0
        small = np.clip(np.round(weight / scale), -127, 127).astype(np.int8)
        constant.CopyFrom(numpy_helper.from_array(small, name))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        graph.initializer.append(numpy_helper.from_array(np.zeros_like(scale, dtype=np.int8), f"{name}_zero"))
    nodes = list(graph.node)
    del graph.node[:]
    for node in nodes:
        if node.op_type != "MatMul" or node.input[1] not in weights:
            graph.node.append(node)
            graph.node.extend(
                helper.make_node("DynamicQuantizeLinear", [one], [f"{one}_{part}" for part in _PARTS])
                for one in node.output
                if one in flows
            )
            continue
        (flow, weight), (output,) = node.input, node.output
        small, scale, zero = (f"{flow}_{part}" for part in _PARTS)
        graph.node.extend(
            (
                helper.make_node(
                    "MatMulInteger", [small, weight, zero, f"{weight}_zero"], [f"{output}_whole"]
                ),
                helper.make_node("Cast", [f"{output}_whole"], [f"{output}_cast"], to=TensorProto.FLOAT),
                helper.make_node("Mul", [scale, f"{weight}_scale"], [f"{output}_scale"]),
                helper.make_node("Mul", [f"{output}_cast", f"{output}_scale"], [output]),
            )
        )


def _halve_embeddings(model: Any) -> None:
    """Keep what is looked up by token in half precision: half of what is left of the file."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    tables = {one.name: one for one in graph.initializer if one.data_type == TensorProto.FLOAT}
    nodes = list(graph.node)
    uses = Counter(name for node in nodes for name in node.input)
    del graph.node[:], graph.value_info[:]
    for node in nodes:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or uses[table.name] > 1:
            graph.node.append(node)
            continue
        table.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(table).astype(np.float16), table.name))
        output, node.output[0] = node.output[0], f"{node.output[0]}_half"
        widened = helper.make_node(
            "Cast", [node.output[0]], [output], f"{output}_widened", to=TensorProto.FLOAT
        )
        graph.node.extend([node, widened])


def _agreement(path: Path, vectors: Sequence[Any], texts: Sequence[Sequence[int]]) -> float:
    """The least cosine between the texts' vectors and those that the file gives."""
    import numpy as np

    running = session(str(path))
    pairs = zip(vectors, (_run(running, text)[0][0] for text in texts), strict=True)
    return min(float(np.dot(one, other)) for one, other in pairs)


def _run(running: Any, text: Sequence[int]) -> list[Any]:
    import numpy as np

    ids = np.array([text], dtype=np.int64)
    return list(running.run(None, dict(zip(_INPUTS, (ids, np.ones_like(ids)), strict=True))))
