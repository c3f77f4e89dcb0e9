"""Exports a sentence-transformers model to ONNX: `python -m kb.storage.model_export SOURCE TARGET [int8]`.

This is the only module that imports torch.  The model's own pooling (mean, first token, …), its further layers
and normalisation become part of the graph, so that one run gives the vector.  The file appears under its name
only when it is whole and gives the same vectors as the model that it was made from; with `int8`, nearly the same.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

from kb.storage.model_quantize import SENTENCES, quantize

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
        module, (example, ones), str(part), input_names=["input_ids", "attention_mask"],
        output_names=["sentence_vector"], dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip
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
