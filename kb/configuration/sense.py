"""What `kb.toml` says against itself or against reason, although each value by itself may be so.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.configuration.sections import (
    Configuration,
    GenericHook,
    Hook,
    HookLimits,
    Path,
    Target,
    Template,
)

SHORTEST = 16
"""Characters that a token or secret must have: shorter ones can be guessed."""
LEAST_DAYS = 190
"""The fewest days for which lookups are kept: proposals are drafted from those of half a year."""
Mistake = tuple[Path, str]
"""Where, and what is wrong there."""


def senseless(said: Configuration) -> Iterator[Mistake]:
    """Every such mistake."""
    yield from _services(said)
    for name, hook in said.hooks.named().items():
        yield from _hook(name, hook)
    yield from _rules(said)
    yield from _limits(said.hooks.limits)
    yield from _targets(said.notify)
    days = said.retention.lookups
    if isinstance(days, int) and days < LEAST_DAYS:
        why = "proposals are drafted from the lookups of half a year"
        yield ("retention", "lookups"), f"retention.lookups is {days}: {why}; give {LEAST_DAYS} or more"
    if said.retention.deliveries < 1:
        yield ("retention", "deliveries"), "retention.deliveries must be 1 or more"


def _services(said: Configuration) -> Iterator[Mistake]:
    owners = {name.casefold(): name for name in said.services}
    for name, service in said.services.items():
        for number, alias in enumerate(service.aliases):
            owner = owners.setdefault(alias.casefold(), name)
            if owner != name:
                message = (
                    f'services.{name}.aliases: "{alias}" is a name of {owner}, too; keep it with one of them'
                )
                yield ("services", name, "aliases", number), message


def _hook(name: str, hook: Hook) -> Iterator[Mistake]:
    place, path = f"hooks.{name.replace('/', '.')}", ("hooks", *name.split("/"))
    if not any((hook.token, hook.token_env, hook.secret, hook.secret_env)):
        yield (
            path,
            f"{place} needs token_env or secret_env (or token, secret): else anybody could send alerts",
        )
    for field in ("token", "secret"):
        given = getattr(hook, field)
        if given and (len(given) < SHORTEST or not given.isascii() or any(sign.isspace() for sign in given)):
            yield (*path, field), f"{place}.{field} must have {SHORTEST} characters or more, without blanks"
    if isinstance(hook, GenericHook):
        yield from _template(place, path, hook.template)


def _template(place: str, path: Path, template: Template) -> Iterator[Mistake]:
    if not template.name:
        yield (
            (*path, "template"),
            f'{place}.template needs name: where the alert\'s name stands, such as "title"',
        )
    import jmespath  # only homes with a template of their own need it
    from jmespath.exceptions import ParseError

    for field in template.__struct_fields__:
        expression: Any = getattr(template, field)
        if isinstance(expression, str) and expression:
            try:
                jmespath.compile(expression)
            except ParseError as error:
                told = " ".join(str(error).split())
                message = f"{place}.template.{field} is no JMESPath expression: {told}"
                yield (*path, "template", field), message


def _rules(said: Configuration) -> Iterator[Mistake]:
    hooks = said.hooks.named()
    for number, rule in enumerate(said.hooks.open):
        path: Path = ("hooks", "open", number)
        if rule.alerts < 1:
            yield (*path, "alerts"), f"hooks.open[{number}].alerts must be 1 or more"
        for at, name in enumerate(rule.hooks):
            if name not in hooks:
                there = f"there are: {', '.join(hooks)}" if hooks else "none is set up"
                message = f'hooks.open[{number}].hooks: "{name}" is no hook of this file; {there}'
                yield (*path, "hooks", at), message


def _limits(limits: HookLimits) -> Iterator[Mistake]:
    for field in limits.__struct_fields__:
        if getattr(limits, field) < 1:
            yield ("hooks", "limits", field), f"hooks.limits.{field} must be 1 or more"


def _targets(targets: tuple[Target, ...]) -> Iterator[Mistake]:
    seen = set[str]()
    for number, target in enumerate(targets):
        path: Path = ("notify", number)
        if target.name.casefold() in seen:
            yield (
                (*path, "name"),
                f'notify[{number}].name: "{target.name}" stands twice; give each its own name',
            )
        seen.add(target.name.casefold())
        if not (target.url or target.url_env):
            yield path, f"notify[{number}] ({target.name}) needs url_env (or url): where it listens"
