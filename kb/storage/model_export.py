"""Exports a sentence-transformers model to ONNX: `python -m kb.storage.model_export SOURCE TARGET`.

This is the only module that imports torch.  Mean pooling and normalisation become part of the
graph, so that one run gives the vector.  The file appears under its name only when it is whole.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any


def export(source: Path, target: Path) -> None:
    """Write the model in `source` to `target`."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.simplefilter("ignore")
    import torch
    from sentence_transformers import SentenceTransformer

    transformer: Any = SentenceTransformer(str(source), device="cpu")[0]
    backbone: Any = getattr(transformer, "model", None) or transformer.auto_model

    class SentenceVector(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = backbone(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(pooled, p=2, dim=1)

    module = SentenceVector()
    module.backbone = backbone.eval()
    example = torch.ones(2, 7, dtype=torch.long)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")}
    part = target.with_suffix(f".{os.getpid()}.part")
    torch.onnx.export(
        module, (example, example), str(part), input_names=["input_ids", "attention_mask"],
        output_names=["sentence_vector"], dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True, external_data=False, verbose=False,
    )  # fmt: skip
    part.replace(target)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
