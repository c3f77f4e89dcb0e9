"""Ctrl-C in work that goes step by step: it ends between two steps, so that nothing of what was done is lost.

The first Ctrl-C lets the step that is under way (a file, a handful of texts) come to its end; a second one ends at
once, and then that step is done again next time.  Where no step has begun, the first one ends at once.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

from kb.doors.cli.printed.output import ProgressBar, say


class Stopping:
    """Shows the progress of steps, and ends after one of them when it is asked to: then it raises KeyboardInterrupt."""

    def __init__(self, bar: ProgressBar) -> None:
        self.bar = bar
        self.done: dict[str, tuple[int, int]] = {}
        """How far each phase came: steps done, and of how many."""
        self._asked = False
        self._before: Any = None

    def __call__(self, phase: str, done: int, total: int) -> None:
        """A step was done; `done` is 0 where the first one begins."""
        self.done[phase] = done, total
        if done:
            self.bar(phase, done, total)
        if self._asked:
            raise KeyboardInterrupt

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        self.bar.close()

    def _interrupted(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked or not self.done:
            raise KeyboardInterrupt
        self._asked = True
        say(
            "stopping when this step is done; Ctrl-C again stops at once, and the step is done again next time"
        )
