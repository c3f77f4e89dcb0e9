"""Jupyter notebooks as Markdown: the text of their cells, code fenced; what the code printed is left out."""

from __future__ import annotations

import json
from typing import Any


def notebook_to_markdown(text: str) -> tuple[str, str]:
    """The Markdown of a notebook, and what was left out.  Raises ValueError where it is no notebook."""
    notebook: Any = json.loads(text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("it has no cells")
    language = _language(notebook.get("metadata"))
    parts, outputs = [], 0
    for cell in (cell for cell in cells if isinstance(cell, dict)):
        source = cell.get("source") or ""
        said = "".join(source) if isinstance(source, list) else str(source)
        outputs += len(cell.get("outputs") or [])
        if cell.get("cell_type") == "code" and said.strip():
            parts.append(_fenced(said, language))
        elif said.strip():
            parts.append(said.strip())
    return "\n\n".join(parts) + "\n", f"outputs of code left out: {outputs}" if outputs else ""


def _fenced(code: str, language: str) -> str:
    """Code in its language; a cell of `!` and `%%bash` lines is what one types into a shell."""
    lines = code.strip("\n").split("\n")
    if lines[0].startswith("%%"):
        magic = lines.pop(0).removeprefix("%%").split()
        language = magic[0] if magic else language
    elif all(line.startswith("!") or not line.strip() for line in lines):
        language, lines = "bash", [line.removeprefix("!") for line in lines]
    return f"```{language}\n" + "\n".join(lines) + "\n```"


def _language(metadata: Any) -> str:
    spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    return str(spec.get("language") or "") if isinstance(spec, dict) else ""
