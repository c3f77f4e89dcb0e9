"""A chain of exceptions as PHP 8.2.32 prints it, the root first, and Monolog 2.9.1 writes it, the last first; cut."""

from __future__ import annotations

import json

import pytest

from kb import KnowledgeBase
from kb.text.carriers import unfold

PHP = """\
PHP Fatal error:  Uncaught Shop\\LeaseException: no lease of orders: shard has no leader in /srv/shop/lease.php:5
Stack trace:
#0 /srv/shop/charge.php(6): renew()
#1 /srv/shop/index.php(9): charge()
#2 {main}

Next DomainException: order 19620 cannot be charged in /srv/shop/charge.php:6
Stack trace:
#0 /srv/shop/index.php(9): charge()
#1 {main}
  thrown in /srv/shop/charge.php on line 6
"""
TURNED = """\
PHP Fatal error:  Uncaught DomainException: order 19620 cannot be charged in /srv/shop/charge.php:6
Stack trace:
#0 /srv/shop/index.php(9): charge()
#1 {main}
Caused by: Shop\\LeaseException: no lease of orders: shard has no leader
Stack trace:
#0 /srv/shop/charge.php(6): renew()
#1 /srv/shop/index.php(9): charge()
#2 {main}

  thrown in /srv/shop/charge.php on line 6
"""
_THROWN = {
    "class": "DomainException",
    "message": "order 19620 cannot be charged",
    "code": 0,
    "file": "/srv/shop/charge.php:6",
    "previous": {
        "class": "Shop\\LeaseException",
        "message": "no lease of orders: shard has no leader",
        "code": 7,
        "file": "/srv/shop/lease.php:5",
    },
}
_ROW = '<tr>\n<th style="color: #000" width="100">{}:</th>\n<td style="color: #000">{}</td>\n</tr>'
TWICE = PHP + PHP.replace("PHP Fatal error:  ", "\nFatal error: ")
FORMS = {
    "as printed": PHP,
    "to both of its streams": TWICE,
    "JsonFormatter": json.dumps(
        {
            "message": _THROWN["message"],
            "context": {"exception": _THROWN},
            "level_name": "ERROR",
            "channel": "app",
        }
    ),
    "LineFormatter": (
        "[2026-12-01T01:11:42.203060+00:00] app.ERROR: order 19620 cannot be charged "
        '{"exception":"[object] (DomainException(code: 0): order 19620 cannot be charged at /srv/shop/charge.php:6)\\n'
        "[previous exception] [object] (Shop\\\\LeaseException(code: 7): no lease of orders: shard has no leader"
        ' at /srv/shop/lease.php:5)"} []\n'
    ),
    "HtmlFormatter": (
        '<h1 style="background: #FD7E14" class="monolog-output">ERROR</h1><table class="monolog-output">'
        + _ROW.format("Message", "<pre>order 19620 cannot be charged</pre>")
        + _ROW.format(
            "Context", "<table>" + _ROW.format("exception", f"<pre>{json.dumps(_THROWN, indent=4)}</pre>")
        )
        + "</table></table>\n"
    ),
}


@pytest.mark.parametrize("before", ["", "orders-1  | "])
def test_a_chain_of_php_reads_as_loggers_show_it(before: str) -> None:
    printed = "".join(f"{before}{line}\n" for line in PHP.splitlines())

    assert unfold(printed).text == "".join(f"{before}{line}\n" for line in TURNED.splitlines())


@pytest.mark.parametrize("asked", FORMS)
@pytest.mark.parametrize("learned", ["as printed", "JsonFormatter", "LineFormatter"])
def test_a_chain_is_known_however_it_was_written(kb: KnowledgeBase, learned: str, asked: str) -> None:
    entry = kb.learn_pattern(FORMS[learned], meaning="the shard lost its leader", fix="Elect one").id

    answer = kb.check_known_issues(FORMS[asked].replace("19620", "20077"))

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@pytest.mark.parametrize("line", [PHP.splitlines()[0], PHP.splitlines()[6]])
def test_a_line_of_a_chain_is_found_in_it(kb: KnowledgeBase, line: str) -> None:
    entry = kb.learn_pattern(line, meaning="the shard lost its leader", fix="Elect one").id

    answer = kb.check_known_issues(PHP.replace("19620", "20077"))

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@pytest.mark.parametrize("asked", FORMS)
def test_a_chain_with_another_root_is_not_known(kb: KnowledgeBase, asked: str) -> None:
    kb.learn_pattern(PHP, meaning="the shard lost its leader", fix="Elect one")
    other = FORMS[asked].replace("no lease of orders: shard has no leader", "quota of the disk is used up")

    assert kb.check_known_issues(other).verdict != "known"
