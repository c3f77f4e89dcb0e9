"""Who is believed: tokens in the ways that tools can send them, signatures as vendors make them, and no replays."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from kb.configuration.reading import read_text
from kb.configuration.sections import TOOLS
from kb.hooks.senders import SENDERS, sender_of
from kb.hooks.signing import Proof, Refusal, refusal
from tests.hooks.sending import signed

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
SECONDS = str(int(NOW.timestamp()))
BODY = b'{"status": "firing"}'
TOKEN, SECRET = "a-token-of-some-length", "a-secret-of-some-length"


def why_not(
    tool: str, headers: dict[str, str], body: bytes = BODY, proof: Proof | None = None, url: str = ""
) -> object:
    asked = proof or Proof(TOKEN, SECRET)
    return refusal(asked, SENDERS[tool].signature, headers, body, url_token=url, now=NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer  {TOKEN}"},
        {"authorization": "Basic " + base64.b64encode(f"anybody:{TOKEN}".encode()).decode()},
        {"x-kb-token": TOKEN},
        {"x-gitlab-token": TOKEN},
    ],
)
def test_a_token_is_taken_in_every_way_in_which_tools_can_send_it(headers: dict[str, str]):
    assert why_not("alertmanager", headers) is None


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, Refusal.NO_PROOF),
        ({"authorization": f"Bearer {TOKEN}x"}, Refusal.WRONG_TOKEN),
        ({"authorization": f"Bearer {TOKEN[:-1]}"}, Refusal.WRONG_TOKEN),
        ({"authorization": "Bearer "}, Refusal.NO_PROOF),
        ({"authorization": f"Digest {TOKEN}"}, Refusal.NO_PROOF),
        ({"authorization": "Basic %%%"}, Refusal.NO_PROOF),
        ({"x-token-kb": TOKEN}, Refusal.NO_PROOF),
        ({"x-kb-token": "ünïcode"}, Refusal.WRONG_TOKEN),
    ],
)
def test_what_is_no_token_of_the_hook_is_refused(headers: dict[str, str], why: Refusal):
    assert why_not("alertmanager", headers) is why


def test_a_token_in_the_address_is_taken_only_where_the_hook_says_so():
    assert why_not("azure", {}, proof=Proof(TOKEN), url=TOKEN) is Refusal.NO_PROOF
    assert why_not("azure", {}, proof=Proof(TOKEN, token_in_url=True), url=TOKEN) is None


def test_a_hook_with_only_a_secret_takes_no_token_and_an_empty_one_least_of_all():
    assert (
        why_not("pagerduty", {"authorization": f"Bearer {TOKEN}"}, proof=Proof("", SECRET))
        is Refusal.NO_PROOF
    )
    assert why_not("pagerduty", {"x-kb-token": ""}, proof=Proof("", SECRET)) is Refusal.NO_PROOF


def test_signatures_are_taken_as_each_vendor_makes_them():
    plain = signed(SECRET, BODY)
    timed = signed(SECRET, SECONDS.encode() + b":" + BODY)

    assert why_not("pagerduty", {"x-pagerduty-signature": f"v1={plain}"}) is None
    assert why_not("pagerduty", {"x-pagerduty-signature": f"v1={'0' * 64},v1={plain}"}) is None
    assert why_not("grafana", {"x-grafana-alerting-signature": plain}) is None
    assert (
        why_not("grafana", {"x-grafana-alerting-signature": timed, "x-grafana-alerting-timestamp": SECONDS})
        is None
    )
    assert why_not("sentry", {"sentry-hook-signature": plain, "sentry-hook-timestamp": SECONDS}) is None
    assert why_not("checkly", {"x-checkly-signature": plain}) is None
    assert why_not("alertmanager", {"x-hub-signature-256": f"sha256={plain}"}) is None


@pytest.mark.parametrize(
    "given",
    ["", "v1=", "v1=" + "0" * 64, "v2={right}", "{right}", "v1={right}0", "v1=ünïcode", ",,,,", "v1={other}"],
)
def test_a_forged_signature_is_refused_even_beside_a_right_token(given: str):
    header = given.format(right=signed(SECRET, BODY), other=signed(SECRET, BODY + b" "))

    headers = {"x-pagerduty-signature": header, "authorization": f"Bearer {TOKEN}"}
    assert why_not("pagerduty", headers) is Refusal.WRONG_SIGNATURE


def test_a_body_that_was_changed_by_a_byte_is_refused():
    headers = {"x-hub-signature-256": f"sha256={signed(SECRET, BODY)}"}

    assert why_not("alertmanager", headers, BODY.replace(b"firing", b"Firing")) is Refusal.WRONG_SIGNATURE


@pytest.mark.parametrize(
    ("seconds", "why"),
    [(-301, Refusal.TOO_OLD), (-299, None), (0, None), (299, None), (301, Refusal.TOO_OLD)],
)
def test_a_message_is_taken_within_five_minutes_of_the_time_that_is_signed_with_it(seconds: int, why: object):
    at = str(int(NOW.timestamp()) + seconds)
    headers = {
        "x-grafana-alerting-signature": signed(SECRET, at.encode() + b":" + BODY),
        "x-grafana-alerting-timestamp": at,
    }

    assert why_not("grafana", headers) is why


def test_another_time_beside_an_old_signature_does_not_make_it_new():
    old = str(int(NOW.timestamp()) - 4000)
    headers = {
        "x-grafana-alerting-signature": signed(SECRET, old.encode() + b":" + BODY),
        "x-grafana-alerting-timestamp": SECONDS,
    }

    assert why_not("grafana", headers) is Refusal.WRONG_SIGNATURE
    assert why_not("grafana", {**headers, "x-grafana-alerting-timestamp": ""}) is Refusal.WRONG_SIGNATURE


def test_a_time_that_is_none_is_refused():
    headers = {
        "x-grafana-alerting-signature": signed(SECRET, b"soon:" + BODY),
        "x-grafana-alerting-timestamp": "soon",
    }

    assert why_not("grafana", headers) is Refusal.NO_TIME


def test_every_tool_with_an_address_has_a_row():
    assert set(SENDERS) == set(TOOLS)


def test_a_hook_of_ones_own_signs_in_the_header_that_it_names():
    said = read_text(
        "[hooks.generic.a]\nsecret_env = 'A'\nsignature_header = 'X-Mine'\ntimestamp_header = 'X-Time'\n"
        "template.name = 'title'\n"
    ).values
    how = sender_of("generic/a", said.hooks.generic["a"]).signature
    headers = {"x-mine": signed(SECRET, SECONDS.encode() + b":" + BODY), "x-time": SECONDS}

    assert refusal(Proof("", SECRET), how, headers, BODY, now=NOW) is None
