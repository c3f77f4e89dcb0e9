"""Every address of the page, walked as the site names them: who is let in, what is taken, what is shown as text.

No list of this file says which pages there are: `PAGES` does, so that a new one is tried as it comes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import httpx2
import pytest
from bs4 import BeautifulSoup, Tag

from kb.doors.web.page import Page
from kb.doors.web.pages.inbox import SHOWS
from kb.doors.web.pages.incident import STEPS
from kb.doors.web.site import PAGES
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import served
from tests.web.conftest import ADMIN, READ, RESPOND, WRITE, Visit
from tests.web.reviewers import Waiting, waiting_home
from tests.web.test_hostile import HOSTILE, assert_inert

pytestmark = [pytest.mark.full, pytest.mark.slow]
MEGABYTE = "ERROR <b>x</b> " * 70_000
LOOKS, ACTIONS = ([one for one in PAGES if one.method == method] for method in ("GET", "POST"))
ASKS_NOTHING = {"/", "/sightings", "/incidents/from-alert", "/learn/try", "/sign-in", "/sign-out"}
"""The actions that change nothing that is known: who may read may take them."""
NO_PROVIDER = ("/sign-in/there", "/sign-in/back")
"""They answer 502 on a server that has no provider, with a sentence."""
FILLED = {
    "reason": "seen at the pier",
    "result": "resolved",
    "status": "retired",
    "decision": "active",
    "into": "pattern-none",
    "pattern": "a gull sat on the anemometer",
    "meaning": "no wind is told",
    "line": "a gull sat on the anemometer",
    "title": "the anemometer stands still",
    "action": "looked at it",
    "text": "a gull",
    "severity": "SEV1",
    "style": "chat",
    "resolution": "it flew",
    "field-fix": "shout",
    "step": "try",
}


@dataclass(frozen=True)
class Walked:
    """A home with something on every page, served to who signs in and to this machine."""

    waiting: Waiting
    open_url: str
    ids: Mapping[str, str]

    def addresses(self, page: Page) -> list[str]:
        """The addresses of a page; of one that takes several steps, each."""
        found = {page.path}
        for name in re.findall(r"\{(\w+)", page.path):
            values = STEPS if name == "step" else [self.ids[name]]
            found = {re.sub(rf"\{{{name}[^}}]*\}}", value, path) for path in found for value in values}
        return sorted(found)

    def state(self) -> tuple[int, str]:
        """What would tell that something was done: how much was noted, and what the memory files say."""
        with self.waiting.ask() as kb:
            _, deeds = kb.upkeep.deeds.between()
        files = sorted((self.waiting.home / "learned").glob("*.yaml"))
        return deeds, hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@pytest.fixture(scope="module")
def walked(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder
) -> Iterator[Walked]:
    folder = tmp_path_factory.mktemp("walked")
    tokens = folder / "tokens"
    tokens.write_text(f"write: {ADMIN}\nread: {READ}\nrespond noor: {RESPOND}\nwrite mara: {WRITE}\n")
    with waiting_home(folder, new_home, encoder, "--token-file", str(tokens)) as waiting:
        with waiting.ask() as kb:
            incident = kb.incidents.open_ones()[0].id
            kb.incidents.open("another pier shakes")
            kb.incidents.hypothesise("a ship leans on it", incident_id=incident)
        ids = {
            "entry_id": waiting.held,
            "incident_id": incident,
            "proposal_id": waiting.proposal("pattern"),
            "message_id": "kb-0000",
            "service": "tide-gauge",
        }
        with served(waiting.home) as (url, _):
            yield Walked(waiting, url.removesuffix("/mcp"), ids)


def _addresses(walked: Walked, pages: list[Page], *, closed: bool = False) -> Iterator[tuple[Page, str]]:
    for page in pages:
        if not (closed and page.is_open):
            yield from ((page, address) for address in walked.addresses(page))


def _signed_in(walked: Walked, token: str) -> Visit:
    visit = Visit(walked.waiting.url)
    visit.sign_in(token, name="" if token in (RESPOND, WRITE) else "ana")
    return visit


def _post(visit: Visit, address: str, fields: Mapping[str, str], **headers: str) -> httpx2.Response:
    headers = {"Origin": visit.url, "Accept": "text/html", **headers}
    visit.answer = visit.client.post(address, data=dict(fields), headers=headers)
    return visit.answer


def _proof(visit: Visit) -> str:
    return str(visit.look("/").select_one("[name=proof]")["value"])


def test_who_has_not_signed_in_sees_no_page_but_the_form_for_it(walked: Walked):
    stranger = Visit(walked.waiting.url)
    seen = []
    for _, address in _addresses(walked, LOOKS, closed=True):
        stranger.client.follow_redirects = False
        answer = stranger.client.get(address, headers={"Accept": "text/html"})
        if answer.status_code != 303 or not answer.headers["location"].startswith("/sign-in?next="):
            seen.append(address)

    assert seen == []


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("no session", 401, "Your session has ended, so nothing was done"),
        ("no proof", 403, "nothing was done"),
        ("another's proof", 403, "nothing was done"),
        ("another site", 403, "Another web page sent this"),
        ("another name", 421, "This server is not known by the name"),
    ],
)
def test_every_form_that_is_not_ours_is_refused_with_a_sentence(
    walked: Walked, how: str, status: int, said: str
):
    visit, other = _signed_in(walked, ADMIN), _signed_in(walked, ADMIN)
    proof = {"no proof": "", "another's proof": _proof(other)}.get(how, _proof(visit))
    headers = {"another site": {"Origin": "https://evil.example"}, "another name": {"Host": "evil.example"}}
    if how == "no session":
        visit.client.cookies.clear()
    before, taken = walked.state(), []

    for _, address in _addresses(walked, ACTIONS, closed=how == "no session"):
        answer = _post(visit, address, {**FILLED, "proof": proof}, **headers.get(how, {}))
        if answer.status_code != status or said not in visit.told:
            taken.append((address, answer.status_code))

    assert taken == []
    assert walked.state() == before


def test_who_may_only_read_can_take_no_action_that_changes_anything(walked: Walked):
    visit = _signed_in(walked, READ)
    proof, before, taken = _proof(visit), walked.state(), []

    for page, address in _addresses(walked, ACTIONS):
        if page.path in ASKS_NOTHING:
            continue
        fields = {**FILLED, "proof": proof, "chosen": walked.ids["entry_id"]}
        answer = _post(visit, address, fields)
        refusal = " ".join(one.get_text(" ") for one in visit.shown.select("[role=alert]"))
        if "may only read" not in refusal:
            taken.append((address, answer.status_code, refusal))

    assert taken == []
    assert walked.state() == before


def test_who_may_respond_can_change_nothing_that_is_known(walked: Walked):
    visit = _signed_in(walked, RESPOND)
    before, proof = walked.state()[1], _proof(visit)

    for page, address in _addresses(walked, ACTIONS):
        if not page.path.startswith("/sign-"):
            _post(visit, address, {**FILLED, "proof": proof, "chosen": walked.ids["entry_id"]})

    assert walked.state()[1] == before


# Links


def test_every_link_leads_to_a_page_and_to_a_place_that_is_on_it(walked: Walked):
    visit = Visit(walked.open_url)
    places, asked_for, refused = dict[str, set[str]](), list[tuple[str, str, str]](), []
    waiting = [("", "/")]
    while waiting:
        seen_on, address = waiting.pop()
        if address in places or "until=" in address:  # the days before have days before them, without an end
            continue
        page = visit.look(address)
        places[address] = {str(one["id"]) for one in page.select("[id]")}
        if visit.answer.status_code != 200:
            refused.append((address, visit.answer.status_code, f"linked on {seen_on}"))
        for link in page.select("a[href]"):
            there, place = urldefrag(urljoin(str(visit.answer.url), str(link["href"])))
            if there.startswith(f"{walked.open_url}/"):
                path = there.removeprefix(walked.open_url)
                waiting.append((address, path))
                asked_for.append((address, path, unquote(place)))

    assert len(places) > 60
    assert refused == []
    assert [one for one in asked_for if one[2] and one[2] not in places.get(one[1], {one[2]})] == []


# Hostile text


def _shown(walked: Walked) -> list[str]:
    """The addresses of all pages that are HTML, with what else can be seen there."""
    more = [
        *(f"/inbox?show={show}" for show in SHOWS),
        "/search?q=eve",
        "/review?days=365",
        "/review/records?what=lookups",
        "/review/records?what=outcomes&name=made_worse",
        "/incidents?state=open",
        "/unknowns?order=newest",
        "/learn?pattern=eve",
        "/health?check=yes",
        "/sign-in?next=/x&out=yes",
        f"/incidents/{walked.ids['incident_id']}?similar=1&all=1",
        f"/inbox/entries/{walked.waiting.gauge}",
        f"/entries/{walked.waiting.gauge}/edit",
        f"/entries/{walked.waiting.held}?done=failed",
    ]
    return [address for _, address in _addresses(walked, LOOKS) if not address.endswith("/stream")] + more


@dataclass(frozen=True)
class Sent:
    """A form of a page: how it is sent, where to, and its fields with what stands in them."""

    method: str
    action: str
    fields: Mapping[str, str]
    typed: tuple[str, ...]
    """The fields that people write in."""

    @classmethod
    def of(cls, form: Tag, button: Tag | None) -> Sent:
        """The form, sent by one of its buttons."""
        fields, typed = dict[str, str](), list[str]()
        for one in form.select("input[name], textarea[name], select[name]"):
            name, sort = str(one["name"]), str(one.get("type", "text"))
            if sort == "file":
                continue
            option = one.select_one("option[value]")
            fields[name] = str(option["value"] if option else one.get("value") or one.get_text().strip())
            if one.name == "textarea" or sort in ("text", "search", "password", "date"):
                typed.append(name)
        if button is not None and button.get("name"):
            fields[str(button["name"])] = str(button.get("value", ""))
        action = str((button and button.get("formaction")) or form["action"])
        return cls(str(form.get("method", "get")).lower(), action, fields, tuple(typed))

    def send(self, visit: Visit, fields: Mapping[str, str]) -> None:
        """Send it, and look at what comes."""
        if self.method == "post":
            _post(visit, self.action, fields)
        else:
            visit.answer = visit.client.get(self.action, params=dict(fields), headers={"Accept": "text/html"})


def _forms(page: BeautifulSoup) -> Iterator[Sent]:
    for form in page.select("form[action]"):
        if str(form["action"]) != "/sign-out":
            for button in form.select("button") or [None]:
                yield Sent.of(form, button)


def _assert_told_as_text(visit: Visit) -> None:
    at = str(visit.answer.url)
    assert visit.answer.status_code < 500 or at.endswith(NO_PROVIDER), (visit.answer.status_code, at[:200])
    if visit.answer.headers.get("content-type", "").startswith("text/html"):
        assert_inert(visit.shown, visit.answer.text)


def test_every_field_of_every_form_takes_hostile_text_as_text(walked: Walked):
    visit = Visit(walked.open_url)
    sent = {(one.action, one.typed): one for path in _shown(walked) for one in _forms(visit.look(path))}
    sent |= {(one.action, ()): one for one in _forms(visit.ask("ERROR eve sits on the pier"))}
    assert len(sent) > 30

    for one in sent.values():
        one.send(visit, {**one.fields, **dict.fromkeys(one.typed, HOSTILE)})
        _assert_told_as_text(visit)
        forged = {name: value if name == "proof" else HOSTILE for name, value in one.fields.items()}
        one.send(visit, forged)
        _assert_told_as_text(visit)

    proof = _proof(visit)
    for _, address in _addresses(walked, ACTIONS):  # those, too, for which no page shows a form now
        _post(visit, address, {**dict.fromkeys(FILLED, HOSTILE), "proof": proof, "chosen": HOSTILE})
        _assert_told_as_text(visit)
    for path in _shown(walked):
        visit.look(path)
        _assert_told_as_text(visit)


def test_a_megabyte_in_any_field_is_taken_or_refused_and_no_page_grows_by_it(walked: Walked):
    visit = Visit(walked.open_url)
    tried = set[tuple[str, str]]()
    for path in _shown(walked):
        for one in _forms(visit.look(path)):
            for name in one.typed:
                if one.method == "post" and (one.action, name) not in tried:
                    tried.add((one.action, name))
                    one.send(visit, {**one.fields, name: MEGABYTE})
                    assert visit.answer.status_code < 500, (one.action, name)
                    assert "<b>x" not in visit.answer.text
    assert len(tried) > 40

    for path in _shown(walked):
        visit.look(path)
        _assert_told_as_text(visit)
        assert len(visit.answer.content) < 400_000, path
