"""What a program said in a line: without what carries the line, and without what its runtime puts around it.

`thread 'main' panicked at 'M', src/main.rs:3:112`, `PHP Fatal error:  Uncaught E: M in /srv/a.php:4` and the same
behind a syslog's prefix are all the message, which is what is compared: the next version of the runtime puts
something else around it.
"""

from __future__ import annotations

from functools import lru_cache

from kb.text.carriers import bare
from kb.text.crashes import message_of
from kb.text.crashes.form import Role
from kb.text.crashes.table import form_of, without_clock


@lru_cache(maxsize=256)  # (one question, or one entry, asks for it once for each use of a line)
def message(line: str) -> str:
    """The message of a line; the line itself where nothing is around it."""
    told = bare(without_clock(line)).text
    found = form_of(told, within=False)
    return message_of(told) or told if found and found[1].role in (Role.MESSAGE, Role.CAUSE) else told
