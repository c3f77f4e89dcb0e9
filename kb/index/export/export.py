"""The export of a model: built from its weights where it is of BERT's shape, else by torch, then made small if asked.

The file appears under its name only when it is whole.  With sentence-transformers installed, a model that is not the
one of this package is compared with what that makes of it; the default model's graph is held to it by the tests.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kb.errors import StoreBroken
from kb.index.export.bert_graph import sentence_graph
from kb.index.export.description import NotBertShaped, describe
from kb.index.export.original import Original
from kb.index.export.quantize import SENTENCES, quantize


def export(source: Path, target: Path, *, int8: bool = False, compare: bool = True) -> None:
    """Write the model in `source` to `target`, with weights of eight bits where asked for.

    `compare`: hold a file in single precision against its original.

    Raises StoreBroken where it cannot be read, and RuntimeError where eight bits are too few for it.
    """
    import onnx

    part = target.with_suffix(f".{os.getpid()}.part")
    try:
        model = _model(source, part)
        if int8:
            quantize(model, part, _tokens(source))
        else:
            onnx.save(model, str(part))
            if compare:
                _compare(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _model(source: Path, part: Path) -> Any:
    """The model in single precision; `part` may be written to on the way."""
    import onnx

    try:
        return sentence_graph(describe(source))
    except NotBertShaped as shape:
        try:
            original = Original(source)
        except ImportError as error:
            raise StoreBroken(
                f"{source} is not of BERT's shape ({shape}): sentence-transformers must load it, and it cannot be"
                f" imported ({error}); install it with: pip install 'incident-kb[models]'"
            ) from error
        original.export(part)
        original.compare(part)
        return onnx.load(str(part))


def _compare(source: Path, exported: Path) -> None:
    """Hold the file against the original, where sentence-transformers is installed.  Raises StoreBroken."""
    try:
        original = Original(source)
    except ImportError:  # the graph is right for what the folder says of itself
        return
    original.compare(exported)


def _tokens(source: Path) -> Sequence[Sequence[int]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return [one.ids for one in tokenizer.encode_batch(list(SENTENCES))]
