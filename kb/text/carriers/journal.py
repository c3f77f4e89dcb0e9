"""The journal's export and verbose forms: the message of each record, and what the fields around it say.

`left_out` counts the messages that journalctl did not write at all, in any of its forms.
"""

from __future__ import annotations

import re

from kb.expression import expression
from kb.text.carriers.said import NUMBERED
from kb.text.carriers.splits import Rows

_FIELD = expression(r"[ \t]{0,8}(_{0,2}[A-Z][A-Z0-9_]{2,63})(?:=|$)")
_HEAD = expression(r"[A-Z][a-z]{2} \d{4}-\d\d-\d\d [\d:.]{8,16} \S{1,6} \[s=[0-9a-f]{8}")
_OURS = frozenset(
    [
        "PRIORITY",
        "SYSLOG_FACILITY",
        "SYSLOG_IDENTIFIER",
        "SYSLOG_PID",
        "SYSLOG_TIMESTAMP",
        "SYSLOG_RAW",
        "CODE_FILE",
        "CODE_LINE",
        "CODE_FUNC",
        "ERRNO",
        "INVOCATION_ID",
        "USER_INVOCATION_ID",
        "UNIT",
        "USER_UNIT",
        "MESSAGE_ID",
        "TID",
        "JOB_ID",
        "JOB_TYPE",
        "JOB_RESULT",
        "CPU_USAGE_NSEC",
        "EXIT_CODE",
        "EXIT_STATUS",
        "COREDUMP_UNIT",
        "COREDUMP_EXE",
        "SESSION_ID",
        "USER_ID",
        "LEADER",
        "OBJECT_PID",
        "N_RESTARTS",
        "COMMAND",
        "OBJECT_SYSTEMD_UNIT",
    ]
)
_LEFT_OUT = expression(r"\"MESSAGE\" ?: ?null\b|\[\d{1,4}(?:\.\d)?[BKMGT] blob data\]")
"""A message of more than 4,096 bytes in JSON; one that is no plain text, where journalctl writes texts."""
_SIZE = expression(r".{0,3}?\x00{4,7}", re.DOTALL)
_SAYS = {
    "_HOSTNAME": "host",
    "SYSLOG_IDENTIFIER": "service",
    "_SYSTEMD_UNIT": "unit",
    "PRIORITY": "severity",
    "UNIT": "unit",
    "CONTAINER_NAME": "container",
    "__REALTIME_TIMESTAMP": "time",
}
_PAIR = expression(r"(?m)^[ \t]{0,8}(_{0,2}[A-Z][A-Z_]{3,30})=([^\n]{1,200})$")
_RECORD = ("__CURSOR=", " [s=")
"""What the first line of a record holds, as it is exported and as it is shown."""
_LONGEST = 100_000
"""Characters of a record that are looked at on either side of a line."""


def is_journal(text: str) -> bool:
    """Does the block hold records of the journal with their fields?"""
    return (
        "=" in text
        and "MESSAGE" in text
        and ("__CURSOR=" in text or "_BOOT_ID=" in text or "PRIORITY=" in text or "_PID=" in text)
    )


def messages_of(rows: Rows) -> Rows:
    """The messages alone; a message of several lines is several lines."""
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    inside, binary = "", False
    for line, a, b in zip(*rows, strict=True):
        field = _FIELD.match(line)
        name = field[1] if field else ""
        if field and (name == "MESSAGE" or name.startswith("_") or name in _OURS):
            inside = name
            binary = field.end() == len(line) and not line.endswith("=")
            if name == "MESSAGE" and not binary:
                lines.append(line[field.end() :])
                first.append(a)
                last.append(b)
            continue
        if _HEAD.match(line) or not line:
            inside = ""
            continue
        if binary:
            line, binary = _SIZE.sub("", line, count=1), False
        if inside in ("", "MESSAGE"):
            lines.append(line)
            first.append(a)
            last.append(b)
    return lines, first, last


LEFT_OUT = "journalctl left messages out ({}), since they are long or no plain text: ask it with --all"


def left_out(text: str) -> int:
    """How many messages journalctl left out, as it does without `--all` (systemd 252)."""
    if '"MESSAGE"' not in text and " blob data]" not in text:
        return 0
    return sum(1 for _ in _LEFT_OUT.finditer(text))


def says_at(block: str, at: int) -> dict[str, str]:
    """What the record around a place says beside its message, by the names of `SAID`; empty outside of one.

    A message may have lines that are empty: a record ends where the next one begins.
    """
    low, high = max(0, at - _LONGEST), min(len(block), at + _LONGEST)
    end_of_line = block.find("\n", at, high)
    start, mark = max(
        (block.rfind(mark, low, end_of_line if end_of_line >= 0 else high), mark) for mark in _RECORD
    )
    if start < 0 or not is_journal(block):
        return {}
    line = block.rfind("\n", low, start) + 1
    following = block.find(mark, max(at, start + len(mark)), high)
    record = block[line : block.rfind("\n", line, following) if following >= 0 else high]
    told = {_SAYS[key]: value for key, value in _PAIR.findall(record) if key in _SAYS}
    if "severity" in told:
        told["severity"] = NUMBERED.get(told["severity"], told["severity"])
    if mark == " [s=" and _HEAD.match(record):
        told["time"] = record.partition(mark)[0]
    return told
