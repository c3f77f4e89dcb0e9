"""Errors of Go as `%v` and `%+v` print them are one: pkg/errors 0.9.1, xerrors, zap and logrus of Debian 12, cut."""

from __future__ import annotations

import json

import pytest

from kb import KnowledgeBase
from kb.text.carriers import unfold

WORDS = "cannot charge order 48213: cannot renew lease of orders: shard 9 has no leader"
FRAMES = """\
example.org/shop/ledger.(*Lease).Renew
\t/srv/shop/ledger/lease.go:17
main.main
\t/srv/shop/main.go:21
runtime.main
\t/usr/lib/go-1.19/src/runtime/proc.go:250
"""
SHOWN = f"shard 9 has no leader\n{FRAMES}cannot renew lease of orders\n{FRAMES}cannot charge order 48213\n{FRAMES}"
XERRORS = """\
cannot charge order 48213:
    main.charge
        /srv/shop/main.go:28
  - cannot renew lease of orders:
    main.renew
        /srv/shop/lease.go:12
  - shard 9 has no leader:
    main.main
        /srv/shop/main.go:21
"""
ZAP = json.dumps(
    {
        "level": "error",
        "ts": 1796086882.457,
        "caller": "shop/main.go:40",
        "msg": "job failed",
        "error": WORDS,
        "errorVerbose": SHOWN.rstrip(),
        "stacktrace": "main.main\n\t/srv/shop/main.go:40",
    }
)
LOGRUS = f'time="2026-12-01T01:01:22Z" level=error msg="job failed" error="{WORDS}"\n'
PLAIN = f"2026/12/01 01:01:22 {WORDS}\n"
FORMS = {"%v": WORDS, "pkg/errors": SHOWN, "xerrors": XERRORS, "zap": ZAP, "logrus": LOGRUS, "log": PLAIN}


def test_an_error_with_its_frames_reads_as_its_words_in_one_line_and_the_frames_of_its_root() -> None:
    read = unfold(SHOWN).text.splitlines()

    assert read[0] == WORDS
    assert read[1:3] == ["example.org/shop/ledger.(*Lease).Renew(...)", "\t/srv/shop/ledger/lease.go:17"]
    assert len(read) == 7
    assert unfold(XERRORS).text.splitlines() == [WORDS, "main.main(...)", "        /srv/shop/main.go:21"]


def test_a_line_above_the_stack_of_a_logger_stays_as_it_is() -> None:
    text = "2026-12-01T01:01:22.457Z\tERROR\tshop/main.go:40\tjob failed\nmain.main\n\t/srv/shop/main.go:40\nnext\n"

    assert unfold(text).text == text.replace("main.main", "main.main(...)")


@pytest.mark.parametrize("asked", FORMS)
@pytest.mark.parametrize("learned", ["%v", "pkg/errors", "xerrors", "log"])
def test_an_error_is_known_however_it_was_printed(kb: KnowledgeBase, learned: str, asked: str) -> None:
    entry = kb.learn_pattern(FORMS[learned], meaning="the shard lost its leader", fix="Elect one").id

    answer = kb.check_known_issues(FORMS[asked].replace("48213", "50077"))

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@pytest.mark.parametrize("asked", FORMS)
def test_another_root_is_another_error(kb: KnowledgeBase, asked: str) -> None:
    kb.learn_pattern(SHOWN, meaning="the shard lost its leader", fix="Elect one")

    assert (
        kb.check_known_issues(FORMS[asked].replace("shard 9 has no leader", "quota of disk used up")).verdict
        != "known"
    )
