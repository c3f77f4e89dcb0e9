"""`kb` of another version: it has taken further steps of the schema in PostgreSQL, or has other masking rules.

`python -m tests.doubles.other_version '{"steps": [["kept apart because", "CREATE TABLE …"]]}' serve …`; of a step that
older code goes on beside, the reason is empty.  All else is the real thing.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from kb.text import masking


def main(said: str) -> None:
    """Run the command as that version."""
    version = json.loads(said)
    masking.MASK_VERSION += version.get("masks", 0)  # before anything takes its value over
    from kb.doors.cli import main as run
    from kb.store.postgresql import steps

    with tempfile.TemporaryDirectory() as folder:
        apart = dict(steps.APART)
        for number, (why, statements) in enumerate(version.get("steps", ()), steps.SCHEMA + 1):
            file = Path(folder) / f"{number}.sql"
            file.write_text(statements)
            steps.STEPS = (*steps.STEPS, (f"further step {number}", (str(file),)))
            steps.SCHEMA = number
            if why:
                apart[number] = why
        steps.APART = apart
        run()


if __name__ == "__main__":
    main(sys.argv.pop(1))
