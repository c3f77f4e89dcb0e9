"""Commands with their placeholders filled in by what is known: captures of a signature, labels of an alert.  Pure.

What is filled in is data that others wrote, so it never becomes more than one word of a command.  A value goes in as it
is if it has nothing that a shell obeys; one with spaces is quoted, also where another shell reads it again (`ssh`,
`watch`) it is no more than words; any other stays out, and the placeholder stands.

A placeholder names a value in any of the ways that people write: `<namespace>`, `<pod-name>`, `<your-namespace>`,
`<value of instance label from alert>`, `{pod}`, `{{ $labels.pod }}`, `$NAMESPACE`, `${POD_NAME}`, `POD_NAME`.
A variable that the runbook sets itself (`POD=$(kubectl …)`, `for pod in …`) is the runbook's own, and so is `$name`
within single quotes, where it belongs to awk or jq.  A command in another namespace (`-n monitoring`) is about other
things than the one that is known, so no pod or volume is named there.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from kb.expression import expression

_HARMLESS = expression(r"(?!-)[\w.:/@%+,=-]+(?: (?!-)[\w.:/@%+,=-]+)*")
"""Words without anything that a shell obeys, none of them an option."""
_ABOVE = expression(r"(?:^|[/=:])\.\.(?:/|$)")
"""A path that leaves its folder."""
_LONGEST = 253
"""Characters of a value: the longest name of Kubernetes (DNS, RFC 1123)."""
_SHORT_NAMES = {
    "ns": "namespace",
    "po": "pod",
    "deploy": "deployment",
    "sts": "statefulset",
    "ds": "daemonset",
    "svc": "service",
    "pvc": "persistentvolumeclaim",
    "pv": "persistentvolume",
    "hpa": "horizontalpodautoscaler",
    "job": "jobname",
}
"""As `kubectl api-resources` shortens them."""
_NAMESPACED = (
    "pod",
    "container",
    "deployment",
    "statefulset",
    "daemonset",
    "replicaset",
    "service",
    "ingress",
    "endpoint",
    "jobname",
    "cronjob",
    "persistentvolumeclaim",
    "horizontalpodautoscaler",
    "poddisruptionbudget",
    "configmap",
    "secret",
)
"""Kinds of Kubernetes of which each namespace has its own."""
_NAMESPACE = expression(r"(?:^|\s)(?:-n|--namespace)[ =]+[\"']?((?:<[^>\n]*>|\{\{[^}\n]*\}\}|[^\s\"'])+)")
_PLACEHOLDER = expression(
    r"\{\{-?\s*(?:\$labels|\.Labels|\$\.Labels)(?:\.(?P<label>\w+)|\[?\s*\"(?P<key>[\w.-]+)\"\s*\]?)\s*-?\}\}"
    r"|\{\{\s*(?P<double>\w+)\s*\}\}"
    r"|<(?P<angle>[A-Za-z][\w. -]{0,60})>"
    r"|\$\{(?P<braced>[A-Za-z_]\w*)\}"
    r"|\$(?P<variable>[A-Za-z_]\w*)"
    r"|(?<![{$])\{(?P<brace>[A-Za-z_][\w-]*)\}(?!\})"
    r"|(?<![^\s/=\"'])(?P<bare>[A-Z][A-Z0-9_]*_NAME|(?:YOUR|MY)_[A-Z][A-Z0-9_]*)(?![^\s/\"'|;&)])"
    r"|(?:(?<=\s-n )|(?<=--namespace[ =]))(?P<option>NAMESPACE)(?![\w:])"
)
_OF_KIND = expression(r"\b(?:get|describe|delete|edit|patch|annotate|label|scale|logs)\s+([a-z]+)[ /]+\Z")
_OF_ANY_KIND = ("name", "job")
"""Names that mean what the command is about: `describe daemonset $NAME`."""
_LABEL_IN_WORDS = expression(
    r"(?i)(?:the )?(?:value of )?(?:the )?([\w.]+) label(?: (?:from|of|in) (?:the )?alert)?"
)
_POLITE = expression(r"^(?:your|my|the|affected|failing|target)[ _.-]+", re.I)
_ASSIGNED = expression(
    r"(?m)(?:^|[\s;&|(`'\"])([A-Z_][A-Z0-9_]*)\+?="
    r"|(?:^|[;&|(`$'\"]|\b(?:export|local|declare|readonly|do|then))[ \t]*([A-Za-z_]\w*)\+?="
    r"|\b(?:for|read|select)[ \t]+(?:-\w+[ \t]+)?([A-Za-z_]\w*)\b"
)


def assigned_in(commands: Iterable[str]) -> frozenset[str]:
    """The names of the variables that the commands of a runbook set themselves."""
    return frozenset("".join(found) for text in commands for found in _ASSIGNED.findall(text))


@dataclass(frozen=True, slots=True)
class KnownValues:
    """What placeholders are filled with.

    `values` by the name that a placeholder has; `labels` also by `{{ $labels.name }}`, which may name any of them.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    assigned: frozenset[str] = frozenset()
    """Variables that are the runbook's own."""

    def fill(self, command: str) -> str:
        """The command with every placeholder that names a value filled in, where that is safe."""
        if not (self.values or self.labels):
            return command
        return _PLACEHOLDER.sub(partial(self._filled, quotes=_quotes(command)), command)

    def _filled(self, found: re.Match[str], quotes: str) -> str:
        inside = quotes[found.start()]
        value = self._value(found, inside)
        if not value or len(value) > _LONGEST or not _HARMLESS.fullmatch(value) or _ABOVE.search(value):
            return found[0]
        return shlex.quote(value) if " " in value and inside == " " else value

    def _value(self, found: re.Match[str], inside: str) -> str:
        form, name = next((key, text) for key, text in found.groupdict().items() if text)
        if form in ("label", "key"):
            return self.labels.get(name, "")
        if name in self.assigned and form in ("variable", "braced", "bare"):
            return ""
        if form in ("variable", "braced") and inside == "'":
            return ""
        if form == "angle" and (said := _LABEL_IN_WORDS.fullmatch(name)):
            return self.labels.get(said[1], "")
        key, value = self._named(name)
        if not value and _plain(name) in _OF_ANY_KIND and (kind := _OF_KIND.search(_before(found))):
            key, value = (
                self._named(kind[1]) if kind[1] in _SHORT_NAMES else self._named(kind[1].removesuffix("s"))
            )
        return "" if key in _NAMESPACED and self._is_elsewhere(_line_at(found)) else value

    def _named(self, name: str) -> tuple[str, str]:
        """The plain name of the value that a placeholder of this name means, and the value; empty for none."""
        if name in self.values:
            return _plain(name), self.values[name]
        known = {_plain(key): value for key, value in self.values.items()}
        plain = _plain(_POLITE.sub("", name))
        names = (plain, plain.removesuffix("name"))
        key = next((one for each in names if (one := _SHORT_NAMES.get(each, each)) in known), "")
        return key, known.get(key, "")

    def _is_elsewhere(self, line: str) -> bool:
        """Whether the command on a line says another namespace than the one that is known, or one that is not known."""
        own, said = self.values.get("namespace", ""), _NAMESPACE.search(line)
        if not own or said is None or said[1][0].isdigit():  # (`tail -n 20`)
            return False
        filled = KnownValues({"namespace": own}, self.labels, self.assigned).fill(said[0])
        return not filled.rstrip().endswith((f" {own}", f"={own}", f"'{own}", f'"{own}'))


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _before(found: re.Match[str]) -> str:
    """What of its line stands before the match."""
    return found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]


def _line_at(found: re.Match[str]) -> str:
    """The line in which the match begins."""
    return _before(found) + found.string[found.start() :].partition("\n")[0]


def _quotes(command: str) -> str:
    """For each character the quotes of a shell that it stands in: `'`, `"`, or a space for none."""
    inside, kept, skip = " ", list[str](), False
    for char in command:
        kept.append(inside)
        if skip:
            skip = False
        elif char == "\\" and inside != "'":
            skip = True
        elif char == inside:
            inside = " "
        elif char in "'\"" and inside == " ":
            inside = char
    return "".join(kept)
