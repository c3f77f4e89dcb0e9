"""What journalctl left out of a log is told beside the answer; each form as journalctl 252 wrote it, shortened.

Without `--all` it writes null for a message of more than 4,096 bytes, as long tracebacks are, wherever it writes JSON,
and a size for one that is no plain text, where it writes texts.
"""

from __future__ import annotations

import pytest

from kb import KnowledgeBase

RECORD = '"SYSLOG_IDENTIFIER":"orders","PRIORITY":"3","_HOSTNAME":"web-01","__CURSOR":"s=27c961b4;i=3"'
PRETTY = RECORD.replace('":', '" : ').replace(",", ",\n\t")
FORMS = {
    "json": f'{{{RECORD},"MESSAGE":null}}\n',
    "json-pretty": f'{{\n\t{PRETTY},\n\t"MESSAGE" : null\n}}\n',
    "json-sse": f'data: {{"MESSAGE":null,{RECORD}}}\n\n',
    "short": "Nov 30 22:55:13 web-01 orders: [28B blob data]\n",
    "short-iso": "2026-11-30T22:55:13+0000 web-01 orders: [4.2K blob data]\n",
}
TOLD = "journalctl left messages out (2), since they are long or no plain text: ask it with --all"


@pytest.mark.parametrize("form", FORMS)
def test_messages_that_journalctl_left_out_are_told_with_how_to_get_them(
    kb: KnowledgeBase, form: str
) -> None:
    plain = f'{{{RECORD},"MESSAGE":"stock ledger refuses write: shard 9 has no leader"}}\n'

    answer = kb.check_known_issues(FORMS[form] + plain + FORMS[form])

    assert TOLD in answer.notes


@pytest.mark.parametrize(
    "line",
    [
        f'{{{RECORD},"MESSAGE":"the field is null"}}',
        '{"message":null,"level":"error","error":"no leader"}',
        "Nov 30 22:55:13 web-01 orders: 28B of blob data were lost",
    ],
)
def test_a_message_that_is_there_is_not_told_to_be_left_out(kb: KnowledgeBase, line: str) -> None:
    assert not [note for note in kb.check_known_issues(line).notes if "journalctl" in note]
