"""What the lines of a crash are for: the message, its causes, frames, boilerplate; of any language or kernel.

The forms of each runtime are rows of tables (`managed`, `scripting`, `native`, `kernels`): one is added in a line.
"""

from __future__ import annotations

from kb.text.crashes.forms import Form, Role
from kb.text.crashes.reading import CrashReader, Margin, Told, message_of, read_crashes, roles, uncarried
from kb.text.crashes.table import FORMS, MARKS

__all__ = [
    "FORMS",
    "MARKS",
    "CrashReader",
    "Form",
    "Margin",
    "Role",
    "Told",
    "message_of",
    "read_crashes",
    "roles",
    "uncarried",
]
