"""What the simulated quarter assumes: every number once, with its source or its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

_RCACOPILOT = "Chen et al., RCACopilot, EuroSys 2024, 653 incidents of one year"


def _given(value: float, why: str) -> Any:
    return field(default=value, metadata={"why": why})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """The parameters of a quarter; shares and chances lie between 0 and 1, costs are minutes."""

    weeks: int = _given(12, "the quarter of the task")
    incidents: int = _given(160, "13 a week over ten services; so that 40 causes are a quarter")
    new: float = _given(0.25, f"24.96 % had a cause never seen before ({_RCACOPILOT})")
    mean_gap: float = _given(
        8.5,
        "days between repeats, exponential; so that 94 % of the repeats that a quarter sees come within 20 days,"
        f" as published: 93.8 % ({_RCACOPILOT}); without the quarter's end it would be 90.5 %",
    )
    skew: float = _given(0.5, "few causes bring most repeats: weight 1 / rank ** 0.5, a guess, mild")

    reworded: float = _given(
        0.25, "asked in a person's or an alert's words, not with a line of the log; a guess"
    )
    in_a_log: float = _given(0.25, "asked with eight lines of a log around it; a guess")
    sign_seen: float = _given(0.5, "the second line, which tells causes apart, is in what is asked; a guess")

    works: float = _given(0.9, "the right fix mitigates nine times of ten; a guess, round")
    wrong_works: float = _given(0.1, "any other fix happens to help; a restart sometimes does; a guess")
    changed: float = _given(0.25, "of the causes have a change (week 4 to 9) that ends their fix; a guess")
    old_works: float = _given(0.05, "the old fix after that change; a guess")
    worse: float = _given(0.1, "of the wrong tries make it worse; a guess")

    minutes_ask: float = _given(1.0, "ask and read the answer")
    minutes_check: float = _given(2.0, "one query or look at a dashboard")
    minutes_try: float = _given(10.0, "apply, roll out, watch the error rate for five minutes")
    minutes_worse: float = _given(10.0, "take back what made it worse")
    minutes_search: float = _given(
        60.0, "median from scratch; log-normal with sigma 0.5, so 95 % lie between 23 and 160; a guess"
    )
    patience: int = _given(3, "offers that are applied before the agent starts from scratch")
    check_errs: float = _given(0.1, "a check is answered wrongly (misread, or the evidence is gone); a guess")

    learns: float = _given(
        0.7,
        "what was found from scratch is written down, as lesson and in the incident; people forget; a guess",
    )
    hasty: float = _given(
        0.2, "of what is written down credits the wrong one of two things done at once; a guess"
    )
    pasted: float = _given(0.5, "of the lessons quote the line with its ids, the others its stable phrase")
    scoped: float = _given(0.5, "of the lessons name the service")
    checks: float = _given(
        0.5, "of the careful lessons say how to tell the cause from others; hasty ones never do"
    )

    records: float = _given(
        0.7, "of what was tried gets an outcome, and of lessons are named by their incident's end; a guess"
    )
    verifies: float = _given(0.5, "of the recorded successes are verified; a guess")
    presses: float = _given(0.5, "of what is told in a channel somebody presses a button; a guess")
    reviews: float = _given(0.8, "of the weekly proposals are decided by somebody; the rest stays open")
    review_errs: float = _given(0.1, "of these decisions are wrong")


def table(assumptions: Assumptions) -> str:
    """The assumptions as a Markdown table."""
    rows = [
        f"| {one.name} | {getattr(assumptions, one.name):g} | {one.metadata['why']} |"
        for one in fields(assumptions)
    ]
    return "\n".join(["| parameter | value | source or reason |", "|---|---|---|", *rows])
