"""Records are read by any number of threads at once, also those that are the first to read a class."""

from __future__ import annotations

import subprocess
import sys

SERVER_THAT_BEGINS = """
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from kb.model import KINDS
from kb.text.entries.codec import loads

sys.setswitchinterval(1e-6)  # a switch between any two steps, as under load

SAID = "the pump of quay four stands still"
NAMES = "pattern", "tool_name", "error_pattern", "name", "service", "title"

def read(kind):
    begun.wait()
    return loads(kind, json.dumps({"id": "quay-4", **dict.fromkeys(NAMES, SAID)})).headline.rpartition(": ")[2]

for kind in KINDS:
    begun = Barrier(8)
    with ThreadPoolExecutor(8) as threads:
        print(*set(threads.map(read, [kind] * 8)))
"""


def test_threads_that_read_a_kind_of_entry_for_the_first_time_all_get_it() -> None:
    began = [
        subprocess.Popen([sys.executable, "-c", SERVER_THAT_BEGINS], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in began:
        out, _ = process.communicate()
        assert process.returncode == 0
        assert set(out.splitlines()) == {"the pump of quay four stands still"}
