"""One `kb serve` for several tenants: a token reaches its own tenant's home, and no other, wherever it is shown."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import ROOT
from tests.doors.conftest import connected, environment, served
from tests.doors.test_http_access import with_token

pytestmark = pytest.mark.full
LINE = "FATAL sluice of basin 4 jammed"
TOKENS = {name: f"{name}-token-of-twenty-signs" for name in ("payments", "billing", "shared")}
READER = "payments-reader-of-twenty-signs"
TEAMS = ("payments", "billing")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Path:
    folder = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("served") / "home"))
    for name in TEAMS:
        shutil.copytree(new_home, folder / "tenants" / name)
    lines = [f"{name}/write: {TOKENS[name]}" for name in TEAMS]
    (folder / "tokens").write_text("\n".join([*lines, f"payments/read mara: {READER}"]))
    return folder


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with served(home, "--token-file", str(home / "tokens")) as (url, _):
        yield url.removesuffix("/mcp")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def learn(url: str, token: str, line: str) -> httpx2.Response:
    said = {"pattern": line, "meaning": "a tree", "fix": "pull it out"}
    return httpx2.post(f"{url}/api/v1/patterns", json=said, headers=bearer(token))


def verdict(url: str, token: str, line: str) -> str:
    answer = httpx2.post(f"{url}/api/v1/check", json={"error_text": line}, headers=bearer(token))
    return str(answer.json()["verdict"])


def test_what_one_tenant_learns_is_known_to_it_alone(url: str) -> None:
    assert learn(url, TOKENS["payments"], LINE).status_code == 200
    assert [verdict(url, TOKENS[name], LINE) for name in TEAMS] == ["known", "unknown"]
    assert verdict(url, READER, LINE) == "known"


def test_agents_reach_the_tenant_of_their_token(url: str) -> None:
    learn(url, TOKENS["payments"], LINE)
    found = dict[str, str]()
    for name in TEAMS:
        with connected(with_token(f"{url}/mcp", TOKENS[name])) as agent:
            found[name] = agent.call("check_known_issues", error_text=LINE)["verdict"]
    assert found == {"payments": "known", "billing": "unknown"}


@pytest.mark.parametrize("path", ["/api/v1/services", "/metrics", "/mcp"])
def test_a_token_opens_no_door_of_another_tenant(url: str, path: str) -> None:
    asked = httpx2.get(f"{url}/tenants/billing{path}", headers=bearer(TOKENS["payments"]))
    assert asked.status_code == 401


def test_an_address_of_its_own_leads_to_a_tenant_too(url: str) -> None:
    assert httpx2.get(f"{url}/tenants/payments/metrics", headers=bearer(READER)).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/services", "/metrics", "/mcp", "/", "/search"])
@pytest.mark.parametrize("headers", [{}, bearer("x" * 20), {"Cookie": "kb_tenant=shared"}])
def test_without_a_token_of_a_tenant_nobody_gets_in(url: str, path: str, headers: dict[str, str]) -> None:
    assert httpx2.get(f"{url}{path}", headers=headers).status_code == 401


def test_a_tenant_that_is_not_there_or_has_no_token_is_not_served(url: str) -> None:
    for name in ("lunch", "shared", "", "..%2fpayments"):
        assert httpx2.get(f"{url}/tenants/{name}/metrics", headers=bearer(READER)).status_code in (401, 404)


def test_probes_need_no_tenant(url: str) -> None:
    assert httpx2.get(f"{url}/healthz").json()["ok"]


def test_a_browser_shows_the_tenant_that_was_opened_and_signs_in_with_its_token_alone(url: str) -> None:
    with httpx2.Client(base_url=url, follow_redirects=True) as browser:
        page = browser.get("/tenants/billing/")
        assert (page.status_code, page.url.path) == (200, "/sign-in")
        proof = page.text.split('name="proof" value="')[1].split('"')[0]
        wrong = {"proof": proof, "name": "mara", "token": TOKENS["payments"]}
        right = {**wrong, "token": TOKENS["billing"]}
        headers = {"Origin": url}
        assert browser.post("/sign-in", data=wrong, headers=headers).status_code == 401
        assert browser.post("/sign-in", data=right, headers=headers).status_code == 200
        assert browser.get("/search").status_code == 200
        browser.get("/tenants/payments/")
        assert browser.get("/search").url.path == "/sign-in"


def test_a_link_to_a_page_of_a_tenant_is_opened_as_that_tenant(url: str) -> None:
    with httpx2.Client(base_url=url, headers={"Accept": "text/html,*/*;q=0.8"}) as browser:
        browser.get("/tenants/payments/")
        led = browser.get("/tenants/billing/search?text=basin%204&page=2")
        assert (led.status_code, led.headers["location"]) == (303, "/search?text=basin%204&page=2")
        assert browser.cookies["kb_tenant"] == "billing"
        for elsewhere in ("//example.org/", "/%2fexample.org/", "/%5cexample.org/"):
            led = browser.get(f"/tenants/billing{elsewhere}")
            assert httpx2.URL(url).join(led.headers["location"]).host == httpx2.URL(url).host


def test_it_says_where_the_page_and_the_webhooks_of_each_tenant_are(home: Path) -> None:
    file = home / "tenants" / "payments" / "kb.toml"
    file.write_text('[hooks.alertmanager]\ntoken_env = "ALERTS"\n')
    (home / "two").write_text(f"payments/write: {TOKENS['payments']}\nwrite: {TOKENS['shared']}\n")
    with served(home, "--token-file", str(home / "two"), ALERTS="a-token-of-twenty-signs") as (url, process):
        assert process.stderr
        said = [process.stderr.readline() for _ in range(3)]
        place = url.removesuffix("/mcp")
        assert said == [
            f"shared: people open {place}/ in a browser\n",
            f"payments: people open {place}/tenants/payments/ in a browser\n",
            "payments: webhooks at /tenants/payments/hooks/: alertmanager\n",
        ]
    file.unlink()


def test_a_token_of_a_tenant_that_there_is_not_keeps_the_server_from_starting(home: Path) -> None:
    (home / "wrong").write_text(f"lunch/write: {TOKENS['shared']}\n")
    said = subprocess.run(
        [sys.executable, "-m", "kb", "serve", "--port", "0", "--token-file", str(home / "wrong")],
        env=environment(home),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert "of the tenant 'lunch'" in said.stderr
    assert "the tenants billing, payments" in said.stderr
