"""Templates tested as a log parser is: do lines of one kind get one fingerprint, others another?

`python -m benchmarks.masking [--worst]` prints, for every set of `benchmarks.log_lines`, grouping
accuracy (share of the lines whose group is exactly right) and pairwise precision and recall (of the
pairs of lines that were put together, how many belong together; and the reverse), for the
fingerprint of a line by itself, and for Drain3, which sees the whole set and remembers.  `--worst` shows
what was split and what was wrongly joined.  Drain3 is the `bench` extra: `pip install -e .[bench]`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from time import process_time

from benchmarks.log_lines import LogSet, log_sets
from kb.text.masking import MASK_VERSION, fingerprint, mask

Grouping = Callable[[Sequence[str]], list[Hashable]]
Scores = tuple[float, float, float]


def ours(lines: Sequence[str]) -> list[Hashable]:
    """The fingerprint of each line; a line that tells nothing has none, and is found by nothing."""
    return [fingerprint(line) or number for number, line in enumerate(lines)]


def drain3(lines: Sequence[str]) -> list[Hashable]:
    """The cluster of each line once all are read, with Drain3's own masks for addresses and numbers."""
    from drain3 import TemplateMiner
    from drain3.masking import MaskingInstruction
    from drain3.template_miner_config import TemplateMinerConfig

    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(*rule) for rule in _DRAIN_MASKS]
    miner = TemplateMiner(config=config)
    return [miner.add_log_message(line)["cluster_id"] for line in lines]


_BEFORE, _AFTER = r"((?<=[^A-Za-z0-9])|^)", r"((?=[^A-Za-z0-9])|$)"
_DRAIN_MASKS = (  # the rules of the example configuration that Drain3 ships
    (_BEFORE + r"(([0-9a-f]{2,}:){3,}([0-9a-f]{2,}))" + _AFTER, "ID"),
    (_BEFORE + r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})" + _AFTER, "IP"),
    (_BEFORE + r"([0-9a-f]{6,} ?){3,}" + _AFTER, "SEQ"),
    (_BEFORE + r"([0-9A-F]{4} ?){4,}" + _AFTER, "SEQ"),
    (_BEFORE + r"(0x[a-f0-9A-F]+)" + _AFTER, "HEX"),
    (_BEFORE + r"([\-\+]?\d+)" + _AFTER, "NUM"),
    (r"(?<=executed cmd )(\".+?\")", "CMD"),
)


def measure(truth: Sequence[Hashable], found: Sequence[Hashable]) -> Scores:
    """Grouping accuracy, pairwise precision, pairwise recall."""
    members: dict[Hashable, list[int]] = defaultdict(list)
    for number, group in enumerate(found):
        members[group].append(number)
    sizes, both = Counter(truth), Counter(zip(truth, found, strict=True))
    right = sum(
        len(lines)
        for lines in members.values()
        if len(kinds := {truth[line] for line in lines}) == 1 and sizes[kinds.pop()] == len(lines)
    )
    agreed, put, belong = _pairs(both), _pairs(Counter(found)), _pairs(sizes)
    return right / len(truth), agreed / put if put else 1.0, agreed / belong if belong else 1.0


def _pairs(counted: Counter[Hashable] | Counter[tuple[Hashable, Hashable]]) -> int:
    return sum(count * (count - 1) // 2 for count in counted.values())


def _row(name: str, scores: Sequence[Scores]) -> str:
    return f"{name:28}" + "   ".join(" ".join(f"{value:6.3f}" for value in one) for one in scores)


def _explain(one: LogSet) -> None:
    """What was split, and what was joined though it is not the same."""
    templates: dict[str, Counter[str]] = defaultdict(Counter)
    owners: dict[str, set[str]] = defaultdict(set)
    for line, group in zip(one.lines, one.groups, strict=True):
        templates[group][mask(line)] += 1
        owners[fingerprint(line) or line].add(group)
    for group, seen in templates.items():
        if len({fingerprint(template) for template in seen}) > 1:
            print(f"  split: {group}")
            for template, count in seen.most_common(5):
                print(f"    {count:5} {template}")
    for joined in (groups for groups in owners.values() if len(groups) > 1):
        print("  joined: " + "\n          ".join(sorted(joined)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worst", action="store_true", help="show what was split and joined")
    parser.add_argument("--lines", type=int, default=2000, help="lines of each of our own sets")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    parsers: dict[str, Grouping] = {f"ours (f{MASK_VERSION})": ours}
    try:
        import drain3 as _  # noqa: F401

        parsers["Drain3"] = drain3
    except ImportError:
        print("Drain3 is absent: pip install -e .[bench]", file=sys.stderr)
    sets = list(log_sets(options.lines, options.seed))
    seconds, results = Counter[str](), defaultdict[str, list[Scores]](list)
    print(f"{'':28}" + "   ".join(f"{name:>20}" for name in parsers))
    print(f"{'set (lines, groups)':28}" + "   ".join("    GA      P      R" for _ in parsers))
    for one in sets:
        for name, group in parsers.items():
            started = process_time()
            found = group(one.lines)
            seconds[name] += process_time() - started
            results[name].append(measure(one.groups, found))
        title = f"{one.name} ({len(one.lines)}, {len(set(one.groups))})"
        print(_row(title, [results[name][-1] for name in parsers]), flush=True)
        if options.worst:
            _explain(one)
    means = [
        tuple(sum(column) / len(sets) for column in zip(*results[name], strict=True)) for name in parsers
    ]
    print(_row("mean", means))  # type: ignore[arg-type]
    total = sum(len(one.lines) for one in sets)
    print(
        "lines per second of processor time: "
        + ", ".join(f"{name} {total / seconds[name]:,.0f}" for name in parsers)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
