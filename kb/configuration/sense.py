"""What `kb.toml` says against itself or against reason, although each value by itself may be so.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kb.configuration.sections import (
    Configuration,
    Database,
    GenericHook,
    Hook,
    HookLimits,
    HookTemplate,
    Links,
    Path,
    SignIn,
    Silence,
    Target,
)
from kb.expression import expression

if TYPE_CHECKING:
    from kb.model.notice import Target as Resolved

SHORTEST = 16
"""Characters that a token or secret must have: shorter ones can be guessed."""
LEAST_DAYS = 190
LEAST_IN_ALL = 4
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
    yield from _silences(said.silences)
    yield from _links(said.links)
    if said.sign_in:
        yield from _sign_in(said.sign_in)
    days = said.retention.lookups
    if isinstance(days, int) and days < LEAST_DAYS:
        why = "proposals are drafted from the lookups of half a year"
        yield ("retention", "lookups"), f"retention.lookups is {days}: {why}; give {LEAST_DAYS} or more"
    if said.database.connections < 0 or said.database.connections == 1:
        yield (
            ("database", "connections"),
            "database.connections must be 2 or more; a call may need two at a time",
        )
    if said.database.connections_in_all < 0 or 0 < said.database.connections_in_all < LEAST_IN_ALL:
        yield (
            ("database", "connections_in_all"),
            f"database.connections_in_all must be {LEAST_IN_ALL} or more; a call may need two at a time",
        )
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


def _template(place: str, path: Path, template: HookTemplate) -> Iterator[Mistake]:
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
        if lacks := [*lacking(target)]:
            yield path, f"notify[{number}] ({target.name}) needs {' and '.join(lacks)}"
        begins = ("smtp://", "smtps://") if target.kind == "mail" else ("http://", "https://")
        if target.url and not target.url.lower().startswith(begins):
            yield (*path, "url"), f"notify[{number}].url must begin with {' or '.join(begins)}"
        for field in ("token", "secret"):
            if 0 < len(getattr(target, field)) < SHORTEST:
                yield (*path, field), f"notify[{number}].{field} must have {SHORTEST} characters or more"


_IN_WORDS = {
    "url": "url_env (or url): where it listens",
    "token": "token_env (or token): the bot's",
    "channel": "channel: the id of the channel or room",
    "sender": "sender: whom mails are from",
    "to": "to: whom mails are to",
}
_NEEDS: dict[str, tuple[str, ...]] = {
    "matrix": ("url", "token", "channel"),
    "mail": ("url", "sender", "to"),
}
"""What a kind of target needs beside its URL."""


_OPENS_BY_URL = ("slack", "teams", "discord", "mattermost")
"""Kinds of targets whose incoming webhooks take messages from whoever knows their URL, if no token is sent along."""


def is_secret(holder: Hook | Target | SignIn | Database, field: str) -> bool:
    """Whether what stands in a field lets others in; of a URL, where it is the key: a webhook's, or with a password."""
    said = getattr(holder, field, "")
    if field != "url" or not said:
        return bool(said)
    place = urlsplit(said)
    if isinstance(holder, Target) and holder.kind in _OPENS_BY_URL and not (holder.token or holder.token_env):
        return True
    return bool(place.password or place.query)


def lacking(target: Target | Resolved) -> Iterator[str]:
    """What a target does not say and needs, in words; of a resolved one, what it does not have."""
    needed = _NEEDS.get(target.kind, ("url",))
    if target.kind in ("slack", "mattermost") and (target.token or getattr(target, "token_env", "")):
        needed = ("channel",) if target.kind == "slack" else ("url", "channel")
    for name in needed:
        if not (getattr(target, name) or getattr(target, f"{name}_env", "")):
            yield _IN_WORDS[name]


_HOURS = expression(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def _silences(silences: tuple[Silence, ...]) -> Iterator[Mistake]:
    for number, silence in enumerate(silences):
        path, place = ("silences", number), f"silences[{number}]"
        if silence.hours and not _HOURS.fullmatch(silence.hours):
            yield (*path, "hours"), f"{place}.hours is {silence.hours!r}, but must be like 22:00-04:00 (UTC)"
        if silence.ends is None and not silence.hours:
            yield path, f"{place} needs ends (or hours): else nobody would ever be told again"
        if silence.days and not silence.hours:
            yield (*path, "days"), f"{place}.days needs hours, such as 00:00-23:59"
        if silence.starts and silence.ends and _utc(silence.starts) >= _utc(silence.ends):
            yield (*path, "ends"), f"{place}.ends is before it starts"


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _links(links: Links) -> Iterator[Mistake]:
    for field in links.__struct_fields__:
        address, holds = getattr(links, field), "{path}" if field == "source" else "{id}"
        if address and not (address.startswith(("https://", "http://")) and holds in address):
            yield ("links", field), f"links.{field} must be an address of http or https with {holds} in it"


_HERE = ("localhost", "127.0.0.1", "::1")


def _sign_in(said: SignIn) -> Iterator[Mistake]:
    for field in ("issuer", "address"):
        place = urlsplit(getattr(said, field))
        safe = place.scheme == "https" or (place.scheme == "http" and place.hostname in _HERE)
        if not (safe and place.hostname) or place.query or place.fragment:
            yield (
                ("sign_in", field),
                f"sign_in.{field} must be an address of https (http on this machine alone), without ? and #",
            )
    if not said.client_id.strip():
        yield ("sign_in", "client_id"), "sign_in.client_id is empty; the provider tells it"
    if not said.roles:
        yield (
            ("sign_in", "roles"),
            'sign_in.roles is empty, so nobody could get in; give some, such as sre = "write"',
        )
