"""A long log is also asked line by line: a line may tell by itself what is lost among the others.

The words of a bag of lines are shared out over all that the log says, so that an entry which quotes one of them covers
little of it.  So the few most telling lines are asked by themselves, too, each as a line of a log, and an entry keeps
the better of its judgements.  Only what alarms and tells something counts: any log says "shutting down".
"""

from __future__ import annotations

from dataclasses import replace

from kb.lookup.question import Question

MOST_LINES = 4
"""Lines of a log that are asked by themselves."""
_ALARMING = 3.0
"""The grade of a line (`kb.text.evidence.alarm`) from which something is wrong in it, and not only at an end."""
_TELLING = 0.5
"""Specificity of a line that can be asked by itself."""


def alone(question: Question) -> list[Question]:
    """The most telling lines of a long log, each a question by itself, the gravest first; none of any other text.

    A short text is compared by all that it says.
    """
    if question.whole or not question.kind.is_of_a_program or len(question.evidence) < 2:
        return []
    asked: dict[str, Question] = {}
    for one in sorted(question.evidence, key=lambda e: (-e.line.score, e.line.line)):
        line = replace(question, evidence=(one,), written=one.line.message, whole=True, of_a_log=True)
        if one.line.score >= _ALARMING and one.template not in asked and line.specificity >= _TELLING:
            asked[one.template] = line
    return list(asked.values())[:MOST_LINES]
