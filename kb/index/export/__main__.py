"""`python -m kb.index.export SOURCE TARGET [float|int8] [compare]`; what fails is said on standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from kb.errors import KbError
from kb.index.export.export import export


def main(words: Sequence[str]) -> int | str:
    """Export the model; what the process is to end with."""
    source, target, *more = words
    try:
        export(Path(source), Path(target), int8="int8" in more, compare="compare" in more)
    except KbError as error:
        return str(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
