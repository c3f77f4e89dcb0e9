from __future__ import annotations

import pytest

from ingest.source import SourceFile
from ingest.sources.memory_yaml import MemoryYaml
from kb.errors import InvalidInput
from kb.memory.format import parse_memory
from kb.model import Document, Origin, Pattern, Quirk, Runbook, Status, ToolFix, Verification
from kb.text.safe_yaml import YamlLimits, YamlRefused, compose

PATTERNS = """\
# what we learned
last_updated: null
pod_patterns:
- pattern: OOMKilled
  meaning: Over the memory limit   # a comment
  fix: Raise the limit
  commands: kubectl top pod -l a=b,c=d, kubectl get pods
  seen: 3
- pattern: 502
  scope: {services: [web], versions: "<2.3"}
  environment: stage
  expected: true
  learned_at: 2026-01-02
  samples: {must_match: ["HTTP 502"], must_not_match: ["HTTP 5020"]}
  status: candidate
  id: p-502
- meaning: nobody named it
- pattern: bad date
  expires: 2026-02-30
"""


def test_patterns_take_their_category_from_the_list():
    first = parse_memory(PATTERNS, "learned/patterns.yaml").entries[0]

    assert isinstance(first, Pattern)
    assert (first.pattern, first.category) == ("OOMKilled", "pod")
    assert first.commands == ("kubectl top pod -l a=b,c=d", "kubectl get pods")
    assert first.signatures[0].needles == ("OOMKilled",)
    assert first.extra == {"seen": 3}


def test_every_entry_knows_its_list_and_line():
    lines = [entry.provenance.source for entry in parse_memory(PATTERNS, "p.yaml").entries]

    assert [(source.section, source.line) for source in lines if source] == [
        ("pod_patterns", 4),
        ("pod_patterns", 9),
        ("pod_patterns", 18),
    ]


def test_optional_keys_are_understood():
    second = parse_memory(PATTERNS, "p.yaml", Origin.WRITTEN).entries[1]

    assert isinstance(second, Pattern)
    assert (second.id, second.pattern, second.status) == ("p-502", "502", Status.CANDIDATE)
    assert (second.scope.services, second.scope.versions) == (("web",), ("<2.3",))
    assert second.scope.environments == ("stage",)
    assert second.warning == "expected, not an error"
    assert second.samples.must_not_match == ("HTTP 5020",)
    assert second.provenance.origin is Origin.WRITTEN
    assert second.provenance.at is not None


def test_one_bad_entry_is_a_problem_with_its_line_and_hides_no_other():
    memory = parse_memory(PATTERNS, "p.yaml")

    assert len(memory.entries) == 3
    assert [(problem.line, problem.message.split(": ", 1)[1]) for problem in memory.problems] == [
        (17, "the entry has no `pattern` (it has `meaning`)"),
        (19, "`expires` is not a date: '2026-02-30'; write YYYY-MM-DD"),
    ]


def test_yaml_that_does_not_parse_is_one_problem_with_its_line():
    memory = parse_memory("pod_patterns:\n- pattern: [a\n- pattern: b\n", "p.yaml")

    assert memory.entries == ()
    (problem,) = memory.problems
    assert problem.line == 3


def test_a_key_written_twice_is_reported():
    (problem,) = parse_memory("patterns:\n- pattern: a\n  fix: b\n  fix: c\n", "p.yaml").problems

    assert problem.line == 4
    assert "`fix` stands twice" in problem.message


def test_tool_fixes_in_both_spellings():
    text = """\
tool_fixes:
- tool_name: deploy
  error_pattern: manifest unknown
  root_cause: short tag
  fix_applied: use the whole tag
  date_learned: '2026-01-13'
  times_prevented: 2
- tool: login
  pattern: token expired
  fix: log in again
"""
    first, second = parse_memory(text, "tool_fixes.yaml").entries

    assert isinstance(first, ToolFix)
    assert (first.tool_name, first.root_cause, first.fix) == ("deploy", "short tag", "use the whole tag")
    assert first.extra == {"times_prevented": 2}
    assert isinstance(second, ToolFix)
    assert (second.tool_name, second.error_pattern, second.fix) == ("login", "token expired", "log in again")


def test_runbooks_as_a_list_and_as_a_mapping():
    text = """\
procedures:
- name: Restart
  steps: [look, restart]
  verified: {by: jo, at: 2026-01-01, incident: INC-1}
runbooks:
  roll_back:
    description: a bad deploy
    steps: |
      find the last good one
      roll back
    commands: [undo]
"""
    first, second = parse_memory(text, "runbooks.yaml").entries

    assert isinstance(first, Runbook)
    assert first.steps == ("look", "restart")
    assert first.verified is not None
    assert (first.verified.by, first.verified.incident) == ("jo", "INC-1")
    assert isinstance(second, Runbook)
    assert (second.name, second.when) == ("roll_back", "a bad deploy")
    assert second.steps == ("find the last good one", "roll back")


def test_verified_true_says_nothing_about_who():
    (entry,) = parse_memory("procedures:\n- {name: a, steps: [b], verified: true}\n", "r.yaml").entries

    assert isinstance(entry, Runbook)
    assert entry.verified == Verification()


def test_quirks_as_a_list_and_as_a_mapping():
    text = """\
services:
  billing:
    description: takes money
    quirks:
    - name: slow start
      workaround: wait
  web:
    quirks:
      cold: first request is slow
"""
    memory = parse_memory(text, "service_quirks.yaml")
    first, second = memory.entries

    assert isinstance(first, Quirk)
    assert (first.headline, first.workaround) == ("billing: slow start", "wait")
    assert isinstance(second, Quirk)
    assert (second.name, second.description) == ("cold", "first request is slow")
    assert first.provenance.source is not None
    assert first.provenance.source.section == "services.billing.quirks"
    assert memory.rest == {"services.billing.description": "takes money"}


def test_lists_under_another_name_count_when_their_items_are_patterns():
    (entry,) = parse_memory("pod_errors:\n- pattern: x\ndaily_patterns:\n- commits: 3\n", "p.yaml").entries

    assert isinstance(entry, Pattern)
    assert entry.category == "pod_errors"


def test_what_is_none_of_ours_is_kept_as_a_document():
    file = SourceFile(path="patterns.yaml", text="patterns:\n- pattern: a\npreferences:\n  style: short\n")
    pattern, rest = MemoryYaml().parse(file).entries

    assert isinstance(pattern, Pattern)
    assert isinstance(rest, Document)
    assert "style: short" in rest.body


def test_an_alias_bomb_is_refused_before_it_grows():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    memory = parse_memory(bomb, "p.yaml")

    assert memory.entries == ()
    assert "aliases" in memory.problems[0].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 200 + "]" * 200, "nested"),
        ("a: &a\n  b: *a\n", "contains itself"),
        ("a: 'x" * 9, "not valid YAML"),
    ],
)
def test_hostile_yaml_is_refused_in_words(text: str, said: str):
    with pytest.raises(YamlRefused, match=said):
        compose(text)


def test_yaml_beyond_the_size_limit_is_refused():
    with pytest.raises(InvalidInput, match="larger than 10 bytes"):
        compose("a: 0123456789", YamlLimits(max_bytes=10))
