"""A trace of Ruby 3.1.2: printed with its message first or last, in colours, by Logger and by the gem logging 2.2.2."""

from __future__ import annotations

import json

import pytest

from kb import KnowledgeBase
from kb.text.carriers import unfold
from kb.text.traces import trace_signature

CHAIN = """\
/srv/shop/charge.rb:5:in `rescue in charge': order 6367 cannot be charged (ArgumentError)
\tfrom /srv/shop/charge.rb:5:in `charge'
\tfrom /srv/shop/run.rb:7:in `<main>'
/srv/shop/lease.rb:4:in `renew': shard of till 12 has no leader (LeaseError)
\tfrom /srv/shop/charge.rb:5:in `charge'
\tfrom /srv/shop/run.rb:7:in `<main>'
"""
LAST = """\
Traceback (most recent call last):
\t2: from /srv/shop/run.rb:7:in `<main>'
\t1: from /srv/shop/charge.rb:5:in `charge'
/srv/shop/lease.rb:4:in `renew': shard of till 12 has no leader (LeaseError)
\t2: from /srv/shop/run.rb:7:in `<main>'
\t1: from /srv/shop/charge.rb:5:in `charge'
/srv/shop/charge.rb:5:in `rescue in charge': order 6367 cannot be charged (ArgumentError)
"""
COLOURS = CHAIN.replace(
    "order 6367 cannot be charged (ArgumentError)",
    "\x1b[1morder 6367 cannot be charged (\x1b[1;4mArgumentError\x1b[m\x1b[1m)\x1b[m",
)
LOGGING = json.dumps(
    {
        "timestamp": "2026-12-01T01:26:45.595383Z",
        "level": "ERROR",
        "logger": "shop",
        "message": {
            "class": "ArgumentError",
            "message": "order 6367 cannot be charged",
            "backtrace": ["/srv/shop/charge.rb:5:in `charge'", "/srv/shop/run.rb:7:in `<main>'"],
            "cause": {
                "class": "LeaseError",
                "message": "shard of till 12 has no leader",
                "backtrace": ["/srv/shop/lease.rb:4:in `renew'", "/srv/shop/charge.rb:5:in `charge'"],
            },
        },
    }
)
ONE = "".join(line + "\n" for line in CHAIN.splitlines()[3:])
LOGGER = """\
E, [2026-12-01T01:26:45.588963 #6367] ERROR -- : shard of till 12 has no leader (LeaseError)
/srv/shop/lease.rb:4:in `renew'
/srv/shop/charge.rb:5:in `charge'
/srv/shop/run.rb:7:in `<main>'
"""


def test_of_a_trace_of_ruby_the_messages_are_looked_for_as_they_stand_there() -> None:
    found = trace_signature(CHAIN)

    assert found is not None
    assert [
        needle for needle in found.needles if needle in CHAIN.replace("6367", "<*>").replace("12", "<*>")
    ][:1] == ["order <*> cannot be charged"]
    assert "shard of till <*> has no leader" in found.needles


def test_a_trace_that_ends_with_its_message_reads_from_its_message_on() -> None:
    read = unfold(LAST).text

    assert read.replace("\t1: from", "\tfrom").replace("\t2: from", "\tfrom") == CHAIN


@pytest.mark.parametrize("asked", [CHAIN, LAST, COLOURS, LOGGING])
@pytest.mark.parametrize("learned", [CHAIN, LAST, COLOURS])
def test_a_trace_of_ruby_is_known_however_it_was_printed(kb: KnowledgeBase, learned: str, asked: str) -> None:
    entry = kb.learn_pattern(learned, meaning="the shard lost its leader", fix="Elect one").id

    answer = kb.check_known_issues(asked.replace("6367", "7001"))

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@pytest.mark.parametrize("asked", [ONE, LOGGER])
def test_one_exception_is_known_by_ruby_and_by_its_logger(kb: KnowledgeBase, asked: str) -> None:
    entry = kb.learn_pattern(ONE, meaning="the shard lost its leader", fix="Elect one").id

    answer = kb.check_known_issues(asked.replace("till 12", "till 40"))

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@pytest.mark.parametrize("asked", [CHAIN, LAST, COLOURS, LOGGING])
def test_another_root_is_another_trace(kb: KnowledgeBase, asked: str) -> None:
    kb.learn_pattern(CHAIN, meaning="the shard lost its leader", fix="Elect one")
    other = asked.replace("shard of till 12 has no leader", "quota of the disk is used up")

    assert kb.check_known_issues(other).verdict != "known"
