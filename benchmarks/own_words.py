"""Is a text somebody's own words, or an alert's?  Fits the logistic of `kb.text.kinds`, and checks it by source.

`python -m benchmarks.own_words` prints for each source how many of its texts are taken for somebody's own words by a
fit that has not seen it, and by what ships; then the fit on all of them.  Change `RATES` there, rounded, when this
prints better ones.  The sources are the questions of `benchmarks/questions` (without those that are held), the alerts
of `../shared/pairs` as they are and with values in their places, and the log lines there that read like sentences.
The wordings of the simulated quarter are measured and never fitted.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from benchmarks.questions import FOLDER, read
from benchmarks.ranking_material import SHARED, pairs
from kb.text.kinds import RATES, is_own_words, is_prose, signs

LOOSE = 30.0
"""How little the coefficients are drawn to zero (scikit-learn's `C`)."""
_PLACE = re.compile(r"<\*>|\{\{.*?\}\}")
_VALUES = (
    "checkout",
    "prod-1",
    "10.2.3.4",
    "95",
    "orders-7f9c6d-x2x9p",
    "node-3",
    "eu-west-1",
    "12.5",
    "default",
)

Texts = Mapping[str, list[str]]
"""The texts of each source."""


def people() -> Texts:
    """What people ask, by hand and kind."""
    asked, corpora = read("paraphrases"), yaml.safe_load((FOLDER / "corpora_questions.yaml").read_text())
    found = {
        f"paraphrases, {style}": [one for one in asked if one["style"] == style]
        for style in ("chat", "letter", "agent")
    }
    found |= {
        f"corpora, {kind}": [one for one in corpora["questions"] if one["kind"] == kind]
        for kind in ("postmortem", "status", "runbook", "known_error")
    }
    found |= {"paraphrases, strangers": read("strangers"), "corpora, strangers": corpora["strangers"]}
    return {name: [one["question"] for one in rows if not one.get("held")] for name, rows in found.items()}


def programs() -> Texts:
    """What alerts and logs say."""
    alerts = {
        "alerts": [row["query"] for row in pairs("alert_to_runbook")],
        "alerts, other systems": [row["query"] for row in pairs("no_match_alerts")],
        "alerts, Ceph": [f"{row['summary']}. {row['description']}" for row in pairs("ceph_alert_to_runbook")],
    }
    filled = {f"{name}, filled": [*map(_filled, texts)] for name, texts in alerts.items()}
    return {
        **alerts,
        **filled,
        "log lines, CI": [row["query"] for row in pairs("signature_to_bug")],
        "logs of articles": [row["query"] for row in pairs("symptom_log_to_article")],
        "failures of tests": [row["text"] for row in pairs("os_failure_patterns")],
        "messages learned": [one["pattern"] for one in read("entries") if not one["held"]],
        "messages of servers": _messages(),
    }


def quarter() -> list[str]:
    """How people and alerts put the symptoms of the simulated quarter."""
    symptoms = [
        one
        for name in ("quarter_causes", "quarter_causes_2")
        for one in yaml.safe_load((FOLDER.parent / f"{name}.yaml").read_text())
    ]
    return [wording.format(svc="orders") for one in symptoms for wording in one["wordings"]]


def _messages() -> list[str]:
    """What stands behind the last mark of a level or a place, in the lines that tell the faults of `../shared/logs`."""
    rows = [json.loads(line) for line in (SHARED / "logs" / "index.jsonl").read_text().splitlines()]
    told = (re.split(r"[\]:] ", row["tells"])[-1].strip() for row in rows if row["tells"])
    return list(dict.fromkeys(told))


def _filled(text: str) -> str:
    """The alert as it fires, with values in the places; the same ones each time."""
    dice = random.Random(text)
    return _PLACE.sub(lambda _: dice.choice(_VALUES), text)


def _table(texts: Iterable[str]) -> np.ndarray:
    rows = [[signs(text)[name] for name in RATES] for text in texts if is_prose(text)]
    return np.array(rows).reshape(-1, len(RATES))


def fit(own: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]) -> LogisticRegression:
    """The logistic; every source weighs the same, and both sides do."""
    parts = [(one, 1, 1 / len(own)) for one in own.values()]
    parts += [(one, 0, 1 / len(others)) for one in others.values()]
    parts = [part for part in parts if len(part[0])]
    weights = np.concatenate([np.full(len(one), 200 * weight / len(one)) for one, _, weight in parts])
    right = np.concatenate([np.full(len(one), label) for one, label, _ in parts])
    model = LogisticRegression(C=LOOSE, max_iter=5_000)
    return model.fit(np.concatenate([one for one, _, _ in parts]), right, sample_weight=weights)


def _without(source: str, tables: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tables without a source, and without the same texts in another form."""
    family = source.removesuffix(", filled")
    return {name: one for name, one in tables.items() if name.removesuffix(", filled") != family}


def main() -> None:
    """Print the shares by source, and the fit."""
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is absent")
        return
    own, others = people(), programs()
    own_tables, other_tables = ({name: _table(texts) for name, texts in one.items()} for one in (own, others))
    print(f"{'taken for own words':26} {'texts':>5}  unseen  shipped")
    for name, texts in (own | others).items():
        model = fit(_without(name, own_tables), _without(name, other_tables))
        table = (own_tables | other_tables)[name]
        unseen = int(model.predict(table).sum()) if len(table) else 0
        shipped = sum(map(is_own_words, texts))
        print(f"{name:26} {len(texts):5}  {unseen / len(texts):6.0%}  {shipped / len(texts):7.0%}")
    wordings = quarter()
    share = sum(map(is_own_words, wordings)) / len(wordings)
    print(f"{'quarter, never fitted':26} {len(wordings):5}  {'':6}  {share:7.0%}")
    whole = fit(own_tables, other_tables)
    print({name: round(float(value), 1) for name, value in zip(RATES, whole.coef_[0], strict=True)}, end=" ")
    print(f"and {float(whole.intercept_[0]):.2f}")


if __name__ == "__main__":
    main()
