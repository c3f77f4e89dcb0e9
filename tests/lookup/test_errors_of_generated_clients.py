"""Errors of clients that OpenAPI Generator wrote, and of neo4j's driver: known again, and told apart.

All of these clients print the status in brackets, its phrase, the headers and the body.  Kubernetes' (37.0.2) decodes
the body, that of InfluxDB (influxdb-client 1.50.0) prints it as Python's bytes, in which what the server escaped is
escaped once more; a proxy in front of either answers with text, or with nothing.  So the first line is all that tells a
503 of a proxy from a 401.
"""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.text.evidence.evidence import title_line

KUBERNETES, INFLUX = "kubernetes.client.exceptions.ApiException", "influxdb_client.rest.ApiException"


def raised(client: str, status: str, body: str, minute: int) -> str:
    """What `str` of the exception gives, behind its class, as a traceback ends with it."""
    code, _, phrase = status.partition(" ")
    return (
        f"{client}: ({code})\nReason: {phrase}\nHTTP response headers: HTTPHeaderDict({{'Audit-Id': '5d1f{minute}-0a', "
        f"'Date': 'Tue, 01 Dec 2026 06:{minute}:37 GMT', 'Content-Length': '{minute}'}})\nHTTP response body: {body}\n"
    )


NO_BUCKET = r"""b'{"code":"not found","message":"failed to initialize: could not find bucket \\"shopN\\""}'"""
CONFLICT = """b'{"code":"unprocessable entity","message":"field type conflict on measurement orders"}'"""
TOO_OLD = """b'{"code":"unprocessable entity","message":"partial write: points beyond retention policy dropped=N"}'"""
# Words that any program says: the status tells more.
NO_TOKEN = """b'{"code":"unauthorized","message":"unauthorized access"}'"""
UNAUTHORIZED = '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","code":401}'
NO_LEASE, READ_ONLY = '{"error":"no lease for tenant N"}', '{"error":"ledger is read only"}'


@pytest.mark.parametrize(
    ("client", "status", "body"),
    [
        (INFLUX, "404 Not Found", NO_BUCKET),
        (INFLUX, "422 Unprocessable Entity", TOO_OLD),
        (INFLUX, "503 Service Unavailable", "b''"),
        (INFLUX, "502 Bad Gateway", "b'upstream ledger went away after N s'"),
        (KUBERNETES, "502 Bad Gateway", "upstream ledger went away after N s"),
        (KUBERNETES, "503 Service Unavailable", ""),
        ("shop_client.exceptions.ApiException", "409 Conflict", NO_LEASE),
        (INFLUX, "401 Unauthorized", NO_TOKEN),
        (KUBERNETES, "401 Unauthorized", UNAUTHORIZED),
    ],
)
def test_what_a_generated_client_raised_is_known_again(
    kb: KnowledgeBase, client: str, status: str, body: str
) -> None:
    kb.learn_pattern(raised(client, status, body.replace("N", "7"), 50), "known", "mend it")

    answer = kb.check_known_issues(raised(client, status, body.replace("N", "19"), 51))

    assert answer.verdict == "known"


@pytest.mark.parametrize(
    ("learned", "other"),
    [
        ((KUBERNETES, "401 Unauthorized", ""), (KUBERNETES, "503 Service Unavailable", "")),
        ((KUBERNETES, "404 Not Found", ""), (KUBERNETES, "409 Conflict", "")),
        ((INFLUX, "401 Unauthorized", NO_TOKEN), (INFLUX, "401 Unauthorized", TOO_OLD)),
        ((INFLUX, "503 Service Unavailable", "b''"), (INFLUX, "429 Too Many Requests", "b''")),
        ((INFLUX, "422 Unprocessable Entity", CONFLICT), (INFLUX, "422 Unprocessable Entity", TOO_OLD)),
        ((KUBERNETES, "409 Conflict", NO_LEASE), (KUBERNETES, "409 Conflict", READ_ONLY)),
    ],
)
def test_what_it_raised_for_another_reason_is_not(
    kb: KnowledgeBase, learned: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    kb.learn_pattern(raised(*learned, 50), "known", "mend it")

    assert kb.check_known_issues(raised(*other, 51)).verdict != "known"


def test_its_first_line_alone_tells_one_status_from_another(kb: KnowledgeBase) -> None:
    kb.learn_pattern(f"{KUBERNETES}: (404)", "it was deleted", "make it anew")

    again = kb.check_known_issues(f"2026-12-01 06:51:02,113 ERROR shop.scale {KUBERNETES}: (404)")
    assert again.verdict == "known"
    assert kb.check_known_issues(f"{KUBERNETES}: (409)").verdict != "known"


def test_the_title_is_what_the_server_said() -> None:
    text = raised(INFLUX, "404 Not Found", NO_BUCKET.replace("N", "7"), 50)

    assert "could not find bucket" in title_line(text)


UNREACHABLE = """\
neo4j.exceptions.ServiceUnavailable: Couldn't connect to {host}:{port} (resolved to ('{host}:{port}',)):
Failed to establish connection to ResolvedIPv4Address(('{host}', {port})) (reason [Errno {why})"""


def test_what_neo4j_raised_is_known_again_and_told_apart_by_its_reason(kb: KnowledgeBase) -> None:
    """neo4j 6.4.1: the second line, which says why, has a class with a number in its name (`ResolvedIPv4Address`)."""
    refused = "111] Connection refused"
    kb.learn_pattern(UNREACHABLE.format(host="10.0.4.7", port=7687, why=refused), "it is down", "start it")

    again = kb.check_known_issues(UNREACHABLE.format(host="10.0.9.31", port=17687, why=refused))
    other = kb.check_known_issues(
        UNREACHABLE.format(host="10.0.9.31", port=17687, why="113] No route to host")
    )

    assert again.verdict == "known"
    assert other.verdict != "known"


JAVA = """shop.BookError: cannot book
\tat shop.Book.run(Book.java:{line})
Caused by: shop.ShardError: no leader on shard{shard}
\tat shop.Shard.lead(Shard.java:9)
"""


def test_a_cause_that_ends_with_a_numbered_name_is_known_of_another_number(kb: KnowledgeBase) -> None:
    kb.learn_pattern(JAVA.format(line=7, shard=12), "no leader was elected", "elect one")

    assert kb.check_known_issues(JAVA.format(line=8, shard=4)).verdict == "known"
