"""A model as sentence-transformers itself loads it: exported by torch, and what an exported one is compared with.

The only module that imports torch.  It is needed for models that are not of BERT's shape, and where it is installed
(`incident-kb[models]`) the export of a `KB_MODEL` is compared with it before it is used.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

from kb.errors import StoreBroken
from kb.index.export.bert_graph import INPUTS, OUTPUT
from kb.index.inference import session

MAX_ERROR = 1e-4
"""How far a component of a vector may be off; rounding alone stays below 1e-6."""


class Original:
    """The model in a folder, loaded by sentence-transformers."""

    def __init__(self, folder: Path) -> None:
        """Load it.  Raises ImportError where sentence-transformers or torch are missing."""
        os.environ["HF_HUB_OFFLINE"] = "1"
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer

        # Attention written out: torch's own comes with a treatment of empty rows that costs an eighth of the time.
        eager = {"attn_implementation": "eager", "dtype": torch.float32}
        self._torch = torch
        self._model: Any = SentenceTransformer(str(folder), device="cpu", model_kwargs=eager).eval()

    def export(self, target: Path) -> None:
        """Write it as ONNX."""
        torch = self._torch

        class SentenceVector(torch.nn.Module):  # type: ignore[misc, unused-ignore, name-defined]
            def forward(self, input_ids: Any, attention_mask: Any) -> Any:
                features = {"input_ids": input_ids, "attention_mask": attention_mask}
                for step in self.steps:
                    features = step(features)
                return torch.nn.functional.normalize(features["sentence_embedding"], p=2, dim=1)

        module = SentenceVector()
        module.steps = torch.nn.ModuleList(self._model)
        # Two tensors, not one twice: the exporter takes arguments that are one object for one input.
        example, ones = torch.ones(2, 7, dtype=torch.long), torch.ones(2, 7, dtype=torch.long)
        axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence")}
        torch.onnx.export(
            module,
            (example, ones),
            str(target),
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            dynamo=True,
            external_data=False,
            verbose=False,
        )

    def compare(self, exported: Path) -> None:
        """Raise StoreBroken when the vectors of the file are not those of this model."""
        import numpy as np

        torch = self._torch
        probe = torch.arange(5, 13).reshape(2, 4)
        ones = torch.ones_like(probe)
        with torch.no_grad():
            own = self._model({"input_ids": probe, "attention_mask": ones})["sentence_embedding"]
            expected = torch.nn.functional.normalize(own, p=2, dim=1).numpy()
        given = session(str(exported)).run(
            None, dict(zip(INPUTS, (probe.numpy(), ones.numpy()), strict=True))
        )[0]
        if (error := float(np.abs(given - expected).max())) > MAX_ERROR:
            raise StoreBroken(f"the exported model's vectors differ by {error:.1g} from the original's")
