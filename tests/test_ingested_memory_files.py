"""Memory YAML that was ingested from elsewhere stays on offer beside the home's own files."""

from __future__ import annotations

from pathlib import Path

from kb import KnowledgeBase


def test_an_ingested_tool_fix_is_still_there_at_the_next_call(kb: KnowledgeBase, tmp_path: Path) -> None:
    given = tmp_path / "tool_fixes.yaml"
    given.write_text(
        "tool_fixes:\n"
        "  - tool_name: terraform\n"
        '    error_pattern: "Error acquiring the state lock"\n'
        "    fix_description: Release the lock by the ID in the message\n"
    )
    before = kb.counts()
    kb.ingest(given)
    assert kb.counts() == {**before, "tool_fix": before.get("tool_fix", 0) + 1}
    assert kb.check_known_issues("Error acquiring the state lock", tool_name="terraform").verdict == "known"
