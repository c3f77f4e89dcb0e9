"""What carries a line of a log, and what the line is without it.

A container runtime, a syslog daemon, a CI or a chat writes a program's line in its own form.  `unfold` undoes
what changes the line's characters or cuts it (JSON, escapes, pieces); `bare` takes off what stands before and
behind it.  What a carrier says (service, pod, severity, time) is kept beside the line.
"""

from __future__ import annotations

from kb.text.carriers.carried import SAID, Carried, bare
from kb.text.carriers.unfold import LinePlace, Unfolded, unfold

__all__ = ["SAID", "Carried", "LinePlace", "Unfolded", "bare", "unfold"]
