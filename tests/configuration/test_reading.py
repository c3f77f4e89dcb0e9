"""Mistakes in `kb.toml` are told with their line, with what is allowed, and with what was meant."""

from __future__ import annotations

import pytest

from docs.configuration_page import EXAMPLE
from kb.configuration.reading import line_of, read_text
from kb.configuration.sections import TOOLS, Configuration, HookLimits
from kb.model.entry import Severity


def told(text: str) -> list[str]:
    return [str(problem) for problem in read_text(text).problems]


def test_the_example_of_the_documentation_is_read_as_it_says():
    said = read_text(EXAMPLE).values

    assert said.service_named("ORDER-svc") == "orders"
    assert said.scale()["page"] is Severity.SEV1
    assert list(said.hooks.named()) == ["alertmanager", "pagerduty", "generic/deploys"]
    assert [rule.alerts for rule in said.hooks.open] == [1, 3]
    assert said.notify[0].when.severity is Severity.SEV2


def test_an_empty_file_says_nothing_and_has_no_mistake():
    assert read_text("").values == Configuration()
    assert told("# nothing yet\n") == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[severty]\npage = 'SEV1'\n", 1, "severty is not known at the top; did you mean severity?"),
        ("[severity]\n\npage = 'SEV5'\n", 3, "one of SEV1, SEV2, SEV3, SEV4"),
        ("[severity]\npage = 'sev2'\n", 2, "did you mean SEV2?"),
        ("[services]\norders = 'x'\n", 2, "services.orders must be a table, such as [services.orders]"),
        ("[services.orders]\naliases = 'x'\n", 2, "must be a list, such as aliases ="),
        (
            "[services.orders]\naliases = [\n  'a',\n  1,\n]\n",
            2,
            "services.orders.aliases[1] is 1, but must be a text",
        ),
        ("[hooks.alertmanger]\ntoken_env = 'A'\n", 1, "did you mean alertmanager?"),
        ("[hooks.grafana]\ntoken = 'short'\n", 2, "16 characters or more"),
        ("[hooks.grafana]\n", 1, "needs token_env or secret_env"),
        ("[hooks.generic.a]\ntoken_env = 'A'\n", 1, "hooks.generic.a needs template"),
        (
            "[hooks.generic.a]\ntoken_env = 'A'\ntemplate.name = 'a[[['\n",
            3,
            "hooks.generic.a.template.name is no JMESPath expression",
        ),
        ("[[hooks.open]]\n[[hooks.open]]\nalerts = 'three'\n", 3, 'hooks.open[1].alerts is "three"'),
        ("[[hooks.open]]\nhooks = ['grafana']\n", 2, '"grafana" is no hook of this file; none is set up'),
        ("[hooks.limits]\nminutes = 0\n", 2, "hooks.limits.minutes must be 1 or more"),
        ("[[notify]]\nname = 'a'\nkind = 'slak'\nurl = 'x'\n", 3, "did you mean slack?"),
        ("[[notify]]\nname = 'a'\nkind = 'slack'\n", 1, "needs url_env (or url)"),
        ("[retention]\nlookups = 30\n", 2, "give 190 or more"),
        ("[retention]\nlookups = 'never'\n", 2, "must be a whole number or off"),
        ("[retention]\nlookups = true\n", 2, "is true, but must be a whole number or off"),
        ("services = 3\n", 1, "services must be a table"),
        ("a = 1\nb = [\n", 2, "is no TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_would_be_right(text: str, line: int, said: str):
    problems = told(text)

    assert len(problems) == 1
    assert problems[0].startswith(f"kb.toml:{line}: ")
    assert said in problems[0]


def test_one_mistake_hides_neither_the_others_nor_what_is_right():
    text = "[severity]\npage = 'SEV9'\nticket = 'SEV3'\n[retention]\nlookups = 500\ndays = 1\n"
    read = read_text(text)

    assert len(read.problems) == 2
    assert dict(read.values.severity) == {"ticket": Severity.SEV3}
    assert read.values.retention.lookups == 500


def test_a_rule_with_a_mistake_opens_nothing_rather_than_everything():
    text = "[[hooks.open]]\nseverity = 'sev1'\n[[hooks.open]]\nseverity = 'SEV2'\n"

    assert [rule.severity for rule in read_text(text).values.hooks.open] == [Severity.SEV2]


def test_a_name_of_two_services_is_told():
    text = "[services.a]\naliases = ['x']\n[services.b]\naliases = ['X']\n"

    assert told(text) == ['kb.toml:4: services.b.aliases: "X" is a name of a, too; keep it with one of them']


def test_a_value_of_several_lines_is_told_where_it_begins():
    text = "# of the shop\n[services.orders]\n# long\naliases = [\n'a',\n'b',\n]\nteam = 'x'\n"

    assert line_of(text, ("services", "orders", "aliases")) == 4
    assert line_of(text, ("services", "orders", "team")) == 8
    assert line_of(text, ("services", "cart")) is None


def test_limits_that_are_not_given_are_those_of_the_documentation():
    assert read_text("[hooks.limits]\nincidents = 5\n").values.hooks.limits == HookLimits(incidents=5)


def test_every_tool_has_one_address():
    assert len(TOOLS) == len(set(TOOLS)) == 24
