"""`python -m kb` is `kb`."""

from __future__ import annotations

if __name__ == "__main__":  # (a process that is begun by another one reads this file, too)
    from kb.doors.cli import main

    main()
