"""Whether a name is that of a secret, and how much its value must look like one.  Pure.

A name is read as its words (`DB_PASS`, `bindPW`, `x-api-key`): what it names is its last word, but for words such as
a number or `value` behind it.  So `password_policy` and `max_tokens` name no secret.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from kb.expression import expression


class Names(IntEnum):
    """What a name says of its value."""

    NOTHING = 0
    ANYTHING = 1
    """A key of any kind, a signature, a session: a secret only if it looks made by chance, and is long."""
    KEY = 2
    """A key that opens something: a secret if it is a word with letters and digits, of some length."""
    SECRET = 3
    """A secret or a token: its value, unless it reads like the name of one."""
    PASSWORD = 4
    """A password: its value, whatever it looks like."""


MARKS = (
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "key",
    "cred",
    "auth",
    "psk",
    "cookie",
    "salt",
    "signature",
    "sig=",
    "sas=",
    "sas:",
    "session",
    "sid=",
    "otp",
    "contrase",
    "kennwort",
    "senha",
    "jwt",
    "dsn",
)
"""What a name of a secret has in it."""

_WORD = expression(r"[A-Z]+(?![a-z])|[A-Z]?(?:(?![A-Z])[^\W\d_])+|\d+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BEHIND = _words("""
    value val b64 base64 plain plaintext text string str raw old new current default prod stage
    staging dev test hash hashed salt encrypted enc hex primary secondary main backup v data pem in
    out base
""")
_PASSWORDS = _words("""
    password passwd passphrase passcode pwd pw pass passwort kennwort senha contrasena contraseña
    contrasenya requirepass masterauth passwords psk pw1 passe
""")
_PASSWORD_ENDS = ("password", "passwd", "passphrase", "passwort", "pwd", "passwords")
_NO_PASSWORDS = _words("""
    bypass compass encompass surpass trespass overpass underpass multipass oldpwd cwd
""")
_SECRETS = _words("""
    secret secrets token credential credentials cred creds jwt otp tokens apikey apitoken
""")
_SECRET_ENDS = (
    "secret",
    "secrets",
    "token",
    "apikey",
    "credentials",
    "secretkey",
    "accesskey",
    "privatekey",
    "authkey",
)
_OPENS = _words("""
    api access secret private account encryption signing sign session routing service integration
    master auth authentication authorization jwt hmac webhook cipher crypt crypto storage admin
    client subscription host function write read app application shared deploy license licence
    server bot user project consumer customer env ingest intake push refresh security security
    cookie flask django rails fernet aes rsa ssh gpg pgp tls ssl root vault stripe sendgrid twilio
    datadog newrelic mailgun sentry pagerduty opsgenie openai anthropic google aws azure gcp github
    gitlab slack cloudflare algolia
""")
_NO_KEYS = _words("""
    cache primary foreign sort partition idempotency object row public s3 unique composite natural
    message kafka record group bucket shard hash range index lookup map dict lock config setting
    redis memcached column fk pk registry issue translation i18n dedup deduplication fingerprint
    state topic item answer hot
""")

_SYNTAX = _words("""
    unexpected illegal next expected near unrecognized stray
""")
"""What stands before the tokens of a parser."""


@lru_cache(maxsize=4096)
def names(name: str, before: str = "") -> Names:
    """What `name` says of the value that follows; `before` is the word before it, for `api key`."""
    words = [word.lower() for word in _WORD.findall(name)]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _BEHIND):
        words.pop()
    if not words:
        return Names.NOTHING
    last, rest = words[-1], words[:-1] or [before.lower()]
    joined = "".join(words)
    if last in _NO_PASSWORDS or joined in _NO_PASSWORDS:
        return Names.NOTHING
    if last in _PASSWORDS or last.endswith(_PASSWORD_ENDS) or _ends_in_short(last):
        return Names.PASSWORD
    if last == "token" and rest[-1] in _SYNTAX:
        return Names.NOTHING
    if last in _SECRETS or joined.endswith(_SECRET_ENDS):
        return Names.SECRET
    if last == "key" or (last.endswith("key") and last[:-3] in _OPENS):
        return _of_key([*rest, last[:-3]])
    if last in (
        "auth",
        "signature",
        "sig",
        "sas",
        "cookie",
        "session",
        "sid",
        "salt",
        "dsn",
    ) or last.endswith("sessionid"):
        return Names.ANYTHING
    if last == "id" and rest and rest[-1] in ("secret", "session"):
        return Names.ANYTHING
    return Names.NOTHING


def _of_key(before: list[str]) -> Names:
    said = {word for word in before if word}
    if said & _NO_KEYS:
        return Names.NOTHING
    if said & {"secret", "private", "access", "api", "account", "encryption", "master"}:
        return Names.SECRET
    return Names.KEY if said & _OPENS else Names.ANYTHING


def _ends_in_short(word: str) -> bool:
    """`dbpass`, `rootpw`: a short word for a password behind another, written as one."""
    return word.endswith(("pass", "pw")) and len(word) <= 16 and word not in ("pass", "pw")
