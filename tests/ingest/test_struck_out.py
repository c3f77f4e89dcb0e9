"""A runbook whose author struck something out."""

from __future__ import annotations

from ingest.pipeline import Read, decode, parse_file
from kb.model import Runbook


def read(text: str) -> Runbook:
    found = decode(text.encode(), "runbooks/orders.md")
    assert isinstance(found, Read)
    (runbook,) = parse_file(found.file)[1].entries
    assert isinstance(runbook, Runbook)
    return runbook


def test_a_step_that_is_struck_out_is_not_told_and_its_command_not_offered() -> None:
    runbook = read(
        "# HighErrorRate\n\n## Mitigation\n\n1. ~~Restart it: `systemctl restart postgresql@15 --force`~~\n"
        "2. Fail over: `patronictl switchover orders`\n3. <del>Or `kubectl delete pod orders-0`</del>\n"
        "4. Look at `git show HEAD~~ -- deploy` and ~~call Ann~~ write to the channel\n"
    )

    assert runbook.steps == (
        "Fail over: `patronictl switchover orders`",
        "Look at `git show HEAD~~ -- deploy` and ~~call Ann~~ write to the channel",
    )
    assert runbook.commands == ("patronictl switchover orders", "git show HEAD~~ -- deploy")
    assert "systemctl restart" in runbook.body
