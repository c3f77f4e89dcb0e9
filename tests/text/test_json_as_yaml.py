"""JSON that libyaml refuses is read all the same, on its own lines."""

from __future__ import annotations

import json

import pytest

from kb.text import safe_yaml


def test_an_emoji_that_json_escapes_as_a_pair_is_one_letter() -> None:
    issues = [{"title": "\U0001f6d1 Shop is down", "body": 'A \\ud83d in "quotes"\n'}]

    (node,) = safe_yaml.compose(json.dumps(issues))

    assert safe_yaml.value(node) == issues


def test_half_of_a_pair_and_a_delete_spoil_nothing_else() -> None:
    (node,) = safe_yaml.compose('{"a": "x\\ud83d", "b": "y\x7f"}')

    assert safe_yaml.value(node) == {"a": "x\ufffd", "b": "y\x7f"}


def test_values_that_follow_each_other_are_documents_with_their_lines() -> None:
    nodes = safe_yaml.compose('{"a": 1}\n\n  {"a":\n2}\n[{"a": 3}][{"a": 4}]\n')

    assert [safe_yaml.value(node) for node in nodes] == [{"a": 1}, {"a": 2}, [{"a": 3}], [{"a": 4}]]
    assert [safe_yaml.line_of(node) for node in nodes[:3]] == [1, 3, 5]


def test_what_is_neither_says_what_is_wrong_as_yaml() -> None:
    with pytest.raises(safe_yaml.YamlRefused, match="not valid YAML"):
        safe_yaml.compose('{"a": "\\ud83d\\uded1", "b"')
