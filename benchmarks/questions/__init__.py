"""The questions that quality is measured with, written before anything was tuned on them; README.md says how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


def read(name: str, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The items of `name.yaml`."""
    items: list[dict[str, Any]] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return items


def share(some: int, of: int) -> str:
    """`17 of 20 (85 %, 64 to 95)`: a share with its 95 % interval (Wilson, 1927)."""
    from scipy.stats import binomtest

    if not of:
        return "none asked"
    interval = binomtest(some, of).proportion_ci(method="wilson")
    return f"{some} of {of} ({some / of:.0%}, {interval.low:.0%} to {interval.high:.0%})"
