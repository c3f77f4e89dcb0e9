"""Makes `kb/text/secrets/shapes.json` anew from the rules of gitleaks.

`python -m benchmarks.secret_shapes GITLEAKS [--check]`: GITLEAKS is a checkout (or bare repository) of
github.com/gitleaks/gitleaks; its `config/gitleaks.toml` at HEAD is read.  Taken over are the keywords, the regular
expression in Python's spelling, and the least entropy of each rule.  What differs, and why:

- What may follow a token is not said: in a sentence it is `.` or `,`, which a scanner of code need not know.
- A rule on a name of a product (`adafruit … = …`) begins at the name, where `kb.text.secrets` looks for it.
- Left out are rules without a shape of their own that our own contexts cover (`_OURS`), and a bare branch of one.

The file carries the licence of gitleaks (MIT), its commit, and says what it is derived from.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

TARGET = Path("kb/text/secrets/shapes.json")
_OURS = {
    "generic-api-key",
    "kubernetes-secret-yaml",
    "curl-auth-header",
    "curl-auth-user",
    "private-key",
    "pkcs12-file",
    "sidekiq-sensitive-url",
    "nuget-config-password",
    "jwt",
    "hashicorp-tf-password",
}
_BOUNDARIES = (
    "(?:[\\x60'\"\\s;]|\\\\[nr]|$)",
    "(?:[\\x60'\"\\s;]|\\\\[nr]|$|\\b)",
    "(?:$|[\\\\'\"\\x60\\s<),])",
)
_BARE = {"sourcegraph-access-token": "|[a-fA-F0-9]{40}"}
_NAMED = "[\\w.-]{0,50}?"
_OPENED = re.compile(r"(?:\\b|\(\?i:|\(\?:|\((?!\?))*")
_NEW_RELIC = ["new-relic", "newrelic", "new_relic"]
_KEYWORDS = {
    "airtable-personnal-access-token": ["pat"],
    "lob-api-key": ["lob"],
    "lob-pub-api-key": ["lob"],
    "new-relic-browser-api-token": _NEW_RELIC,
    "new-relic-insert-key": _NEW_RELIC,
    "new-relic-user-api-key": _NEW_RELIC,
    "typeform-api-token": ["typeform"],
    "gocardless-api-token": ["gocardless"],
    "microsoft-teams-webhook": ["webhook.office.com"],
    "freemius-secret-key": ["secret_key"],
    "aws-access-token": ["a3t", "akia", "asia", "abia", "acca"],
}
"""The keywords of rules that have others than what the rule begins with."""
_LEAD = 160
"""Characters before its keyword at which a rule may begin that does not begin with it."""


def shapes(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules that are taken over."""
    made = []
    for rule in config["rules"]:
        if rule["id"] in _OURS or "regex" not in rule:
            continue
        source = rule["regex"]
        for boundary in _BOUNDARIES:
            source = source.replace(boundary, "")
        source = source.replace(_BARE.get(rule["id"], "\0"), "").replace("[[:alnum:]]", "[A-Za-z0-9]")
        named = _NAMED in source
        if named:
            source = source.replace(_NAMED, "")
        pattern = scoped(source.replace(r"\z", r"\Z"))
        re.compile(pattern)
        keywords = sorted(_KEYWORDS.get(rule["id"]) or {word.lower() for word in rule["keywords"]})
        begins = pattern[_OPENED.match(pattern).end() :].lower().replace("\\", "")  # type: ignore[union-attr]
        lead = 0 if named or any(begins.startswith(word) for word in keywords) else _LEAD
        made.append(
            {"id": rule["id"], "keywords": keywords, "pattern": pattern, "named": named, "lead": lead}
            | ({"group": rule["secretGroup"]} if rule.get("secretGroup") else {})
            | ({"entropy": rule["entropy"]} if rule.get("entropy") else {})
        )
    return sorted(made, key=lambda rule: rule["id"])


def scoped(source: str) -> str:
    """The expression with each `(?i)` holding up to the end of its group, as Go reads it and Python does not."""
    written, open_flags, at, in_class = [], [0], 0, False
    while at < len(source):
        if source[at] == "\\":
            written.append(source[at : at + 2])
            at += 2
            continue
        if not in_class and source.startswith("(?i)", at):
            written.append("(?i:")
            open_flags[-1] += 1
            at += 4
            continue
        here = source[at]
        if in_class:
            in_class = here != "]"
        elif here == "[":
            in_class = True
        elif here == "(":
            open_flags.append(0)
        elif here == ")":
            written.append(")" * open_flags.pop())
        written.append(here)
        at += 1
    return "".join(written) + ")" * open_flags[0]


def main() -> None:
    """Write the file, or say whether it is what the rules say."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("gitleaks", type=Path)
    options.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when the file would change"
    )
    given = options.parse_args()
    commit = _git(given.gitleaks, "rev-parse", "HEAD").strip()
    rules = shapes(tomllib.loads(_git(given.gitleaks, "show", "HEAD:config/gitleaks.toml")))
    about = {
        "derived_from": "config/gitleaks.toml of github.com/gitleaks/gitleaks, by benchmarks/secret_shapes.py",
        "commit": commit,
        "licence": _git(given.gitleaks, "show", "HEAD:LICENSE").split("\n"),
    }
    lines = ",\n".join(json.dumps(rule, ensure_ascii=False) for rule in rules)
    head = json.dumps(about, ensure_ascii=False, indent=1)[:-2]
    text = f'{head},\n "rules": [\n{lines}\n]}}\n'
    if given.check:
        sys.exit(0 if TARGET.read_text() == text else f"{TARGET} is not what {commit} gives")
    TARGET.write_text(text)
    print(f"{len(rules)} rules of {commit}")


def _git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", folder, *words], text=True, capture_output=True, check=True).stdout


if __name__ == "__main__":
    main()
