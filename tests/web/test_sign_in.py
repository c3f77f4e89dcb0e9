"""Who may look and who may decide: tokens for sessions, roles, forms of our own; what is refused is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from kb import KnowledgeBase
from kb.doors.http.access import Token, load_tokens
from kb.doors.web.sessions import COOKIE, LASTS, Sessions
from kb.model.role import Role
from kb.operations.catalogue import operations
from tests.web.conftest import ADMIN, LINE, READ, RESPOND, WRITE, Visit

slow = pytest.mark.slow
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


@slow
def test_a_stranger_is_asked_to_sign_in_and_led_on_to_what_they_wanted(stranger: Visit):
    page = stranger.look("/search?q=gauge")
    assert page.select_one("h1").get_text() == "Sign in"

    after = stranger.sign_in(READ, path="/search?q=gauge")

    assert after.select_one("[name=q]")["value"] == "gauge"
    assert after.select_one(".who").get_text(" ", strip=True) == "ana Sign out"


@slow
@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\tx"],
)
def test_nobody_is_led_to_another_site_by_signing_in(stranger: Visit, elsewhere: str):
    stranger.client.follow_redirects = False

    stranger.send(stranger.form(stranger.look("/sign-in")), token=READ, name="ana", next=elsewhere)

    assert stranger.answer.headers["location"] == "/"


@slow
def test_a_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends(stranger: Visit):
    stranger.client.follow_redirects = False

    stranger.send(stranger.form(stranger.look("/sign-in")), token=READ, name="ana")

    said = stranger.answer.headers["set-cookie"].lower()
    assert said.startswith(f"{COOKIE}=")
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "secure" not in said  # over plain HTTP on loopback a browser would drop it


@slow
def test_over_tls_the_cookie_is_sent_over_nothing_else(stranger: Visit):
    stranger.client.follow_redirects = False
    form = stranger.form(stranger.look("/sign-in"))

    stranger.send(form, headers={"Origin": stranger.url.replace("http:", "https:")}, token=READ, name="ana")

    assert "secure" in stranger.answer.headers["set-cookie"].lower()


@slow
@pytest.mark.parametrize(
    ("token", "name", "said"),
    [
        ("no-such-token-at-all", "ana", "knows no such token"),
        ("", "ana", "knows no such token"),
        (READ, "  ", "Give your name"),
    ],
)
def test_who_cannot_sign_in_is_told_why(stranger: Visit, token: str, name: str, said: str):
    stranger.sign_in(token, name)

    assert stranger.answer.status_code == 401
    assert said in stranger.told


@slow
def test_who_may_only_read_sees_no_forms_for_more_and_is_refused(stranger: Visit, entry_id: str):
    stranger.sign_in(READ)
    page = stranger.look(f"/entries/{entry_id}")
    assert not page.select(".outcome")

    form = stranger.form(stranger.look("/"))
    form["action"] = f"/entries/{entry_id}/outcomes"
    stranger.send(form, result="resolved")

    assert stranger.answer.status_code == 403
    assert "may only read" in stranger.told


@slow
def test_what_is_recorded_stands_in_the_name_that_a_token_was_given_to(
    stranger: Visit, web_home: Path, entry_id: str
):
    stranger.sign_in(RESPOND, name="")
    form = stranger.look(f"/entries/{entry_id}").select_one(".ask-why form")
    assert form is not None

    stranger.send(form, result="failed", note="tried by hand at low tide")

    with KnowledgeBase.open(web_home) as kb:
        (kept,) = [
            one
            for one in kb.known.record(kb.get(entry_id)).outcomes
            if one.note == "tried by hand at low tide"
        ]
    assert kept.actor == "noor"


@slow
@pytest.mark.parametrize(
    ("token", "path", "body", "status"),
    [
        (READ, "/log", {"action": "looked"}, 403),
        (RESPOND, "/log", {"action": "looked"}, 200),
        (RESPOND, "/patterns", {"pattern": "a buoy sank at noon", "fix": "raise it"}, 403),
        (WRITE, "/patterns", {"pattern": "a buoy sank at dusk", "fix": "raise it"}, 200),
        (ADMIN, "/patterns", {"pattern": "a buoy sank at dawn", "fix": "raise it"}, 200),
    ],
)
def test_a_role_holds_for_programs_as_well(
    guarded_url: str, token: str, path: str, body: object, status: int
):
    headers = {"Authorization": f"Bearer {token}"}

    answer = httpx2.post(f"{guarded_url}/api/v1{path}", json=body, headers=headers, timeout=60)

    assert answer.status_code == status


@slow
@pytest.mark.parametrize("proof", ["", "made-up-by-somebody"])
def test_a_form_that_was_not_shown_by_us_is_refused(stranger: Visit, entry_id: str, proof: str):
    stranger.sign_in(ADMIN)
    form = stranger.look(f"/entries/{entry_id}").select_one(".outcome form")
    assert form is not None

    stranger.send(form, result="resolved", proof=proof)

    assert stranger.answer.status_code == 403
    assert "nothing was done" in stranger.told


@slow
def test_a_form_that_was_shown_to_somebody_else_is_refused(guarded_url: str, entry_id: str):
    one, other = Visit(guarded_url), Visit(guarded_url)
    one.sign_in(ADMIN, "ana")
    other.sign_in(ADMIN, "bo")
    form = one.look(f"/entries/{entry_id}").select_one(".outcome form")
    assert form is not None

    other.send(form, result="resolved")

    assert other.answer.status_code == 403


@slow
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_that_another_page_sent_is_refused(visit: Visit, entry_id: str, headers: dict[str, str]):
    form = visit.look(f"/entries/{entry_id}").select_one(".outcome form")
    assert form is not None

    visit.send(form, headers=headers, result="resolved")

    assert visit.answer.status_code == 403
    assert "Another web page sent this" in visit.told


@slow
def test_a_name_that_is_not_this_servers_is_refused(visit: Visit):
    visit.look("/", Host="evil.example")

    assert visit.answer.status_code == 421
    assert "--allow-host" in visit.told


@slow
def test_a_session_that_has_ended_is_told_and_nothing_is_done(stranger: Visit, entry_id: str):
    stranger.sign_in(ADMIN)
    form = stranger.look(f"/entries/{entry_id}").select_one(".outcome form")
    assert form is not None
    stranger.send(stranger.look("/").select_one("form.who"))  # signed out in another window

    stranger.send(form, result="resolved")

    assert stranger.answer.status_code == 401
    assert "Your session has ended, so nothing was done" in stranger.told


@slow
def test_what_is_swapped_into_a_page_sends_a_stranger_to_the_form_as_a_whole(stranger: Visit):
    stranger.client.follow_redirects = False

    answer = stranger.client.get("/search?q=x", headers={"HX-Request": "true"})

    assert answer.headers["hx-redirect"].startswith("/sign-in?next=")


@slow
def test_programs_keep_what_they_had(guarded_url: str):
    answer = httpx2.post(
        f"{guarded_url}/api/v1/check",
        json={"error_text": LINE},
        headers={"Authorization": f"Bearer {READ}"},
        timeout=60,
    )

    assert answer.json()["verdict"] == "known"


@slow
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"proof=%ff&error_text=%00"])
def test_a_body_that_is_no_good_form_is_refused(visit: Visit, body: bytes):
    kind = "multipart/form-data; boundary=x" if body == b"\xff\xfe" else "application/x-www-form-urlencoded"

    answer = visit.client.post("/", content=body, headers={"Content-Type": kind})

    assert answer.status_code in (400, 403)


@slow
def test_what_is_no_form_is_refused(visit: Visit):
    visit.answer = visit.client.post("/", json={"error_text": LINE})

    assert visit.answer.status_code == 415
    assert "/api/v1" in visit.told


def test_a_line_of_the_token_file_may_name_whom_its_token_is_for(tmp_path: Path):
    file = tmp_path / "tokens"
    file.write_text(
        f"respond noor of the night: {RESPOND} until 2099-12-31\nwrite mara: {WRITE}\nwrite: {ADMIN}\nread: {READ}\n"
    )

    tokens = load_tokens(file)

    assert [(one.role, one.name) for one in tokens.known] == [
        (Role.RESPOND, "noor of the night"),
        (Role.WRITE, "mara"),
        (Role.ADMIN, ""),  # what all wrote with before there were roles
        (Role.READ, ""),
    ]


def test_a_session_ends_after_a_watch():
    now = [NOW]
    sessions = Sessions(lambda: now[0])
    key = sessions.begin(Token(Role.READ, READ), "ana")

    now[0] += LASTS - timedelta(seconds=1)
    assert sessions.find(key) is not None
    now[0] += timedelta(seconds=1)
    assert sessions.find(key) is None


def test_a_session_ends_with_its_token():
    now = [datetime(2026, 11, 30, 23, 59, tzinfo=UTC)]
    sessions = Sessions(lambda: now[0])
    key = sessions.begin(Token(Role.READ, READ, until=date(2026, 11, 30)), "ana")

    assert sessions.find(key) is not None
    now[0] += timedelta(minutes=1)
    assert sessions.find(key) is None


def test_many_sessions_end_the_oldest():
    sessions = Sessions(lambda: NOW)
    first = sessions.begin(Token(Role.READ, READ), "ana")

    for _ in range(1_000):
        last = sessions.begin(Token(Role.READ, READ), "bo")

    assert sessions.find(first) is None
    assert sessions.find(last) is not None


def test_each_role_may_what_the_ones_before_it_may():
    assert [[one.may(other) for other in Role] for one in Role] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]


def test_who_answers_incidents_needs_no_right_to_change_what_is_known():
    responding = {name for name, one in operations().items() if one.role is Role.RESPOND}

    assert {
        "record_outcome",
        "incident_open",
        "incident_resolve",
        "memory_session_log",
        "record_change",
    } <= responding
    assert not {"learn_pattern", "memory_update", "proposal_accept"} & responding
