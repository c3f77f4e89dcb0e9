"""What tells others of kb (server.json, plugin, skill, chart, image) says what is true, in the form that they read."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from kb import __version__
from kb.operations.catalogue import operations
from tests.conftest import ROOT, RunKb

REGISTRY: dict[str, Any] = {
    "type": "object",
    "required": ["$schema", "name", "description", "version", "packages"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
        "name": {"type": "string", "maxLength": 200, "pattern": r"^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$"},
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "description": {"type": "string", "minLength": 1, "maxLength": 100},
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
        "packages": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["registryType", "identifier", "version", "transport"],
                "additionalProperties": False,
                "properties": {
                    "registryType": {"const": "pypi"},
                    "identifier": {"type": "string"},
                    "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
                    "runtimeHint": {"enum": ["uvx"]},
                    "transport": {"const": {"type": "stdio"}},
                    "packageArguments": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["type", "value"],
                            "additionalProperties": False,
                            "properties": {"type": {"const": "positional"}, "value": {"type": "string"}},
                        },
                    },
                    "environmentVariables": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name", "description"],
                            "additionalProperties": False,
                            "properties": {
                                "name": {"type": "string", "pattern": "^KB_[A-Z_]+$"},
                                "description": {"type": "string"},
                                "format": {"enum": ["string", "number", "boolean", "filepath"]},
                                "isRequired": {"type": "boolean"},
                                "isSecret": {"type": "boolean"},
                                "default": {"type": "string"},
                                "choices": {"type": "array", "items": {"type": "string"}},
                            },
                        },
                    },
                },
            },
        },
    },
}
"""The registry's rules of 2025-12-11 for what the file has, in our words; `deploy/check.py` takes the whole schema."""


def read_json(name: str) -> Any:
    return json.loads((ROOT / name).read_text())


def test_the_registrys_file_keeps_the_registrys_rules():
    jsonschema.Draft7Validator.check_schema(REGISTRY)
    jsonschema.validate(read_json("server.json"), REGISTRY)


@pytest.mark.parametrize(
    "change", [{"description": "a" * 101}, {"name": "kb"}, {"packages": []}, {"extra": 1}]
)
def test_a_file_that_breaks_them_is_noticed(change: dict[str, Any]):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**read_json("server.json"), **change}, REGISTRY)


def test_what_the_registry_starts_is_a_command_of_the_package(run_kb: RunKb):
    package = read_json("server.json")["packages"][0]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]

    assert scripts[package["identifier"]] == scripts["kb"]  # uvx IDENTIFIER runs the program of that name
    words = [one["value"] for one in package["packageArguments"]]
    assert run_kb(*words, "--help").returncode == 0


def test_the_readme_holds_the_name_by_which_the_registry_knows_the_package():
    assert f"<!-- mcp-name: {read_json('server.json')['name']} -->" in (ROOT / "README.md").read_text()


def test_all_of_them_tell_the_version_of_the_package():
    chart = yaml.safe_load((ROOT / "deploy/helm/incident-kb/Chart.yaml").read_text())
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    told = {
        "server.json": read_json("server.json")["version"],
        "its package": read_json("server.json")["packages"][0]["version"],
        "plugin": read_json(".claude-plugin/plugin.json")["version"],
        "chart": chart["appVersion"],
        "compose": compose["services"]["kb"]["image"].rpartition(":")[2],
    }
    assert told == dict.fromkeys(told, __version__)


def front_matter() -> tuple[dict[str, Any], str]:
    text = (ROOT / "skills/incident-kb/SKILL.md").read_text()
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


def test_the_skill_keeps_the_rules_of_agent_skills():
    head, body = front_matter()
    assert set(head) == {"name", "description", "license", "compatibility"}
    assert head["name"] == "incident-kb" == (ROOT / "skills/incident-kb").name
    assert 0 < len(head["description"]) <= 1024
    assert len(head["compatibility"]) <= 500
    assert len(body.splitlines()) < 500


def test_every_tool_and_command_that_the_skill_names_is_there(run_kb: RunKb):
    _, body = front_matter()
    rows = [line.split(" | ") for line in re.findall(r"^\| (?!when|---)(.+) \|$", body, re.MULTILINE)]
    tools = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row[1])}
    commands = {
        " ".join(found.split())
        for row in rows
        for found in re.findall(r"`kb ([a-z]+(?: (?:pattern|open|list)\b)?)", row[2])
    }

    assert tools - set(operations()) == set()
    assert commands >= {"check", "triage", "learn pattern", "incident open", "change list", "outcome"}
    assert {words for words in commands if run_kb(*words.split(), "--help").returncode} == set()


def test_the_plugin_starts_the_server_that_is_there_and_the_marketplace_finds_the_plugin(run_kb: RunKb):
    plugin, market = read_json(".claude-plugin/plugin.json"), read_json(".claude-plugin/marketplace.json")
    server = plugin["mcpServers"]["incident-kb"]
    assert server["command"] == "kb"
    assert run_kb(*server["args"], "--help").returncode == 0
    assert [(one["name"], (ROOT / one["source"]).resolve()) for one in market["plugins"]] == [
        (plugin["name"], ROOT)
    ]


def test_all_that_the_image_copies_is_there_and_not_ignored():
    text = (ROOT / "deploy/Dockerfile").read_text()
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+)$", text, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    let_through = {
        line[1:] for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().split() if line[0] == "!"
    }
    assert "kb" in copied
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert set(copied) == let_through


def test_links_of_llms_txt_lead_somewhere():
    text = (ROOT / "llms.txt").read_text()
    links = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): .+$", text, re.MULTILINE)
    assert text.startswith("# incident-kb\n\n> ")
    assert {"README.md", "docs/cli.md", "docs/mcp.md"} <= set(links)
    assert {name for name in links if not Path(ROOT / name).exists()} == set()
