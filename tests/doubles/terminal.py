"""`kb` on a real terminal: a pseudo-terminal of any size, what a person sees of it, and the keys that are pressed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SGR = re.compile(r"\x1b\[[0-9;]*m")
"""What colours a terminal."""


def on_terminal(
    *words: str,
    home: Path | None,
    width: int = 80,
    height: int = 30,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[int, str]:
    """Exit code and what a person sees, colours included, of a command whose three streams are a terminal."""
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PAGER", "KB_PAGER", "LESS")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", *(("--home", str(home)) if home else ()), *words],
        stdin=other,
        stdout=other,
        stderr=other,
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm", "KB_PAGER": "cat", **(environment or {})},
    )
    os.close(other)
    seen = b""
    while True:
        try:
            piece = os.read(main, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(main)
    return process.wait(), seen.decode().replace("\r\n", "\n")


def plain(seen: str) -> str:
    """What was seen, without its colours."""
    return SGR.sub("", seen)
