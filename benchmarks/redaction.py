"""What redaction takes out, and what it leaves alone, by kind.

`python -m benchmarks.redaction [--seeds N] [--show]` puts made-up secrets into the contexts of the repository
(`redaction_material`) and of `../shared/secrets`, and into sentences, options and JSON the tokens of every rule of
`kb/text/secrets/shapes.json`; none may be left.  The harmless texts of both must stay as they are.  Prints how many
of each kind do, and the time that a text takes; `--show` prints those that do not.  Exits 1 when there are any.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from benchmarks.redaction_values import Context, contexts, harmless, sample, value
from kb.text.redact import redact

SHARED = Path("../shared/secrets")
_FRAMES = {
    "bare in a sentence": "The value {} was found in it.",
    "--token": "deploy --token {} --now",
    "--password": "deploy --password {}",
    "JSON in JSON": '{{"log": "{{\\"token\\": \\"{}\\"}}"}}',
}


def shared_contexts(source: random.Random) -> Iterator[Context]:
    """Those of `../shared/secrets`, if it is there."""
    path = SHARED / "contexts.jsonl"
    for line in path.read_text().splitlines() if path.exists() else ():
        given = json.loads(line)
        secret = value("S", source)
        yield Context("shared: contexts", given["text"].replace("{S}", secret), (secret,))


def tokens(source: random.Random) -> Iterator[Context]:
    """A token of each rule, bare where it has a shape of its own, and in three contexts."""
    rules = json.loads(files("kb.text.secrets").joinpath("shapes.json").read_text("utf-8"))["rules"]
    for rule in rules:
        found = re.search(rule["pattern"], text := sample(rule["pattern"], source))
        groups = [group for group in found.groups() if group and len(group) >= 8] if found else []
        whole = not groups or (not rule["named"] and len(groups[0]) < 0.8 * len(text))
        token = text.strip() if whole else groups[-1 if rule["named"] else 0]
        for frame, text in _FRAMES.items():
            if frame != "bare in a sentence" or not rule["named"]:
                yield Context(f"tokens: {frame}", text.format(token), (token,))


def left(context: Context) -> bool:
    """Whether something of a secret is left."""
    text = redact(context.text).text
    return any(secret in text for secret in context.secrets)


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seeds", type=int, default=3, help="how many values each context is tried with")
    options.add_argument("--show", action="store_true", help="print what is left and what was changed")
    given = options.parse_args()
    tried, kept = Counter[str](), Counter[str]()
    shown: list[str] = []
    began, texts = time.process_time(), 0
    for seed in range(given.seeds):
        source = random.Random(seed)
        for context in (*contexts(source), *shared_contexts(source), *tokens(source)):
            tried[context.kind] += 1
            texts += 1
            if left(context):
                kept[context.kind] += 1
                shown.append(f"{context.kind}: {context.text!r} -> {redact(context.text).text!r}")
    took = (time.process_time() - began) / texts * 1e6
    for kind in tried:
        print(f"{kind:32} {tried[kind] - kept[kind]:5} of {tried[kind]:5} redacted")
    path = SHARED / "harmless.txt"
    groups = {
        "harmless": harmless(),
        "shared: harmless": path.read_text().splitlines() if path.exists() else [],
    }
    changed = 0
    for kind, lines in groups.items():
        hurt = [line for line in lines if redact(line).text != line]
        changed += len(hurt)
        shown += [f"{kind}: {line!r} -> {redact(line).text!r}" for line in hurt]
        print(f"{kind:32} {len(lines) - len(hurt):5} of {len(lines):5} untouched")
    print(f"{took:.0f} µs a text")
    if given.show:
        print(*dict.fromkeys(shown), sep="\n")
    sys.exit(1 if changed or kept else 0)


if __name__ == "__main__":
    main()
