"""Tokens that are known by their shape, wherever they stand, also where a terminal or a mail program wrapped the line.

`shapes.json` has the rules, derived from those of gitleaks (its licence and commit stand in it;
`benchmarks/secret_shapes.py` makes it anew).  Before them go kinds that this project has named since its beginning,
wider than a scanner's: a token that was shortened, or is of a later form, is still none to keep.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from kb.expression import expression
from kb.text.secrets.reading import Finder, Secret

_LONGEST = 4096
_LONGEST_AROUND = 512
"""Characters behind its keyword of a token that begins before it."""
_SHORT_KEYWORD = 3
_BEFORE = " \t\n\"'`=:,;(<[{>/|"
"""What stands before a token whose keyword is too short to be looked for by itself."""
_NAMES_NO_SECRET = expression(
    r"(?i)\b\w*?(?:trace|span|request|event|commit|revision|digest|etag|build|sha\d*)_?(?:id)?\W*$"
)
"""A name that tells of a number, not of a secret: `sentry trace_id=…`."""

_NAMED_KINDS = {
    "jwt": ("eyj", r"\beyJ[\w-]{8,4096}+\.eyJ[\w-]{8,8192}+(?:\.[\w-]*+)?"),
    "aws-key": ("akia asia abia acca", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    "github-token": (
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}+|github_pat_\w{22,255}+)",
    ),
    "gitlab-token": (
        "glpat- glptt- gldt- glrt- glcbt- glft- glsoat- glagent- gloas- glimt-",
        r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|oas|imt)-[\w.-]{16,255}+",
    ),
    "slack-token": (
        "xox xapp-",
        r"\b(?:xox[abcdeoprs]-(?=[\w-]{0,60}\d)"
        r"(?![a-z-]+[\d-]*+\b)[\w-]{10,512}+|xapp-[\w-]{20,512}+)",
    ),
    "slack-webhook": ("hooks.slack.com", r"hooks\.slack\.com/(?P<value>\w+/[\w/-]{10,255}+)"),
    "anthropic-key": ("sk-ant-", r"\bsk-ant-[\w-]{16,512}+"),
    "openai-key": (
        "sk-",
        r"\bsk-(?:proj-|svcacct-|admin-)?+(?=[\w-]{0,60}\d)(?=[\w-]{0,200}[A-Za-z0-9]{16})[\w-]{20,512}+",
    ),
    "gcp-key": ("aiza ya29. gocspx-", r"\b(?:AIza[\w-]{35}|ya29\.[\w.-]{20,2048}+|GOCSPX-[\w-]{20,64})"),
}
_PREFIXES = """
hvs. hvb. hvr. sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ whsec_ npm_ pypi- rubygems_ dop_v1_ doo_v1_ dor_v1_ SG.
glsa_ glc_ hf_ api_org_ shpat_ shpca_ shppa_ shpss_ sntrys_ sntryu_ sntrya_ pul- pscale_tkn_ pscale_oauth_ pscale_pw_
PMAK- dt0c01. dt0s01. dt0s16. sha256~ ops_ lin_api_ lin_oauth_ ntn_ dp.pt. dp.st. dp.ct. dp.scim. dp.audit. xkeysib-
xsmtpsib- ATATT3 ATCTT3 NRAK- NRJS- NRII- tfp_ figd_ sbp_ sb_secret_ fo1_ fm2_ r8_ gsk_ pplx- xai- tskey- nvapi-
dckr_pat_ dckr_oat_ mdb_sa_sk_ bkua_ CCIPAT_ tk-us- sgp_ phx_ HRKU- pat-na1- pat-eu1- sq0atp- sq0csp- duffel_live_
duffel_test_ shippo_live_ shippo_test_ rdme_ pnu_ ico- secret_ glffct- glrtr- AGE-SECRET-KEY-1
""".split()  # noqa: SIM905 - a list of prefixes reads best as words


@dataclass(slots=True)
class _Shape:
    """One rule; its expression is compiled when its keyword is first met."""

    kind: str
    source: str
    lead: int = 0
    group: int | str = 0
    entropy: float = 0.0
    named: bool = False
    _pattern: re.Pattern[str] | None = field(default=None, init=False)

    def find(self, text: str, place: int) -> Iterator[Secret]:
        """The token at this place, or around it."""
        if self._pattern is None:
            self._pattern = re.compile(self.source)
        if self.lead:
            found = self._pattern.search(text, max(0, place - self.lead), place + _LONGEST_AROUND)
        else:
            found = self._pattern.match(text, place, place + _LONGEST)
        if found is None:
            return
        group = self._group(found)
        start, end = found.span(group)
        if _entropy(found[group]) >= self.entropy and not (
            self.named and _NAMES_NO_SECRET.search(text, found.start(), start)
        ):
            yield Secret(start, end, self.kind)

    def _group(self, found: re.Match[str]) -> int | str:
        if self.group:
            return self.group
        if "value" in found.re.groupindex:
            return "value"
        return (
            next((n for n in range(1, found.re.groups + 1) if found[n] is not None), 0) if self.named else 0
        )


def _entropy(text: str) -> float:
    """Shannon's entropy of the characters, in bits."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values())


_FACEBOOK = _Shape("facebook-access-token", r"(?<!\d)\d{15,16}[|%][\w-]{27,40}", lead=17)
"""Its rule is tried beside the name of its maker only."""


def finders() -> list[Finder]:
    """All shapes, those that have a name of ours first."""
    ours = [
        Finder(tuple(marks.split()), _Shape(kind, source).find)
        for kind, (marks, source) in _NAMED_KINDS.items()
    ]
    body = (
        r"(?=[\w./+=~-]{0,400}[A-Za-z0-9]{16})"
        r"(?=[\w./+=~-]{0,60}\d)[\w/+=~-]{12,2048}"
        r"(?:\.[\w/+=~-]{6,2048})*"
    )
    facebook = Finder(tuple(f"{digit}{sign}" for digit in range(10) for sign in "|%"), _FACEBOOK.find)
    prefixes = [
        Finder((prefix.lower(),), _Shape("token", rf"(?<![A-Za-z0-9]){re.escape(prefix)}{body}").find)
        for prefix in _PREFIXES
    ]
    return [*ours, facebook, *(_finder(rule) for rule in _rules()), *prefixes]


def _finder(rule: dict[str, Any]) -> Finder:
    named = bool(rule["named"])
    shape = _Shape(
        rule["id"],
        rule["pattern"] + ("(?![A-Za-z0-9])" if named else ""),
        rule["lead"],
        rule.get("group", 0),
        rule.get("entropy", 0.0),
        named,
    )
    marks = list(rule["keywords"])
    if not shape.lead and (short := [mark for mark in marks if len(mark) <= _SHORT_KEYWORD]):
        marks = [mark for mark in marks if mark not in short]
        marks += [before + mark for before in _BEFORE for mark in short]
        return Finder(tuple(marks), lambda text, place: shape.find(text, place + (text[place] in _BEFORE)))
    return Finder(tuple(marks), shape.find)


@cache
def _rules() -> list[dict[str, Any]]:
    data = json.loads(files("kb.text.secrets").joinpath("shapes.json").read_text("utf-8"))
    return list(data["rules"])


_WRAPPED_FROM = 24
"""Characters from which on a token may go on in the next line."""
_FURTHER_LINES = expression(
    r"(?:[\\=]?\r?\n[ \t>|]{0,12}(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/_=.~-]{16,4096}(?=[\"',;\s]|$))+"
)


def with_further_lines(text: str, secrets: list[Secret]) -> list[Secret]:
    """The secrets, a long one that ends its line with the further lines that hold nothing but more of it."""
    if "\n" not in text:
        return secrets
    longer: list[Secret] = []
    for secret in secrets:
        if longer and secret.start < longer[-1].end:
            continue
        further = (
            _FURTHER_LINES.match(text, secret.end) if secret.end - secret.start >= _WRAPPED_FROM else None
        )
        longer.append(Secret(secret.start, further.end(), secret.kind) if further else secret)
    return longer
