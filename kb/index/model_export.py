"""A sentence-transformers model as ONNX, in float or with weights of eight bits.

An exported model with weights of eight bits: a quarter of the size, more than twice as quick where VNNI is.

Weights get a scale for each output, what flows through the model one scale for each text as it comes.  A few
channels of what flows are twenty times as large as the others, so that one scale leaves the others five bits.
Part of what is large there is therefore moved into the weights first, which changes nothing of what comes out
(SmoothQuant, Xiao et al. 2023, https://arxiv.org/abs/2211.10438).  What is large is seen in a few sentences.
Attention stays float, and so do the embeddings of tokens, in half precision.

Exports a sentence-transformers model to ONNX: `python -m kb.index.model_export SOURCE TARGET [int8]`.

This is the only module that imports torch.  The model's own pooling (mean, first token, …), its further layers
and normalisation become part of the graph, so that one run gives the vector.  The file appears under its name
only when it is whole and gives the same vectors as the model that it was made from; with `int8`, nearly the same.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
_INPUTS = ("input_ids", "attention_mask")


def quantize(source: Path, target: Path, sentences: Sequence[Sequence[int]]) -> None:
    """Write the exported model in `source` to `target` with weights of eight bits.

    `sentences` are token ids of texts.  Raises RuntimeError, and leaves no file, when the vectors that come out are
    further from the original's than `LEAST_COSINE`.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(str(source))
    products = _products(model)
    smoothed = target.with_suffix(f"{target.suffix}.smooth")
    try:
        _smooth(model, products, _largest(model, products, sentences))
        onnx.save(model, str(smoothed))
        quantize_dynamic(
            str(smoothed),
            str(target),
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            extra_options={"MatMulConstBOnly": True},
        )
    finally:
        smoothed.unlink(missing_ok=True)
    small = onnx.load(str(target))
    _halve_embeddings(small)
    onnx.save(small, str(target))
    if (cosine := _agreement(source, target, sentences)) < LEAST_COSINE:
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


def _largest(model: Any, products: Sequence[_Product], texts: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The largest magnitude of each channel of each value, over all texts."""
    import numpy as np
    import onnx

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    names = [product.value for product in products]
    for name in names:
        watched.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session, found = _session(watched.SerializeToString()), dict[str, Any]()
    for text in texts:
        for name, value in zip(names, _run(session, names, text), strict=True):
            seen = np.abs(value.reshape(-1, value.shape[-1])).max(axis=0)
            found[name] = np.maximum(found.get(name, seen), seen)
    return found


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


def _agreement(source: Path, target: Path, texts: Sequence[Sequence[int]]) -> float:
    """The least cosine between the vectors that both give."""
    import numpy as np

    ours, theirs = (_session(str(path)) for path in (target, source))
    pairs = ((_run(ours, None, text)[0][0], _run(theirs, None, text)[0][0]) for text in texts)
    return min(float(np.dot(one, other)) for one, other in pairs)


def _session(model: str | bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _run(session: Any, names: Sequence[str] | None, text: Sequence[int]) -> list[Any]:
    import numpy as np

    ids = np.array([text], dtype=np.int64)
    return list(session.run(names, dict(zip(_INPUTS, (ids, np.ones_like(ids)), strict=True))))


MAX_ERROR = 1e-4
"""How far a component of a vector may be off; rounding alone stays below 1e-6."""


def export(source: Path, target: Path, *, int8: bool = False) -> None:
    """Write the model in `source` to `target`, with weights of eight bits where asked for."""
    whole = target.with_suffix(f".{os.getpid()}.part")
    small = target.with_suffix(f".{os.getpid()}.int8.part")
    try:
        model = _export(source, whole)
        if int8:
            quantize(whole, small, [model.tokenizer(text)["input_ids"] for text in SENTENCES])
            small.replace(target)
        else:
            whole.replace(target)
    finally:
        for left in (whole, small):
            left.unlink(missing_ok=True)


def _export(source: Path, part: Path) -> Any:
    """Write the model as it is; returns it."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.simplefilter("ignore")
    import torch
    from sentence_transformers import SentenceTransformer

    # Attention written out: torch's own comes with a treatment of empty rows that costs an eighth of the time.
    eager = {"attn_implementation": "eager"}
    model: Any = SentenceTransformer(str(source), device="cpu", model_kwargs=eager).eval()

    class SentenceVector(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for step in self.steps:
                features = step(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], p=2, dim=1)

    module = SentenceVector()
    module.steps = torch.nn.ModuleList(model)
    # Two tensors, not one twice: the exporter takes arguments that are one object for one input.
    example, ones = torch.ones(2, 7, dtype=torch.long), torch.ones(2, 7, dtype=torch.long)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")}
    torch.onnx.export(
        module,
        (example, ones),
        str(part),
        input_names=["input_ids", "attention_mask"],
        output_names=["sentence_vector"],
        dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    probe = torch.arange(1, 9).reshape(2, 4)
    with torch.no_grad():
        own = model({"input_ids": probe, "attention_mask": torch.ones_like(probe)})["sentence_embedding"]
        _compare(part, probe.numpy(), torch.nn.functional.normalize(own, p=2, dim=1).numpy())
    return model


def _compare(path: Path, ids: Any, expected: Any) -> None:
    """Raise RuntimeError when the vectors of the file are not the expected ones."""
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    if (error := float(np.abs(given - expected).max())) > MAX_ERROR:
        raise RuntimeError(f"the exported model's vectors differ by {error:.1g} from the original's")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]), int8=sys.argv[3:] == ["int8"])
