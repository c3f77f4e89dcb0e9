"""Signing in at a provider of the team's own: OpenID Connect, authorization code with PKCE, state and nonce.

What is sent to the provider and back is Authlib's business, which comes with `incident-kb[oidc]`; what stands here is
who gets in.  A sign-in that was begun is kept for ten minutes, under a value in the browser's cookie, and ends with the
first answer to it: an answer that is not of this browser, of another provider, for another application, expired or used
already lets nobody in, and is told in a sentence.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from kb.configuration.file import ConfigurationFile
from kb.configuration.sections import SignIn
from kb.errors import KbError
from kb.model.role import Role
from kb.text.times import utc_now

if TYPE_CHECKING:
    from authlib.integrations.starlette_client import StarletteOAuth2App

BACK = "/sign-in/back"
"""Where the provider sends people back to."""
LASTS = timedelta(minutes=10)
"""From the way to the provider to the way back."""
MISSING = (
    "people cannot sign in at their provider, since Authlib is not installed; pip install 'incident-kb[oidc]'"
)
_MOST = 10_000
"""Sign-ins under way; of more, the oldest ends."""
_KNOWN_FOR = timedelta(hours=1)
"""How long what a provider tells of itself is used; a new key is asked for at once."""
_SECONDS, _LEEWAY = 10, 60
"""How long a provider may take, and by how much its clock may differ."""
_SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What may sign who somebody is: keys of which the provider alone has the secret half."""
_NAMES = ("preferred_username", "email", "sub")
_LONGEST_NAME = 60


class NotSignedIn(KbError):
    """Nobody got in; `by_us` where not the person but this server or the provider must be mended."""

    def __init__(self, said: str, *, by_us: bool = False) -> None:
        super().__init__(said)
        self.by_us = by_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who signed in at the provider, and what they may do here."""

    name: str
    role: Role
    id_token: str = field(default="", repr=False)
    """What the provider signed of them, by which it knows who signs out."""

    def ended(self, today: date) -> bool:
        """Whether the right has ended: never before the session does."""
        del today
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    state: str
    nonce: str
    verifier: str
    goes_on: str
    ends: datetime


class _Client:
    """One provider, as it tells of itself, and what is asked of it."""

    def __init__(self, said: SignIn, secret: str, until: datetime) -> None:
        self.said, self.secret, self.until = said, secret, until
        self.host = urlsplit(said.issuer).hostname or said.issuer
        self.back = f"{said.address.rstrip('/')}{BACK}"

    @cached_property
    def _app(self) -> StarletteOAuth2App:
        from authlib.integrations.starlette_client import StarletteOAuth2App

        return StarletteOAuth2App(
            None,
            "provider",
            client_id=self.said.client_id,
            client_secret=self.secret or None,
            server_metadata_url=f"{self.said.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(("openid", *self.said.scopes)),
                "code_challenge_method": "S256",
                "timeout": _SECONDS,
            },
        )

    async def begin(self) -> dict[str, str]:
        """`url` of the provider, with the `state`, `nonce` and `code_verifier` that belong to it."""
        app = self._app
        told = await app.load_server_metadata()
        if told.get("issuer") != self.said.issuer:
            raise NotSignedIn(
                f"{self.host} calls itself {str(told.get('issuer'))[:200]!r}, and kb.toml calls it"
                f" {self.said.issuer!r}. Whoever runs this server makes sign_in.issuer the same, to the letter.",
                by_us=True,
            )
        signed = told.get("id_token_signing_alg_values_supported") or ["RS256"]
        told["id_token_signing_alg_values_supported"] = [one for one in signed if one in _SIGNED]
        ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if self.secret and "client_secret_basic" not in ways:
            app.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"
        begun: dict[str, str] = await app.create_authorization_url(self.back)
        return begun

    async def claims(self, code: str, begun: _Begun) -> tuple[Mapping[str, Any], str]:
        """What the provider signs of who came back with a code, read and as it was sent."""
        app = self._app
        token = await app.fetch_access_token(self.back, code=code, code_verifier=begun.verifier)
        claims = await app.parse_id_token(
            token,
            nonce=begun.nonce,
            claims_options={
                "iss": {"essential": True, "value": self.said.issuer},
                "aud": {"essential": True, "value": self.said.client_id},
            },
            leeway=_LEEWAY,
        )
        if claims is None:
            raise NotSignedIn(f"{self.host} did not say who you are: it sent no ID token.", by_us=True)
        if self._says_all(claims) or not app.server_metadata.get("userinfo_endpoint"):
            return dict(claims), token["id_token"]
        further = await app.userinfo(token=token)  # many providers tell the rest there
        said = {**further, **claims} if further.get("sub") == claims["sub"] else dict(claims)
        return said, token["id_token"]

    async def way_out(self, id_token: str) -> str:
        """The address at which a person signs out of the provider; empty where it names none."""
        told = await self._app.load_server_metadata()
        there = str(told.get("end_session_endpoint") or "")
        if urlsplit(there).scheme not in ("https", "http"):
            return ""
        said = urlencode({"id_token_hint": id_token, "client_id": self.said.client_id})
        return f"{there}{'&' if urlsplit(there).query else '?'}{said}"

    def _says_all(self, claims: Mapping[str, Any]) -> bool:
        return bool(claims.get(self.said.name_claim)) and bool([*_values(claims, self.said.roles_claim)])


class Provider:
    """The provider of one server: `[sign_in]` of its kb.toml, as that stands now."""

    def __init__(self, configuration: ConfigurationFile, clock: Callable[[], datetime] = utc_now) -> None:
        self._configuration, self._clock = configuration, clock
        self._begun = dict[str, _Begun]()
        self._ways_out = dict[str, tuple[str, datetime]]()
        self._asked: _Client | None = None

    @property
    def host(self) -> str:
        """Where people sign in; empty where kb.toml names no provider."""
        said = self._configuration.current().sign_in
        return (urlsplit(said.issuer).hostname or "") if said else ""

    @property
    def is_over_tls(self) -> bool:
        """Whether people reach the page by https."""
        said = self._configuration.current().sign_in
        return bool(said and said.address.startswith("https:"))

    async def begin(self, goes_on: str) -> tuple[str, str]:
        """The address to sign in at, and what the browser must come back with.  Raises NotSignedIn."""
        client = self._client()
        with _told(client.host):
            begun = await client.begin()
        key, now = secrets.token_urlsafe(32), self._clock()
        while len(self._begun) >= _MOST:
            del self._begun[next(iter(self._begun))]
        self._begun[key] = _Begun(
            state=begun["state"],
            nonce=begun["nonce"],
            verifier=begun["code_verifier"],
            goes_on=goes_on,
            ends=now + LASTS,
        )
        return begun["url"], key

    async def end(self, key: str, came: Mapping[str, str]) -> tuple[Person, str]:
        """Who came back, and where they wanted to go.  Raises NotSignedIn."""
        client = self._client()
        begun = self._begun.pop(key, None)
        if begun is None or self._clock() >= begun.ends:
            raise NotSignedIn(
                "This sign-in was not begun in this browser, was ended already, or took longer than ten minutes."
                " Nobody was signed in by it; begin anew."
            )
        if not hmac.compare_digest(came.get("state", "").encode("utf-8", "replace"), begun.state.encode()):
            raise NotSignedIn(
                "What came back does not belong to the sign-in that you began, so nobody was signed in. Begin anew."
            )
        if came.get("iss", client.said.issuer) != client.said.issuer:
            raise NotSignedIn("Another provider answered than the one asked, so nobody was signed in.")
        if error := came.get("error"):
            raise NotSignedIn(_denied(client.host, error, came.get("error_description", "")))
        with _told(client.host):
            claims, id_token = await client.claims(came.get("code", ""), begun)
        return _person(claims, client, id_token), begun.goes_on

    async def leave(self, person: Person) -> str:
        """What a browser comes back with to sign out of the provider, too; empty where that names no way to."""
        try:
            client = self._client()
            with _told(client.host):
                there = await client.way_out(person.id_token)
        except NotSignedIn:  # it is gone, or not asked any more: out of here they are in any case
            return ""
        if not there:
            return ""
        key = secrets.token_urlsafe(32)
        while len(self._ways_out) >= _MOST:
            del self._ways_out[next(iter(self._ways_out))]
        self._ways_out[key] = there, self._clock() + LASTS
        return key

    def knows_way_out(self, key: str) -> bool:
        """Whether somebody signed out here a moment ago, and may at the provider."""
        return key in self._ways_out and self._clock() < self._ways_out[key][1]

    def way_out(self, key: str) -> str:
        """Where they do so; once, and empty for who did not sign out here."""
        found = self._ways_out[key][0] if self.knows_way_out(key) else ""
        self._ways_out.pop(key, None)
        return found

    def _client(self) -> _Client:
        if is_missing():
            raise NotSignedIn(f"{MISSING[0].upper()}{MISSING[1:]}", by_us=True)
        said, now = self._configuration.current().sign_in, self._clock()
        if said is None:
            raise NotSignedIn("No provider is set up here any more. Sign in with a token.", by_us=True)
        secret = self._configuration.secret(said, "secret")
        asked = self._asked
        if asked is None or (asked.said, asked.secret) != (said, secret) or now >= asked.until:
            asked = self._asked = _Client(said, secret, now + _KNOWN_FOR)
        return asked


def is_missing() -> bool:
    """Whether Authlib is not installed."""
    return find_spec("authlib") is None


def _person(claims: Mapping[str, Any], client: _Client, id_token: str) -> Person:
    """Who it is here.  Raises NotSignedIn for somebody without a role."""
    said = client.said
    names = (claims.get(one) for one in (said.name_claim, *_NAMES))
    name = next(
        (" ".join(one.split())[:_LONGEST_NAME] for one in names if isinstance(one, str) and one.strip()), ""
    )
    given = [said.roles[one] for one in _values(claims, said.roles_claim) if one in said.roles]
    if not given:
        raise NotSignedIn(
            f"{client.host} knows you as {name}, but nothing in your {said.roles_claim} lets you in here."
            " Whoever runs this server decides that, in kb.toml: [sign_in.roles]."
        )
    return Person(name=name, role=max(given, key=list(Role).index), id_token=id_token)


def _values(claims: Mapping[str, Any], path: str) -> Iterator[str]:
    """The texts of a claim, by its name, else by the path of dots that leads to it."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    found = [found] if isinstance(found, str) else found
    return (one for one in (found if isinstance(found, Iterable) else ()) if isinstance(one, str))


def _denied(host: str, error: str, why: str) -> str:
    said = f": {' '.join(why.split())[:200]}" if why else ""
    if error == "access_denied":
        return f"{host} did not let you in, or you went back{said}."
    return f"{host} refused ({error[:60]}{said}). Begin anew; if that stays, tell whoever runs this server."


@contextmanager
def _told(host: str) -> Iterator[None]:
    """What goes wrong with a provider, as a sentence.  Raises NotSignedIn."""
    from authlib.integrations.base_client import OAuthError
    from httpx2 import HTTPError
    from joserfc.errors import JoseError

    try:
        yield
    except JoseError as error:
        raise NotSignedIn(_mistrusted(host, error)) from error
    except OAuthError as error:
        raise _refused(host, error.error or "", error.description or "") from error
    except HTTPError as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise NotSignedIn(
            f"{host} cannot be reached or does not answer as a provider ({said}). Try again, or sign in with a token.",
            by_us=True,
        ) from error
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise NotSignedIn(
            f"{host} does not answer as a provider of OpenID Connect ({said}). Whoever runs this server looks at"
            " sign_in.issuer in kb.toml.",
            by_us=True,
        ) from error


_CLAIMS = {
    "aud": "is meant for another application",
    "azp": "is meant for another application",
    "iss": "comes from another provider",
    "nonce": "belongs to another sign-in",
    "exp": "has expired",
    "iat": "is dated in the future: one of the clocks is wrong",
    "nbf": "does not hold yet: one of the clocks is wrong",
}


def _mistrusted(host: str, error: Exception) -> str:
    """Why what a provider signed is not believed."""
    from joserfc.errors import ClaimError, ExpiredTokenError

    why = "is not signed as it must be"
    if isinstance(error, ExpiredTokenError):
        why = _CLAIMS["exp"]
    elif isinstance(error, ClaimError):
        why = _CLAIMS.get(error.claim, f"says no good {error.claim}")
    return (
        f"What {host} sent of you {why}, so nobody was signed in."
        " Begin anew; if that stays, tell whoever runs this server."
    )


def _refused(host: str, error: str, why: str) -> NotSignedIn:
    """Why a provider gave nothing for a code."""
    if error == "invalid_client":
        said = "does not know this server: client_id or secret of [sign_in] in kb.toml is wrong"
        return NotSignedIn(f"{host} {said}. Whoever runs this server can mend that.", by_us=True)
    if error == "invalid_grant":
        return NotSignedIn(
            f"{host} does not take this sign-in: it was used already, or took too long. Begin anew."
        )
    return NotSignedIn(_denied(host, error, why))
