"""Whether the line that a person would take has the highest score among the evidence of a log.

`python -m benchmarks.evidence [FOLDER ...]` reads logs of real faults (`index.jsonl` with `file` and `tells`, in
`../shared/logs` unless told otherwise), crashes and servers apart, and each as it stands and amid a log of healthy
lines; the logs of `cases/l09-long-logs`; and kernel crashes, whose title tells which line is meant.  Every miss is
printed.  `--speed OTHER` times `pick_evidence` beside that of another checkout.

How a title is judged: its head names the kind of crash (`_KERNEL` has the words that a kernel prints for it; else
the words of the head itself); of the log's lines the telling one is the first that holds those words, and, where the
title says `in FUNCTION` and a line holds both, that one.  A log in which no line holds them is not counted.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kb.text.evidence.evidence import EvidenceLine, pick_evidence
from kb.text.evidence.lines import rough
from kb.text.masking import fingerprint

SHARED = Path(__file__).resolve().parents[2] / "shared"
SERVERS = re.compile(r"postgres|redis|nginx")
CASES = {
    "long-seg.log": "Segmentation fault",
    "long-perl.log": "Can't call method",
    "long-node.log": "EADDRINUSE",
    "long-rust.log": "index out of bounds",
}
_KERNEL: tuple[tuple[str, str], ...] = (
    (
        r"possible deadlock",
        r"(?:possible (?:circular|recursive|irq)|lock order detected|unsafe lock order|possible deadlock)",
    ),
    (r"INFO: task hung", r"blocked for more than|INFO: (?:task|t)\b"),
    (r"INFO: rcu detected stall", r"detected stalls?|self-detected stall"),
    (r"inconsistent lock state", r"inconsistent lock state"),
    (
        r"WARNING: (?:refcount bug|kmalloc bug|bad usercopy|locking bug|ODEBUG bug)",
        r"WARNING: CPU|Invalid wait context",
    ),
    (r"WARNING in", r"WARNING: CPU"),
    (r"INFO: Freed", r"Freed in|BUG \S+ \("),
    (r"memory leak", r"memory leak"),
    (r"DATA RACE", r"DATA RACE"),
    (r"page fault", r"page fault"),
    (r"Fatal trap", r"Fatal trap"),
    (r"uvm_fault", r"uvm_fault"),
    (r"UBSan", r"UBSan"),
    (r"KASAN: invalid memory access", r"Caught invalid memory access|panic:"),
    (r"KASAN", r"BUG: KASAN"),
    (r"BUG: unable to handle", r"unable to handle"),
    (r"BUG: Dentry", r"BUG: Dentry"),
    (r"BUG: workqueue", r"BUG: workqueue"),
    (r"BUG: still has locks", r"still has locks"),
    (r"BUG: stack guard", r"stack guard page"),
    (r"BUG: (\w+ \w+)", r"BUG: "),
    (r"(?:trusty: )?ASSERT FAILED", r"ASSERT FAILED"),
    (r"KVM internal error", r"KVM internal error"),
    (r"starnix kernel panic", r"^bar$"),
    (r"kernel panic", r"Kernel panic"),
    (r"general protection fault", r"general protection fault"),
    (r"PANIC: double fault", r"double fault"),
    (r"recursion in interrupt", r"recursion in interrupt"),
    (r"unexpected kernel reboot", r"(?!)"),
    (r"FATAL ERROR", r"FATAL ERROR"),
    (r"fatal error", r"fatal error"),
    (r"Unhandled fault", r"Unhandled fault"),
    (r"panic", r"panic"),
    (r"WARNING: held lock freed", r"held lock freed"),
    (r"WARNING: suspicious RCU", r"suspicious RCU"),
    (r"WARNING: bad unlock", r"bad unlock balance"),
    (r"INFO: trying to register", r"trying to register non-static"),
)


def telling_of(title: str, log: str) -> set[str]:
    """The lines, stripped, any of which is the telling one of a kernel's log by its title."""
    lines = [line.strip() for line in log.splitlines()]
    words = next(
        (words for head, words in _KERNEL if re.match(head, title)), re.escape(title.split(" in ")[0])
    )
    telling = [line for line in lines if re.search(words, line)]
    function = title.rpartition(" in ")[2] if " in " in title else ""
    both = [line for line in telling if function and function in line]
    if both:
        return set(both)
    first = telling[:1]
    return {line for line in telling if first and _same(line, first[0])}


def _same(one: str, other: str) -> bool:
    return re.sub(r"\d+|\[[^\]]*\]", "", one) == re.sub(r"\d+|\[[^\]]*\]", "", other)


def first_of(lines: list[EvidenceLine]) -> EvidenceLine | None:
    """The line of the highest score; of equals the first."""
    return max(lines, key=lambda line: (line.score, -line.line), default=None)


def _healthy() -> str:
    return "".join(
        f"2026-11-29T09:{n // 60:02}:{n % 60:02}Z INFO served request {n} in {n % 7} ms\n" for n in range(200)
    )


def faults(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Kind, name, log and telling line of each fault of a folder."""
    for row in map(json.loads, (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()):
        tells = str(row.get("tells") or "").strip()
        path = folder / row["file"]
        if not tells or not path.is_file():
            continue
        log = path.read_text(encoding="utf-8", errors="replace")
        if tells in log:
            kind = row.get("kind") or ("server" if SERVERS.match(row["source"]) else "runtime")
            yield {"server": "servers", "runtime": "crashes"}.get(kind, kind), row["file"], log, tells


def measure(folder: Path, amid: bool) -> None:
    """Print the shares of a folder of faults, and the misses."""
    count, right = Counter[str](), Counter[str]()
    for kind, name, log, tells in faults(folder):
        text = _healthy() + log + "\n" + _healthy() if amid else log
        best = first_of(pick_evidence(text))
        count[kind] += 1
        good = best is not None and is_taken(best, text, tells)
        right[kind] += good
        if not good:
            print(
                f"  missed {name}\n    tells {tells[:150]}\n    taken {best.score if best else 0} "
                f"{(best.text if best else '')[:150]}"
            )
    where = "amid healthy lines" if amid else "the log alone"
    for kind in sorted(count):
        print(
            f"{folder.name}, {kind}, {where}: {right[kind]} of {count[kind]} ("
            f"{right[kind] / count[kind]:.1%})"
        )


def is_taken(best: EvidenceLine, log: str, tells: str) -> bool:
    """Whether the line that was taken of a log, as it is given or as it stands there, is the telling one."""
    return _is(best.text, tells) or _is(log.split("\n")[best.line - 1], tells)


def _is(line: str, tells: str) -> bool:
    """The line itself, or another of its template: a fault that repeats is told by any of its lines."""
    text = line.strip()
    return (
        fingerprint(text) == fingerprint(tells)
        or rough(text) == rough(tells)
        or (
            text == tells
            or (len(text) > 100 and tells.startswith(text))
            or (len(tells) > 100 and text.startswith(tells))
        )
    )


def kernels(path: Path) -> None:
    """Print the share of kernel crashes whose telling line comes first, and the misses."""
    right = total = silent = 0
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        telling = telling_of(row["title"], row["log"])
        if not telling:
            silent += 1
            continue
        best = first_of(pick_evidence(row["log"]))
        total += 1
        if best is not None and any(
            best.text.strip() in line or line in best.text.strip() for line in telling
        ):
            right += 1
        else:
            print(
                f"  missed {row['title']}\n    tells {min(telling)[:150]}\n    taken "
                f"{best.score if best else 0} {(best.text if best else '')[:150]}"
            )
    print(
        f"kernels: {right} of {total} ({right / total:.1%}); {silent} logs without the line that thei"
        f"r title names"
    )


def long_logs(folder: Path) -> None:
    """Print whether the error at the end of long logs comes first."""
    right = 0
    for name, words in CASES.items():
        best = first_of(pick_evidence((folder / name).read_text(encoding="utf-8")))
        right += best is not None and words in best.text
    print(f"l09-long-logs: {right} of {len(CASES)}")


def speed(other: Path) -> None:
    """Time both checkouts in one run, in processes of their own."""
    for name, make in _TEXTS.items():
        took = []
        for root in (other, Path(__file__).resolve().parents[1], other, Path(__file__).resolve().parents[1]):
            program = (
                f"{make}\nimport time\nfrom kb.text.evidence.evidence import pick_evidence\npick_evidence(text[:30"
                f"0000])\na = time.perf_counter()\npick_evidence(text)\nprint(time.perf_counter() - a)"
            )
            run = subprocess.run(
                [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
            )
            took.append(float(run.stdout))
        before, now = min(took[0], took[2]), min(took[1], took[3])
        print(f"{name}: {now:.3f} s, before {before:.3f} s: {now / before:.2f} times")


_TEXTS = {
    "2.6 MB, all INFO": (
        "text = ''.join(f'2026-11-02T09:{n // 60 % 60:02}:{n % 60:02}Z INFO worker-{n % 97} handled reque"
        "st {n * 7919:x} in {n % 450} ms\\n' for n in range(36000))"
    ),
    "3 MB, all different errors": (
        "import random\nr = random.Random(1)\nw = [''.join(r.choices('abcdefghijklmnopqrstuvwxyz', k=r.ra"
        "ndint(3, 9))) for _ in range(5000)]\ntext = ''.join(f'2026-11-02T09:{n // 60 % 60:02}:{n % 60:02"
        '}Z ERROR {" ".join(r.choices(w, k=9))} failed\\n\' for n in range(30000))'
    ),
    "3 MB of traces": (
        "text = ''.join(f'2026-11-02 09:00:00 ERROR request {n} failed\\njava.lang.IllegalStateException:"
        " pool {n} is closed\\n' + ''.join(f'\\tat com.acme.shop.Orders{k}.load(Orders{k}.java:{n % 90})"
        "\\n' for k in range(30)) for n in range(1900))"
    ),
}


def main() -> None:
    """Measure with the options of the command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("folder", nargs="*", type=Path, help="folders of logs with an index.jsonl")
    options.add_argument("--speed", type=Path, help="a checkout to time beside this one")
    given = options.parse_args()
    folders = given.folder or [SHARED / "logs"]
    if not folders[0].is_dir():
        sys.exit(f"{folders[0]} is not there: nothing to measure")
    for folder in folders:
        for amid in (False, True):
            measure(folder, amid)
    if not given.folder:
        long_logs(SHARED / "cases" / "l09-long-logs")
        kernels(SHARED / "pairs" / "kernel_crash_logs.jsonl")
    if given.speed:
        speed(given.speed.resolve())


if __name__ == "__main__":
    main()
