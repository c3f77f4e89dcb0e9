"""The sections of `kb.toml`, as values.  What stands below a field is what `docs/configuration.md` says of it.

A secret is named by the environment variable that holds it (`token_env`) or stands in the file itself (`token`); where
both are given, the environment goes first.  Nothing here asks the environment or a file (`kb.configuration.file`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from kb.errors import Problem
from kb.model.entry import Severity
from kb.model.role import Role

FILE = "kb.toml"
"""What the file is called in messages."""
Path = tuple[str | int, ...]
"""Where a value stands: `("hooks", "open", 0, "severity")`."""


class Service(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A service, under the name that kb writes: `[services.orders]`."""

    aliases: tuple[str, ...] = ()
    """Other names of it, in alerts and questions; capital letters do not matter."""
    team: str = ""
    """Who owns it."""


class Hook(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Who may send to `/hooks/<tool>`: whoever knows the token, or signs with the secret. One of them is needed."""

    token: str = ""
    """The token itself, 16 characters or more; better in the environment."""
    token_env: str = ""
    """The environment variable that holds the token."""
    token_in_url: bool = False
    """Whether `?token=…` is taken as well, for tools that can send nothing else; URLs end up in logs of proxies."""
    secret: str = ""
    """The secret that the tool signs with, itself; better in the environment."""
    secret_env: str = ""
    """The environment variable that holds the secret."""


class HookTemplate(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Where a message of your own says what, each a JMESPath expression over its JSON."""

    alerts: str = "@"
    """The alerts of the message: a list, or one object. The expressions below are asked of each."""
    name: str = ""
    """What the alert is called. Needed."""
    text: str = ""
    """What it says beside its name: a text or a list of texts."""
    service: str = ""
    """The service it is about."""
    environment: str = ""
    """Where it is so."""
    severity: str = ""
    """How severe it is, as the sender writes it; `[severity]` says what its words mean."""
    state: str = ""
    """Whether it still is so; `over` has the words for "no"."""
    starts: str = ""
    """When it began: ISO 8601, or seconds since 1970."""
    ends: str = ""
    """When it was over."""
    labels: str = ""
    """Labels: an object of names and values; those of a runbook's commands are filled in from them."""
    group: str = ""
    """What tells one trouble from another, asked of the whole message; else name, service and environment do."""
    delivery: str = ""
    """The id of the delivery, asked of the whole message; else the header `Idempotency-Key`, else the content."""
    over: tuple[str, ...] = ("resolved", "ok", "closed", "recovered", "normal", "up", "false")
    """The words of `state` that say that it is over; capital letters do not matter."""


class GenericHook(Hook, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A hook of your own, `/hooks/generic/<name>`: as above, with where to read what."""

    template: HookTemplate
    """Where the message says what."""
    signature_header: str = "X-Hub-Signature-256"
    """The header with the HMAC-SHA256 of the body (of `timestamp:body` with a `timestamp_header`) in hex."""
    timestamp_header: str = ""
    """The header with the signed time, seconds since 1970."""


class OpenRule(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What opens an incident: all that a rule says must hold, and one rule is enough: `[[hooks.open]]`."""

    severity: Severity | None = None
    """As severe as this, or more; without it, any severity, also one that nobody told."""
    alerts: int = 1
    """So many alerts of the group must fire."""
    services: tuple[str, ...] = ()
    """Of one of these services; empty: of any, also one that is not known."""
    environments: tuple[str, ...] = ()
    """In one of these environments; empty: anywhere."""
    hooks: tuple[str, ...] = ()
    """Sent by one of these hooks, such as `alertmanager` or `generic/deploys`; empty: by any."""


class HookLimits(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """How much alerts may do: `[hooks.limits]`."""

    incidents: int = 50
    """So many incidents are opened by alerts within `minutes`; what else would open one is noted in the newest."""
    minutes: int = 10
    """The window of `incidents` and `flaps`."""
    flaps: int = 3
    """An alert that ended so often within `minutes` flaps: its incident stays open until it was quiet as long."""
    update_seconds: int = 60
    """What further alerts say of an incident is told once in so many seconds."""


class Hooks(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Who may send alerts, and what they open."""

    alertmanager: Hook | None = None
    grafana: Hook | None = None
    cloudwatch: Hook | None = None
    azure: Hook | None = None
    gcp: Hook | None = None
    opsgenie: Hook | None = None
    pagerduty: Hook | None = None
    victorops: Hook | None = None
    servicenow: Hook | None = None
    datadog: Hook | None = None
    newrelic: Hook | None = None
    sentry: Hook | None = None
    graylog: Hook | None = None
    zabbix: Hook | None = None
    nagios: Hook | None = None
    icinga: Hook | None = None
    checkmk: Hook | None = None
    sensu: Hook | None = None
    uptimerobot: Hook | None = None
    pingdom: Hook | None = None
    site24x7: Hook | None = None
    checkly: Hook | None = None
    kubernetes: Hook | None = None
    flux: Hook | None = None
    generic: dict[str, GenericHook] = {}
    open: tuple[OpenRule, ...] = ()
    limits: HookLimits = HookLimits()

    def named(self) -> dict[str, Hook]:
        """The hooks that are set up, by the name that their address ends in: `alertmanager`, `generic/deploys`."""
        tools = {name: hook for name in TOOLS if (hook := getattr(self, name)) is not None}
        return {**tools, **{f"generic/{name}": hook for name, hook in self.generic.items()}}


TOOLS = tuple(name for name in Hooks.__struct_fields__ if name not in ("generic", "open", "limits"))
"""The tools that have an address of their own below `/hooks/`."""


class When(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a target is told of."""

    severity: Severity | None = None
    """As severe as this, or more; without it, any severity."""
    services: tuple[str, ...] = ()
    """Of one of these services; empty: of any."""
    environments: tuple[str, ...] = ()
    """In one of these environments; empty: anywhere."""


class Target(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Somebody who is told of incidents: `[[notify]]`."""

    name: str
    """What it is called, once in the file."""
    kind: Literal["slack", "teams", "mattermost", "matrix", "discord", "json", "mail"]
    """What listens there."""
    url: str = ""
    """Where it listens; of a webhook it is a secret, and better in the environment. Mail: `smtp://` or `smtps://`."""
    url_env: str = ""
    """The environment variable that holds the URL."""
    token: str = ""
    """The bot's (Slack, Mattermost, Matrix), by which there are threads; a bearer's (JSON); the mailbox' password."""
    token_env: str = ""
    """The environment variable that holds the token."""
    secret: str = ""
    """What presses of buttons are checked by (Slack: the app's; Mattermost: your own), or what JSON is signed with."""
    secret_env: str = ""
    """The environment variable that holds the secret."""
    channel: str = ""
    """With a token, the id of the channel or room; `forum` where Discord's webhook is of a forum, for threads."""
    callback: str = ""
    """Where Mattermost reaches `/hooks/mattermost` of `kb serve`; without it there are no buttons."""
    sender: str = ""
    """Of mail, whom it is from."""
    to: tuple[str, ...] = ()
    """Of mail, whom it is to."""
    when: When = When()
    """What it is told of; without it, of everything."""
    template: str = ""
    """The file of a Jinja template of your own, below the home: its lines stand in place of kb's."""


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Silence(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """When nobody is told, as during maintenance: `[[silences]]`. What still goes on at its end is told then."""

    reason: str
    """Why, for whoever wonders."""
    starts: datetime | None = None
    """From when on, such as `2026-12-24T22:00:00Z`; without a zone it is UTC. Empty: from ever."""
    ends: datetime | None = None
    """Until when. Needed, unless `hours` says when it ends each time."""
    days: tuple[Weekday, ...] = ()
    """Only on these days, those of UTC on which `hours` begins; empty: on each."""
    hours: str = ""
    """Only in these hours of UTC, such as `22:00-04:00`."""
    services: tuple[str, ...] = ()
    """Only incidents all of whose services are among these; empty: all incidents."""
    environments: tuple[str, ...] = ()
    """Only in one of these environments; empty: anywhere."""


class SignIn(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """How people sign in to the page at your provider (OpenID Connect), beside tokens: `[sign_in]`."""

    issuer: str
    """The provider, by the name that it signs with, such as `https://id.example.org/realms/ops`."""
    client_id: str
    """What the provider calls this server."""
    secret: str = ""
    """The client's secret, itself; better in the environment. A public client has none."""
    secret_env: str = ""
    """The environment variable that holds the secret."""
    address: str
    """Where people reach the page; with `/sign-in/back` behind it, the one redirect to allow at the provider."""
    scopes: tuple[str, ...] = ("profile", "email")
    """What is asked for beside `openid`; many providers give groups by a scope of their own, such as `groups`."""
    name_claim: str = "name"
    """The claim in whose name everything is written; else `preferred_username`, `email`, `sub`."""
    roles_claim: str = "groups"
    """The claim that `roles` looks at: a text or a list; dots go into objects, as in `realm_access.roles`."""
    roles: dict[str, Role]
    """What the values of that claim may do, such as `sre = "write"`; the most counts, and who has none stays out."""


class Links(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Where people read more; `{id}` stands for the id."""

    entry: str = ""
    """The address of an entry, such as `https://kb.example.org/entries/{id}`; without it, no links to entries."""
    incident: str = ""
    """The address of an incident; without it, no links to incidents."""
    source: str = ""
    """The address of a file that entries come from, such as `https://git.example.org/blob/main/{path}#L{line}`."""


class Database(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A PostgreSQL database in place of `state/kb.db`, for hosts that share one home: `[database]`."""

    url: str = ""
    """Where it is, such as `postgresql://kb@db.example.org/kb`; one with a password is better in the environment."""
    url_env: str = ""
    """The environment variable that holds the URL. `KB_DATABASE_URL` goes before both."""
    connections: int = 0
    """How many connections a process may have at a time, as each tenant and as the home, 2 or more; 0 takes 8."""
    connections_in_all: int = 0
    """How many it may have as all of them together, 4 or more; 0 takes 32. What is done once holds others beside."""


KEPT_DAYS = 400
"""Days after which what nobody needs is swept: a year, and what a yearly look back takes."""


class Retention(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """How long what happened is kept."""

    lookups: int | Literal["off"] = KEPT_DAYS
    """Days after which old lookups that came to nothing are swept, 190 or more; `off`: only `kb sweep` does it."""
    deliveries: int = 7
    """Days for which deliveries of webhooks are kept, 1 or more; so long the same one is known again."""


class Configuration(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """All that `kb.toml` may say."""

    services: dict[str, Service] = {}
    """The services, by the name that kb writes."""
    severity: dict[str, Severity] = {}
    """What the words of your own scale mean, such as `page = "SEV1"`; they go before what kb takes words for."""
    hooks: Hooks = Hooks()
    """Who may send alerts, and what they open."""
    notify: tuple[Target, ...] = ()
    """Who is told."""
    silences: tuple[Silence, ...] = ()
    """When nobody is told."""
    links: Links = Links()
    """Where people read more."""
    sign_in: SignIn | None = None
    """How people sign in, beside tokens."""
    retention: Retention = Retention()
    """How long things are kept."""
    database: Database = Database()
    """Where the database is, if it is no file of the home."""

    def service_named(self, name: str) -> str:
        """The service that a name stands for; the name itself where no service has it."""
        wanted = name.casefold()
        for service, said in self.services.items():
            if wanted in (service.casefold(), *(alias.casefold() for alias in said.aliases)):
                return service
        return name

    def scale(self) -> dict[str, Severity]:
        """What words of severity mean here, in small letters."""
        return {word.casefold().strip(): severity for word, severity in self.severity.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its values, which of them it says itself, and its mistakes."""

    values: Configuration = Configuration()
    problems: tuple[Problem, ...] = ()
    said: tuple[Path, ...] = ()
    """The places of the plain values that the file says, in its order."""
    text: str = ""


SECRETS = ("token", "secret", "url")
"""The fields that may stand in the environment instead: `token_env` names the variable of `token`."""
