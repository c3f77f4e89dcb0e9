"""Exceptions of Java 17 as logstash-logback-encoder 7.2 and java.util.logging write them; cut, our words."""

from __future__ import annotations

import json

import pytest

from kb import KnowledgeBase
from kb.text.carriers import unfold

JAVA = """\
Exception in thread "main" java.lang.IllegalStateException: journal of till 7 is torn
\tat com.shop.till.Journal.<init>(Journal.java:13)
\tat com.shop.Main.main(Main.java:4)
"""
SHORTENED = json.dumps(
    {
        "@timestamp": "2026-12-01T01:21:28.789Z",
        "message": "job failed",
        "logger_name": "com.shop.Main",
        "level": "ERROR",
        "stack_trace": (
            "j.l.IllegalStateException: journal of till 7 is torn\n"
            "\tat c.s.t.Journal.<init>(Journal.java:13)\n\tat c.s.Main.main(Main.java:4)\n"
        ),
    }
)
XML = """\
<record>
  <date>2026-12-01T01:21:28.790348452Z</date>
  <millis>1796088088790</millis>
  <logger>com.shop.Main</logger>
  <level>SEVERE</level>
  <class>com.shop.Main</class>
  <method>main</method>
  <message>job failed</message>
  <exception>
    <message>java.lang.IllegalStateException: journal of till 7 is torn</message>
    <frame>
      <class>com.shop.till.Journal</class>
      <method>&lt;init&gt;</method>
      <line>13</line>
    </frame>
    <frame>
      <class>com.shop.Main</class>
      <method>main</method>
      <line>4</line>
    </frame>
  </exception>
</record>
"""


def test_frames_of_java_util_logging_read_as_java_prints_them() -> None:
    read = unfold(XML).text

    assert (
        "\tat com.shop.till.Journal.<init>(Journal.java:13)\n\tat com.shop.Main.main(Main.java:4)\n" in read
    )
    assert "java.lang.IllegalStateException: journal of till 7 is torn\n\tat " in read


@pytest.mark.parametrize("asked", [SHORTENED, XML])
def test_an_exception_is_known_as_a_logger_writes_it(kb: KnowledgeBase, asked: str) -> None:
    entry = kb.learn_pattern(JAVA, meaning="the till lost power", fix="Mend the journal").id

    answer = kb.check_known_issues(asked.replace("till 7", "till 9"))

    assert (answer.verdict, answer.matches[0].id) == ("known", entry)


@pytest.mark.parametrize("asked", [SHORTENED, XML])
def test_another_message_is_another_exception(kb: KnowledgeBase, asked: str) -> None:
    kb.learn_pattern(JAVA, meaning="the till lost power", fix="Mend the journal")

    assert (
        kb.check_known_issues(asked.replace("journal of till 7 is torn", "drawer has no coins")).verdict
        != "known"
    )
