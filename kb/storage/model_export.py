"""Exports a sentence-transformers model to ONNX: `python -m kb.storage.model_export SOURCE TARGET`.

This is the only module that imports torch.  The model's own pooling (mean, first token, …), its further layers
and normalisation become part of the graph, so that one run gives the vector.  The file appears under its name
only when it is whole and gives the same vectors as the model that it was made from.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

MAX_ERROR = 1e-4
"""How far a component of a vector may be off; rounding alone stays below 1e-6."""


def export(source: Path, target: Path) -> None:
    """Write the model in `source` to `target`."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.simplefilter("ignore")
    import torch
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(source), device="cpu").eval()

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
    part = target.with_suffix(f".{os.getpid()}.part")
    torch.onnx.export(
        module, (example, ones), str(part), input_names=["input_ids", "attention_mask"],
        output_names=["sentence_vector"], dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip
    probe = torch.arange(1, 9).reshape(2, 4)
    with torch.no_grad():
        own = model({"input_ids": probe, "attention_mask": torch.ones_like(probe)})["sentence_embedding"]
        _compare(part, probe.numpy(), torch.nn.functional.normalize(own, p=2, dim=1).numpy())
    part.replace(target)


def _compare(path: Path, ids: Any, expected: Any) -> None:
    """Raise RuntimeError, and delete the file, when its vectors are not the expected ones."""
    import numpy as np
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
    if (error := float(np.abs(given - expected).max())) > MAX_ERROR:
        path.unlink()
        raise RuntimeError(f"the exported model's vectors differ by {error:.1g} from the original's")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
