"""The operations over plain HTTP: the same answers as over MCP, problems with a sentence, and who may ask."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from kb.doors.http.openapi import openapi
from kb.operations.catalogue import operations
from kb.operations.examples import EXAMPLES
from tests.doors.conftest import connected, served

pytestmark = pytest.mark.slow
WRITE, READ = "write-token-of-the-watch", "read-token-of-the-watch"
NEEDS_MORE = {
    "proposal_show",
    "proposal_accept",
    "proposal_reject",
    "entry_edit",
    "entry_merge",
    "incident_merge",
    "incident_split",
    "message_send",
}
"""Operations on what this home has not: proposals, a second incident, two entries that say the same, messages."""
LINE = "FATAL: remaining connection slots are reserved for berth {}"


class Program:
    """A program that speaks plain HTTP."""

    def __init__(self, url: str, token: str = WRITE) -> None:
        self.client = httpx2.Client(
            base_url=url.removesuffix("/mcp"), headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def post(self, path: str, body: object = None, **more: Any) -> httpx2.Response:
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, **more)

    def get(self, path: str, **query: Any) -> httpx2.Response:
        return self.client.get(f"/api/v1{path}", params=query)

    def ask(self, name: str, given: dict[str, Any]) -> httpx2.Response:
        """Any operation, by its declaration."""
        method, path = operations()[name].path.split()
        placed = {
            key: given.get(key, "current") for key in operations()[name].parameters if f"{{{key}}}" in path
        }
        rest = {key: value for key, value in given.items() if key not in placed}
        path = path.format(**placed)
        return self.post(path, rest) if method == "POST" else self.get(path, **rest)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the sentence of a problem, which must be one."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, told["detail"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, new_home: Path) -> Iterator[str]:
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("api") / "home"))
    with served(home, KB_TOKEN=WRITE, KB_READ_TOKEN=READ) as (found, _):
        yield found


@pytest.fixture(scope="module")
def program(url: str) -> Program:
    return Program(url)


def test_what_a_program_learned_is_found_by_programs_and_by_agents(program: Program, url: str):
    learned = program.post("/patterns", {"pattern": LINE.format(4), "fix": "lower the pool"})

    answer = program.post("/check", {"error_text": LINE.format(77)}).json()

    assert learned.status_code == 200
    assert (answer["verdict"], answer["matches"][0]["id"]) == ("known", learned.json()["id"])
    agent_side = httpx2.AsyncClient(headers={"Authorization": f"Bearer {WRITE}"})
    from mcp.client.streamable_http import streamable_http_client

    with connected(streamable_http_client(url, http_client=agent_side)) as agent:
        assert agent.call("check_known_issues", error_text=LINE.format(12))["verdict"] == "known"


def test_an_incident_is_lived_from_opening_to_postmortem(program: Program):
    opened = program.post("/incidents", {"title": "orders-api answers 503", "service": "orders-api"}).json()
    path = f"/incidents/{opened['id']}"

    program.post(f"{path}/mitigate", {"action": "restarted it", "worked": True})
    program.post("/incidents/current/resolve", {"resolution": "lowered the pool"})
    verified = program.post(f"{path}/verify", {"checks": "all", "by": "ana"}).json()
    closed = program.post(f"{path}/close").json()

    assert (verified["verified"] is not None, closed["phase"]) == (True, "closed")
    assert opened["id"] in [one["id"] for one in program.get("/incidents").json()["incidents"]]
    assert "restarted it" in program.post(f"{path}/postmortem").json()["markdown"]


def test_every_example_is_answered_as_the_description_promises(program: Program):
    described = openapi()
    learned = program.ask("learn_pattern", dict(EXAMPLES["learn_pattern"])).json()["id"]
    ids = {"entry_id": learned}
    program.ask("incident_open", dict(EXAMPLES["incident_open"]))

    for name in operations():
        if name in NEEDS_MORE:
            continue
        given = {**EXAMPLES[name], **{key: ids[key] for key in EXAMPLES[name] if key in ids}}
        if name == "incident_reopen":
            program.ask("incident_resolve", dict(EXAMPLES["incident_resolve"]))
        answer = program.ask(name, given)
        assert answer.status_code == 200, (name, answer.text)
        method, path = operations()[name].path.split()
        promised = described["paths"][f"/api/v1{path}"][method.lower()]["responses"]["200"]["content"]
        schema = {**promised["application/json"]["schema"], "components": described["components"]}
        Draft202012Validator(schema).validate(answer.json())


def _like_its_schema(answer: httpx2.Response, name: str) -> dict[str, Any]:
    """What was answered, which is as the description promises."""
    described = openapi()
    assert answer.status_code == 200, answer.text
    method, path = operations()[name].path.split()
    promised = described["paths"][f"/api/v1{path}"][method.lower()]["responses"]["200"]["content"]
    schema = {**promised["application/json"]["schema"], "components": described["components"]}
    Draft202012Validator(schema).validate(answer.json())
    found: dict[str, Any] = answer.json()
    return found


def test_an_entry_is_edited_after_a_dry_run_and_the_second_of_two_is_told(program: Program):
    learned = program.post(
        "/patterns", {"pattern": "the crane of quay 3 is stuck", "fix": "grease it"}
    ).json()
    path = f"/entries/{learned['id']}"
    version = program.get(f"{path}/source").json()["version"]
    edit = {"entry_id": learned["id"], "values": {"fix": "grease the wheel"}, "version": version}

    tried = _like_its_schema(program.ask("entry_edit", {**edit, "dry_run": True}), "entry_edit")
    assert (tried["written"], "+  fix: grease the wheel" in tried["diff"]) == (False, True)
    done = _like_its_schema(program.ask("entry_edit", edit), "entry_edit")
    assert (done["written"], program.get(path).json()["entry"]["fix"]) == (True, "grease the wheel")

    status, said = problem(program.ask("entry_edit", {**edit, "values": {"fix": "paint it"}}))
    assert (status, "somebody else changed" in said) == (409, True)


def test_entries_that_wait_are_compared_and_merged(program: Program):
    cause = "a client kept writing after its lease ended"
    kept, gone = (
        program.post(
            "/patterns", {"pattern": f"ledger shard {n} rejected stale token", "meaning": cause, "fix": "go"}
        )
        for n in (12, 977)
    )
    waiting = program.get("/entries-waiting", status="candidate", limit=50).json()
    assert {kept.json()["id"], gone.json()["id"]} <= {one["id"] for one in waiting["entries"]}

    beside = program.get(f"/entries/{gone.json()['id']}/compare").json()
    assert beside["other"]["id"] == kept.json()["id"]
    assert [line for line in beside["diff"] if line[:1] in "+-"] == [
        "-pattern: ledger shard 12 rejected stale token",
        "+pattern: ledger shard 977 rejected stale token",
    ]
    given = {"entry_id": gone.json()["id"], "into": kept.json()["id"], "reason": "the same fault"}
    merged = _like_its_schema(program.ask("entry_merge", given), "entry_merge")
    assert merged["decision"]["state"] == "accepted"
    assert program.get(f"/entries/{gone.json()['id']}").json()["entry"]["status"] == "retired"
    decided = program.get("/decisions").json()["deeds"]
    assert {"status", "proposal"} <= {one["what"] for one in decided if one["actor"]}


def test_a_proposal_is_shown_as_what_it_would_write(program: Program):
    for number in range(4):
        program.post(
            "/check", {"error_text": f"the ferry bell of deck {number} rings at night", "service": "ferry"}
        )
    (found,) = [
        one["proposal"]
        for one in program.get("/proposals").json()["proposals"]
        if "ferry" in one["proposal"]["title"]
    ]

    shown = _like_its_schema(program.ask("proposal_show", {"proposal_id": found["id"]}), "proposal_show")

    assert any(line.startswith("+") and "ferry bell" in line for line in shown["diff"])
    assert {"pattern", "meaning", "fix"} <= set(shown["editable"])
    assert shown["kept"]["decision"]["state"] == "open"


def test_the_audit_is_for_those_who_may_everything(program: Program, url: str):
    assert "learned pattern" in {one["said"] for one in program.get("/audit", what="lesson").json()["deeds"]}

    status, said = problem(Program(url, READ).get("/audit"))

    assert (status, "needs one that may admin" in said) == (403, True)


def test_two_incidents_are_merged_and_split_again(program: Program):
    stays, goes = (
        program.ask("incident_open", {"title": title}).json()["id"]
        for title in ("buoys drift", "buoys are gone")
    )
    merged = program.ask("incident_merge", {"incident_id": goes, "into": stays})
    assert (merged.status_code, merged.json()["merged"]) == (200, [goes])
    assert program.get(f"/incidents/{goes}").json()["id"] == stays
    assert program.ask("incident_merge", {"incident_id": goes, "into": stays}).status_code == 400

    split = program.ask("incident_split", {"incident_id": goes})
    assert (split.status_code, split.json()["id"]) == (200, goes)
    step = program.ask("memory_session_log", {"action": "the chain broke", "incident_id": goes})
    assert step.status_code == 200
    number = program.get(f"/incidents/{goes}").json()["timeline"][-1]["id"]
    made = program.ask(
        "incident_split", {"incident_id": goes, "title": "the chain broke", "steps": [str(number)]}
    )
    assert made.json()["title"] == "the chain broke"


def test_a_reviewer_decides_on_an_entry_and_looks_after_the_home(program: Program):
    learned = program.ask(
        "learn_pattern", {"pattern": "anchor lost at berth 4", "fix": "drop another one"}
    ).json()
    moved = program.ask(
        "entry_status", {"entry_id": learned["id"], "status": "active", "reason": "tried it myself"}
    )
    assert (moved.status_code, moved.json()["became"]) == (200, "active")
    assert program.get(f"/entries/{learned['id']}").json()["entry"]["status"] == "active"
    assert program.ask("entry_undo", {"entry_id": learned["id"]}).json()["became"] == "candidate"

    program.ask("healthy_add", {"log": ["anchor lost at berth 5"], "source": "a drill"})
    assert "a drill" in [one["source"] for one in program.get("/healthy").json()["sources"]]
    assert program.get(f"/entries/{learned['id']}").json()["entry"]["status"] == "quarantined"
    program.ask("healthy_remove", {"source": "a drill"})
    assert program.get(f"/entries/{learned['id']}").json()["entry"]["status"] == "candidate"

    assert program.get("/doctor").json()["wrong"] == []
    assert program.get("/overview").json()["entries"]["pattern"] >= 1
    assert program.get("/messages").json()["messages"] == []
    assert program.get("/hook-deliveries").json()["counts"]["failed"] == 0
    unknown = program.ask("message_send", {"message_id": "kb-none"})
    assert (unknown.status_code, "no delivery" in unknown.json()["detail"]) == (404, True)


WRONG: list[tuple[str, object, int, str]] = [
    ("/check", {}, 400, "`error_text` is missing"),
    ("/check", {"error_text": " "}, 400, "the text is empty, so nothing was looked up"),
    ("/check", {"eror_text": "x"}, 400, "did you mean `error_text`?"),
    ("/check", {"error_text": "x", "limit": 0}, 400, "at least 1 and at most 50"),
    ("/check", [1], 400, "must be a JSON object"),
    ("/outcomes", {"entry_id": "pattern-none", "result": "resolved"}, 404, "there is no entry"),
    ("/incidents/incident-none/close", {"incident_id": "x"}, 400, "stands in the path"),
    ("/chek", {}, 404, "/openapi.json lists what there is"),
    ("/incidents/line%0Abreak/close", {}, 404, "no incident"),
    ("/entries/x", {}, 405, "POST is not offered"),
]


@pytest.mark.parametrize(("path", "body", "status", "said"), WRONG, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_told_as_a_problem_with_a_sentence(
    program: Program, path: str, body: object, status: int, said: str
):
    found, sentence = problem(program.post(path, body))

    assert found == status
    assert said in sentence


def test_a_body_that_is_no_json_or_of_another_kind_or_too_large_is_refused(program: Program):
    def sent(body: bytes, kind: str) -> tuple[int, str]:
        return problem(program.client.post("/api/v1/check", content=body, headers={"Content-Type": kind}))

    assert sent(b'{"error_text": ', "application/json")[0] == 400
    assert sent(b"error_text=x", "application/x-www-form-urlencoded")[0] == 415
    assert sent(b'{"error_text": "' + b"x" * 5_000_000 + b'"}', "application/json")[0] == 413


def test_a_token_that_may_read_reads_and_nobody_gets_in_without_one(program: Program, url: str):
    reader, stranger = Program(url, READ), Program(url, "some-other-token-of-nobody")

    assert reader.post("/check", {"error_text": "quay wall cracked"}).status_code == 200
    assert problem(reader.post("/patterns", {"pattern": "quay wall cracked"})) == (
        403,
        "this token may only read, and learn_pattern writes; use the token that may write (KB_TOKEN)",
    )
    assert problem(reader.post("/run", {"name": "learn_pattern", "inputs": {"pattern": "x y z"}}))[0] == 403
    assert problem(stranger.get("/incidents"))[0] == 401
    assert program.get("/entries/pattern-none").status_code == 404


def test_a_page_of_another_site_and_another_name_of_this_server_are_refused(program: Program):
    page = program.client.get("/api/v1/incidents", headers={"Origin": "https://evil.example"})
    host = program.client.get("/api/v1/incidents", headers={"Host": "evil.example"})

    assert problem(page)[0] == 403
    assert problem(host)[0] == 421
    assert "--allow-host" in problem(host)[1]


def test_who_asks_stands_in_the_ledger(program: Program):
    opened = program.post(
        "/incidents", {"title": "the crane stands"}, headers={"X-Actor": "pager-bridge"}
    ).json()

    assert {event["actor"] for event in opened["timeline"]} == {"pager-bridge"}


def test_a_kind_given_twice_in_a_query_is_a_list(program: Program):
    found = program.get("/search", query="pod", kinds=["runbook", "pattern"]).json()["hits"]

    assert {hit["kind"] for hit in found} <= {"runbook", "pattern"}
    assert found


@pytest.mark.full
def test_nothing_that_a_schema_allows_or_forbids_breaks_the_server_or_its_promises(url: str, tmp_path: Path):
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            url.removesuffix("/mcp") + "/openapi.json",
            "--header",
            f"Authorization: Bearer {WRITE}",
            "--max-examples",
            "40",
            "--seed",
            "1",
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-6000:]
    assert f"{len(operations())} selected / {len(operations())} total" in done.stdout
