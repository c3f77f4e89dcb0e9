"""Signing in at a provider: who gets in, as whom, with which role; and what is refused, in which sentence.

The provider is a real one, oidc-provider for Node, on loopback; people follow its redirects and fill in its forms.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from bs4 import BeautifulSoup

from kb import KnowledgeBase
from kb.configuration.file import ConfigurationFile
from kb.configuration.reading import read_text
from kb.doors.http.access import Token, Tokens
from kb.doors.http.server import check_sign_in
from kb.errors import InvalidInput
from kb.home import find_home
from kb.model.role import Role
from tests.doors.conftest import served
from tests.web.browser import chromium, violations
from tests.web.conftest import ADMIN, LINE, Visit

pytestmark = [pytest.mark.full, pytest.mark.slow]
PROVIDER = "oidc-provider@9.13.3"
TABLE = """\
[sign_in]
issuer = "{issuer}"
client_id = "kb"
secret_env = "KB_TEST_SECRET"
address = "{address}"
scopes = ["profile", "groups"]
roles = {{ staff = "read", on-call = "respond", sre = "write" }}
"""


@pytest.fixture(scope="session")
def provider_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """oidc-provider, installed."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("provider")
    if npm is None:
        pytest.skip("no provider: npm is not installed; on Debian: apt-get install npm")
    script = Path(shutil.copy(Path(__file__).with_name("provider.mjs"), folder))
    command = [
        npm,
        "install",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
        str(folder),
        PROVIDER,
    ]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"no provider: npm cannot install {PROVIDER}: {installed.stderr[-300:]}")
    return script.parent


@contextmanager
def providing(folder: Path, port: int, redirect: str, *how: str) -> Iterator[None]:
    process = subprocess.Popen(
        ["node", "provider.mjs", str(port), redirect, *how], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def home(web_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(web_home, tmp_path_factory.mktemp("signed") / "home"))


@pytest.fixture(scope="module")
def issuer() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def url(home: Path, issuer: str, provider_folder: Path) -> Iterator[str]:
    with served(home, KB_TOKEN=ADMIN, KB_TEST_SECRET="secret-of-the-client") as (found, _):
        address = found.removesuffix("/mcp")
        (home / "kb.toml").write_text(TABLE.format(issuer=issuer, address=address))
        with providing(provider_folder, int(issuer.rpartition(":")[2]), f"{address}/sign-in/back"):
            yield address


@pytest.fixture
def person(url: str) -> Visit:
    return Visit(url)


def fill_in(visit: Visit, page: BeautifulSoup, **given: str) -> BeautifulSoup:
    """A form of the provider, sent."""
    form = page.select_one("form")
    assert form is not None, page.get_text()
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
    there = visit.answer.url.join(str(form["action"]))
    visit.answer = visit.client.post(there, data={**fields, **given})
    return visit.shown


def there(visit: Visit, login: str, path: str = "/") -> None:
    """As far as the provider leads before it sends back: the answer is the redirect to us, not yet followed."""
    page = visit.look(path)
    button = page.select_one("a.button.main")
    assert button is not None
    page = fill_in(visit, visit.look(str(button["href"])), login=login, password="any")
    visit.client.follow_redirects = False
    fill_in(visit, page)
    while "/sign-in/back?" not in visit.answer.headers["location"]:
        visit.answer = visit.client.get(visit.answer.url.join(visit.answer.headers["location"]))
    visit.client.follow_redirects = True


def back(visit: Visit, **changed: str) -> BeautifulSoup:
    """Follow the provider's redirect, with something changed in it."""
    location = httpx2.URL(visit.answer.headers["location"])
    return visit.look(str(location.copy_merge_params(changed)))


def test_a_person_signs_in_and_is_led_on_and_what_is_written_stands_in_their_name(
    person: Visit, home: Path, url: str
):
    with KnowledgeBase.open(home) as kb:
        entry_id = next(one.id for one in kb.places() if one.title == LINE)
    there(person, "ana+staff+on-call", f"/entries/{entry_id}")

    page = back(person)

    assert str(person.answer.url) == f"{url}/entries/{entry_id}"
    assert page.select_one(".who").get_text(" ", strip=True) == "ana Sign out"
    assert page.select_one(".who span")["title"] == "may respond"  # the most that a group gives
    form = page.select_one(".ask-why form")
    assert form is not None
    person.send(form, result="failed", note="seen from the pier")
    with KnowledgeBase.open(home) as kb:
        kept = [one for one in kb.known.record(kb.get(entry_id)).outcomes if one.note == "seen from the pier"]
    assert [one.actor for one in kept] == ["ana"]


def test_signing_out_ends_the_session(person: Visit):
    there(person, "ana+staff")
    page = back(person)

    form = page.select_one("form.who")
    assert form is not None
    person.send(form)

    assert person.look("/search").select_one("h1").get_text() == "Sign in"


def test_who_signs_out_may_do_so_at_the_provider_too_once(person: Visit, issuer: str):
    there(person, "ana+staff")
    page = person.send(back(person).select_one("form.who"))
    assert "You are signed out here" in page.select_one(".done").get_text()

    person.client.follow_redirects = False
    person.answer = person.client.get("/sign-in/out")
    leaving = httpx2.URL(person.answer.headers["location"])
    assert str(leaving).startswith(f"{issuer}/session/end?")
    assert leaving.params["client_id"] == "kb"
    person.answer = person.client.get("/sign-in/out")
    assert person.answer.headers["location"] == "/sign-in"


def test_a_provider_that_names_no_way_out_is_not_asked_for_one(
    web_home: Path, provider_folder: Path, tmp_path: Path
):
    home, port = Path(shutil.copytree(web_home, tmp_path / "home")), free_port()
    with served(home, KB_TOKEN=ADMIN, KB_TEST_SECRET="secret-of-the-client") as (found, _):
        address = found.removesuffix("/mcp")
        (home / "kb.toml").write_text(TABLE.format(issuer=f"http://127.0.0.1:{port}", address=address))
        with providing(provider_folder, port, f"{address}/sign-in/back", "for-ever"):
            person = Visit(address)
            there(person, "ana+staff")
            page = person.send(back(person).select_one("form.who"))

    assert page.select_one(".done").get_text() == "You are signed out here."


def test_who_came_by_a_token_is_offered_nothing_of_the_provider(person: Visit):
    page = person.send(person.sign_in(ADMIN, "bo").select_one("form.who"))

    assert page.select_one(".done").get_text() == "You are signed out here."


def test_in_a_browser_a_person_signs_in_at_the_provider_and_out_of_both(url: str, issuer: str):
    with chromium() as browser:
        page = browser.new_context(base_url=url).new_page()
        page.goto("/services")
        page.click("text=Sign in at 127.0.0.1")
        page.fill("[name=login]", "ana+sre")
        page.fill("[name=password]", "any")
        page.click("[type=submit]")
        page.click("[type=submit]")
        page.wait_for_url(f"{url}/services")
        assert page.inner_text(".who span") == "ana"
        assert violations(page) == []

        page.click("text=Sign out")
        page.wait_for_selector(".done:has-text('You are signed out here.')")
        assert violations(page) == []
        page.goto("/services")
        assert page.inner_text("h1") == "Sign in"
        page.go_back()
        page.click("text=sign out there, too")
        assert page.url.startswith(f"{issuer}/session/end")
        page.click("button[value=yes]")
        page.wait_for_url(f"{issuer}/**")

        page.goto("/services")
        page.click("text=Sign in at 127.0.0.1")
        page.wait_for_selector("[name=login]")  # it asks anew who it is


def test_tokens_go_on_working_beside_it(person: Visit):
    page = person.sign_in(ADMIN, "bo")

    assert page.select_one(".who").get_text(" ", strip=True) == "bo Sign out"


@pytest.mark.parametrize("login", ["bo", "bo+visitors"])
def test_who_has_no_role_stays_out_and_is_told_why(person: Visit, login: str):
    there(person, login)

    back(person)

    assert person.answer.status_code == 401
    assert "knows you as bo, but nothing in your groups lets you in here" in person.told
    assert person.look("/search").select_one("h1").get_text() == "Sign in"


@pytest.mark.parametrize(
    ("login", "said"),
    [
        ("ana+sre!aud", "is meant for another application"),
        ("ana+sre!iss", "comes from another provider"),
        ("ana+sre!nonce", "belongs to another sign-in"),
        ("ana+sre!exp", "has expired"),
    ],
)
def test_what_the_provider_signs_for_somebody_else_lets_nobody_in(person: Visit, login: str, said: str):
    there(person, login)

    back(person)

    assert person.answer.status_code == 401
    assert f"sent of you {said}, so nobody was signed in" in person.told


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"state": "made-up"}, "does not belong to the sign-in that you began"),
        ({"iss": "https://foreign.example"}, "Another provider answered"),
        ({"code": "made-up"}, "does not take this sign-in"),
        ({"error": "access_denied"}, "did not let you in, or you went back"),
        ({"error": "server_error", "error_description": "<b>out of order</b>"}, "<b>out of order</b>"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_refused(
    person: Visit, changed: dict[str, str], said: str
):
    there(person, "ana+sre")

    back(person, **changed)

    assert person.answer.status_code == 401
    assert said in person.told


def test_an_answer_counts_once_and_in_the_browser_that_asked(person: Visit, url: str):
    there(person, "ana+sre")
    sent = person.answer.headers["location"]

    other = Visit(url)
    other.look(sent)
    assert "was not begun in this browser" in other.told
    person.look(sent)
    person.look(sent)
    assert "was not begun in this browser, was ended already" in person.told


def test_a_code_that_was_used_is_refused_also_in_another_sign_in(person: Visit):
    there(person, "ana+sre")
    used = str(httpx2.URL(person.answer.headers["location"]).params["code"])
    back(person)
    form = person.look("/").select_one("form.who")
    assert form is not None
    person.send(form)
    person.client.cookies.clear()
    there(person, "ana+sre")

    back(person, code=used)

    assert "it was used already, or took too long" in person.told


def test_a_provider_that_is_not_there_or_calls_itself_otherwise_is_told(
    person: Visit, home: Path, issuer: str
):
    file, before = home / "kb.toml", (home / "kb.toml").read_text()
    try:
        file.write_text(before.replace(issuer, f"http://127.0.0.1:{free_port()}"))
        person.look("/sign-in/there")
        assert person.answer.status_code == 502
        assert "cannot be reached" in person.told
        file.write_text(before.replace(issuer, issuer.replace("127.0.0.1", "localhost")))
        person.look("/sign-in/there")
        assert "makes sign_in.issuer the same, to the letter" in person.told
        file.write_text("")
        person.look("/sign-in/there")
        assert "No provider is set up here" in person.told
    finally:
        file.write_text(before)


def test_agents_do_not_get_in_unasked_where_people_sign_in(tmp_path: Path, web_home: Path):
    home = Path(shutil.copytree(web_home, tmp_path / "home"))
    (home / "kb.toml").write_text(TABLE.format(issuer="https://id.example", address="https://kb.example"))
    file = ConfigurationFile(find_home(home))

    with pytest.raises(InvalidInput, match="set KB_TOKEN"):
        check_sign_in(file, Tokens())
    assert check_sign_in(file, Tokens((Token(Role.ADMIN, ADMIN),))) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"https://id.example"', '"http://id.example"', "sign_in.issuer must be an address of https"),
        ('"https://kb.example"', '"kb.example"', "sign_in.address must be an address of https"),
        ('"read"', '"reed"', "did you mean read?"),
        (
            'roles = { staff = "read", on-call = "respond", sre = "write" }',
            "roles = {}",
            "nobody could get in",
        ),
        ('client_id = "kb"\n', "", "sign_in needs client_id"),
    ],
)
def test_mistakes_in_the_configuration_are_told(before: str, after: str, said: str):
    text = TABLE.format(issuer="https://id.example", address="https://kb.example")
    assert not read_text(text).problems

    (wrong,) = read_text(text.replace(before, after)).problems

    assert said in str(wrong)
