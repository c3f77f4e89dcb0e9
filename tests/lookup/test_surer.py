"""An answer that is not sure names the fact that would make it surer; whoever gives that fact gets a surer answer."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Answer, Verdict

SURER = "to be surer, "


def fact(answer: Answer) -> str:
    found = [note for note in answer.notes if note.startswith(SURER)]
    assert len(found) <= 1
    return found[0] if found else ""


def test_candidates_of_two_services_ask_for_the_service_and_it_tells_them_apart(kb: KnowledgeBase) -> None:
    one = kb.learn_pattern(
        "connection refused", "the ledger moved", "point it to the new one", services="payments"
    )
    two = kb.learn_pattern(
        "connection refused", "its sidecar starts late", "hold the start", services="basket"
    )
    asked = "ERROR connection refused"

    unsure = kb.check_known_issues(asked)
    assert unsure.verdict is Verdict.RELATED
    assert "say the service: " in fact(unsure)
    assert {"payments", "basket"} <= set(fact(unsure).replace(",", " ").split())

    for service, entry in (("payments", one), ("basket", two)):
        surer = kb.check_known_issues(asked, service=service)
        assert surer.matches[0].id == entry.id
        assert surer.matches[0].confidence > unsure.matches[0].confidence
        assert "say the service" not in fact(surer)


def test_a_service_that_the_text_names_is_not_asked_for(kb: KnowledgeBase) -> None:
    kb.learn_pattern("connection refused", "the ledger moved", services="payments")
    kb.learn_pattern("connection refused", "its sidecar starts late", services="basket")
    assert "say the service" not in fact(kb.check_known_issues("payments: connection refused"))


def test_candidates_of_one_service_do_not_ask_for_it(kb: KnowledgeBase) -> None:
    kb.learn_pattern("connection refused", "the ledger moved", services="payments")
    kb.learn_pattern("connection refused", "its sidecar starts late", services="payments")
    assert "say the service" not in fact(kb.check_known_issues("ERROR connection refused"))


def test_the_tool_is_asked_for_where_it_would_settle_it(kb: KnowledgeBase) -> None:
    learned = kb.learn_tool_fix("harbourctl", "connection refused", "the gate is shut", "open it")
    unsure = kb.check_known_issues("connection refused")
    assert fact(unsure) == "to be surer, say the tool that failed: this was seen with harbourctl"
    surer = kb.check_known_issues("connection refused", tool_name="harbourctl")
    assert (surer.verdict, surer.matches[0].id) == (Verdict.KNOWN, learned.id)
    assert fact(surer) == ""


def test_candidates_known_by_codes_ask_for_the_code(kb: KnowledgeBase) -> None:
    kb.learn_pattern("HAR-00481: crane brake pressure lost", "the brake hose leaks", "change the hose")
    kb.learn_pattern("HAR-00773: crane brake pressure lost", "the pump has no oil", "fill the pump")
    unsure = kb.check_known_issues("the crane has lost the pressure of its brake")
    assert unsure.verdict is Verdict.RELATED
    assert "HAR-00481" in fact(unsure)
    assert "HAR-00773" in fact(unsure)
    surer = kb.check_known_issues("HAR-00773: crane brake pressure lost")
    assert surer.verdict is Verdict.KNOWN
    assert surer.matches[0].meaning == "the pump has no oil"
    assert fact(surer) == ""


def test_several_causes_with_checks_name_the_check(kb: KnowledgeBase) -> None:
    kb.learn_pattern("request timed out", "the pool is too small for the traffic peak", "raise the pool")
    kb.learn_pattern("request timed out", "a new release leaks connections", "roll the release back")
    unsure = kb.check_known_issues("ERROR request timed out")
    assert (unsure.verdict, unsure.alternatives) == (Verdict.RELATED, True)
    assert unsure.matches[0].check
    assert (
        fact(unsure) == f"to be surer, check what tells the first from the others: {unsure.matches[0].check}"
    )


def test_own_words_near_a_learned_line_ask_for_the_line(kb: KnowledgeBase) -> None:
    kb.learn_pattern("wickd[311]: ignition retry budget spent, lamp=12 state=dark", "no oil", "fill it")
    unsure = kb.check_known_issues(
        "why does the lamp stay dark, its ignition seems to have spent its retry budget"
    )
    assert unsure.verdict is not Verdict.KNOWN
    assert "add the line of the log" in fact(unsure)
    assert "ignition retry budget spent" in fact(unsure)


@pytest.mark.parametrize("text", ["it is broken", "the service is down"])
def test_words_that_say_nothing_ask_for_a_line_that_does(kb: KnowledgeBase, text: str) -> None:
    answer = kb.check_known_issues(text)
    assert answer.verdict is not Verdict.KNOWN
    assert "add the line of the log with the error itself" in fact(answer)


def test_a_telling_line_that_nobody_met_asks_for_nothing(kb: KnowledgeBase) -> None:
    answer = kb.check_known_issues(
        "quarkd[7]: gluon manifold QX-99812 decohered under the north pier lattice"
    )
    assert answer.verdict is Verdict.UNKNOWN
    assert fact(answer) == ""


def test_a_known_answer_asks_for_nothing(kb: KnowledgeBase) -> None:
    kb.learn_pattern("LAMP-4711: wick burnt down to the holder", "no oil", "fill it", services="lamps")
    answer = kb.check_known_issues("LAMP-4711: wick burnt down to the holder")
    assert answer.verdict is Verdict.KNOWN
    assert fact(answer) == ""
