"""Triggers of Zabbix, of exports in XML as in YAML."""

from __future__ import annotations

from ingest.pipeline import Read, decode, parse_file
from ingest.source import Parsed
from kb.model import AlertRule, Severity

OLD = """<?xml version="1.0" encoding="UTF-8"?>
<zabbix_export>
    <version>3.0</version>
    <templates>
        <template>
            <template>Queue</template>
            <name>Queue by agent</name>
            <macros>
                <macro>
                    <macro>{$QUEUE.MAX}</macro>
                    <value>500</value>
                </macro>
            </macros>
        </template>
    </templates>
    <triggers>
        <trigger>
            <expression>{Queue:queue.length.last()}&gt;{$QUEUE.MAX}</expression>
            <name>Queue of {HOST.NAME} is longer than {$QUEUE.MAX}</name>
            <url>https://wiki.example.com/queue</url>
            <priority>5</priority>
            <description>Workers may hang.</description>
        </trigger>
    </triggers>
</zabbix_export>
"""
NESTED = """<zabbix_export>
    <version>5.0</version>
    <templates>
        <template>
            <template>Disks</template>
            <name>Disks by agent</name>
            <discovery_rules>
                <discovery_rule>
                    <key>disks</key>
                    <item_prototypes>
                        <item_prototype>
                            <key>disk.free[{#NAME}]</key>
                            <trigger_prototypes>
                                <trigger_prototype>
                                    <expression>{last()}&lt;5</expression>
                                    <name>{#NAME}: little room</name>
                                    <priority>WARNING</priority>
                                    <tags><tag><tag>service</tag><value>storage</value></tag></tags>
                                </trigger_prototype>
                            </trigger_prototypes>
                        </item_prototype>
                    </item_prototypes>
                </discovery_rule>
            </discovery_rules>
        </template>
    </templates>
</zabbix_export>
"""


def parsed(text: str, name: str = "template.xml") -> tuple[str, Parsed]:
    read = decode(text.encode(), name)
    assert isinstance(read, Read)
    return parse_file(read.file)


def rule(text: str, name: str = "template.xml") -> AlertRule:
    (found,) = parsed(text, name)[1].entries
    assert isinstance(found, AlertRule)
    return found


def test_a_trigger_in_xml_has_its_severity_its_runbook_and_its_macros_filled_in() -> None:
    found = rule(OLD)

    assert (found.name, found.severity) == ("Queue of <*> is longer than 500", Severity.SEV1)
    assert (found.description, found.runbook_url) == ("Workers may hang.", "https://wiki.example.com/queue")
    assert found.expr == "{Queue:queue.length.last()}>{$QUEUE.MAX}"
    assert (found.group, found.provenance.source and found.provenance.source.line) == ("Queue", 17)


def test_a_trigger_that_stands_in_its_item_says_which_one_it_asks() -> None:
    found = rule(NESTED)

    assert (found.name, found.severity, found.scope.services) == (
        "<*>: little room",
        Severity.SEV3,
        ("storage",),
    )
    assert found.expr == "{Disks:disk.free[{#NAME}].last()}<5"
    assert found.group == "Disks by agent"


def test_the_macro_of_a_context_has_the_value_of_the_one_without() -> None:
    text = (
        "zabbix_export:\n  version: '6.4'\n  templates:\n  - template: Disks\n    macros:\n"
        "    - {macro: '{$FREE.MIN}', value: '10'}\n    items:\n    - key: disk\n      triggers:\n"
        "      - expression: 'last(/Disks/disk)<{$FREE.MIN:\"/var\"}'\n"
        "        name: 'Less than {$FREE.MIN:\"/var\"} % free'\n        priority: HIGH\n"
    )

    found = rule(text, "template.yaml")

    assert (found.name, found.severity) == ("Less than 10 % free", Severity.SEV2)


def test_a_template_without_a_trigger_says_that_it_raises_no_alert() -> None:
    name, found = parsed("<zabbix_export><version>5.0</version><templates/></zabbix_export>")

    assert (name, found.entries) == ("monitor_rules", ())
    assert found.skipped == "a Zabbix template without a trigger: it raises no alert"


def test_xml_that_is_broken_or_declares_entities_is_kept_as_text_and_said() -> None:
    for text, said in (
        ("<zabbix_export><version>5</zabbix_export>", "not valid XML, line 1: mismatched tag"),
        (
            '<?xml version="1.0"?>\n<zabbix_export>&nope;</zabbix_export>',
            "not valid XML, line 2: undefined entity",
        ),
    ):
        name, found = parsed(text)
        assert name == "document"
        assert [problem.message for problem in found.problems] == [said]
