"""What the lines of a crash are for: the message, its causes, frames, boilerplate; of any language or kernel.

The forms of each runtime are rows of tables (`managed`, `scripting`, `native`, `kernels`): one is added in a line.
"""

from __future__ import annotations

from kb.text.crashes.form import Form, Role
from kb.text.crashes.margin import Margin, uncarried
from kb.text.crashes.message import message_of
from kb.text.crashes.reading import CrashReader, Told, read_crashes, roles
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
