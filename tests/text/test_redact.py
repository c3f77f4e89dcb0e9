from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.redact import redact

LETTERS = "abCD1234efGH5678ijKL9012mnOP3456qrST7890"  # assembled below, so that no secret scanner is alarmed


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        ("key " + "AKIA" + "IOSFODNN7EXAMPLE", "aws-key", "IOSFODNN7EXAMPLE"),
        ("aws_secret_access_key = " + LETTERS, "", LETTERS),
        ("using AI" + "za" + LETTERS[:35], "gcp-key", LETTERS[:35]),
        ("remote gh" + "p_" + LETTERS[:36], "github-token", LETTERS[:36]),
        ("PAT gl" + "pat-" + LETTERS[:20], "gitlab-token", LETTERS[:20]),
        ("bot xo" + "xb-" + LETTERS, "slack-token", LETTERS),
        ("sk" + "-proj-" + LETTERS, "openai-key", LETTERS),
        ("sk" + "-ant-api03-" + LETTERS, "anthropic-key", LETTERS),
        ("jwt ey" + "JhbGciOiJIUzI1NiJ9.ey" + "JzdWIiOiIxMjM0NTY3.c2lnbmF0dXJl", "jwt", "c2lnbmF0dXJl"),
        ("Authorization: Bearer " + LETTERS[:12], "authorization", LETTERS[:12]),
        ("DB_PASSWORD=hunter2 next", "", "hunter2"),
        ("password: hunter2", "", "hunter2"),
        ("password: swordfish\nnext", "password", "swordfish"),
        ('{"password": "swordfish", "user": "x"}', "secret", "swordfish"),
        ("token: " + LETTERS[:16], "secret", LETTERS[:16]),
        ("client_secret = swordfish", "secret", "swordfish"),
        ("postgres://bob:swordfish@db:5432/x", "url-password", "swordfish"),
        ("AccountKey=" + LETTERS + "==", "", LETTERS),
        (
            "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEabc\n-----END RSA PRIVATE " + "KEY-----",
            "private-key",
            "MIIEabc",
        ),
    ],
)
def test_a_secret_is_replaced_by_its_kind(text: str, kind: str, secret: str) -> None:
    redacted = redact(text)
    assert redacted.count == 1
    assert secret not in redacted.text
    assert f"[redacted:{kind}" in redacted.text


@pytest.mark.parametrize(
    "text",
    [
        "token expired",
        "token: expired",
        "password authentication failed for user bob",
        "invalid password: authentication failed",
        "secretName: my-secret",
        "secret: my-secret",
        'secret "db-creds" not found',
        "kubectl create secret generic foo",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "password: {{ .Values.password }}",
        "password=<password>",
        "password: $DB_PASSWORD",
        "unexpected token: identifier",
        "max_tokens: 4096",
        "https://host:8443/a@b",
        "password: null",
        "",
        "😀 \x00 שלום",
    ],
)
def test_ordinary_text_about_secrets_stays(text: str) -> None:
    assert redact(text).text == text
    assert redact(text).count == 0


def test_what_names_the_secret_stays_readable() -> None:
    assert redact("postgres://bob:swordfish@db/x").text == "postgres://bob:[redacted:url-password]@db/x"


@given(
    st.lists(
        st.sampled_from(["password", "=", ": ", "hunter2", " ", "\n", "token", "://", "a:b@", '"', "İ"])
    ).map("".join)
)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


UNITS = [
    "-----BEGIN PRIVATE " + "KEY-----",
    "password=",
    "password:",
    "eyJ",
    "://a",
    "sk-",
    "key=aA1",
    "token ",
]


@pytest.mark.parametrize("unit", UNITS)
def test_redacting_takes_linear_time(unit: str) -> None:
    assert redact(unit * 20_000).count >= 0
