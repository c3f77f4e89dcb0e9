"""What libraries write around an error is no part of it; texts as SQLAlchemy, pydantic and journald wrote them."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.text.evidence.evidence import pick_evidence, title_line

# SQLAlchemy 2.1.9 with psycopg 3.3.9, PostgreSQL 15.18: str() of what each statement raised.
ENDED = """(psycopg.errors.AdminShutdown) terminating connection due to administrator command
[SQL: select 1]
(Background on this error at: https://sqlalche.me/e/21/e3q8)"""
NO_COLUMN = """(psycopg.errors.UndefinedColumn) column "nosuch" does not exist
LINE 1: select nosuch from orders
               ^
[SQL: select nosuch from orders]
(Background on this error at: https://sqlalche.me/e/21/f405)"""
# pydantic 2.14: str() of a ValidationError.
NOT_VALID = """2 validation errors for Order
id
  Input should be a valid integer [type=int_type, input_value=[], input_type=list]
    For further information visit https://errors.pydantic.dev/2.14/v/int_type
total
  Field required [type=missing, input_value={'id': []}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.14/v/missing"""
# grpcio 1.85.3 and kubernetes 37.0.1: the end of what each call raised.
GRPC = """Traceback (most recent call last):
  File "/srv/orders/book.py", line 17, in book
    return stub.Get(order, timeout=0.5)
  File "/usr/lib/python3/site-packages/grpc/_channel.py", line 1166, in __call__
    return _end_unary_response_blocking(state, call, False, None)
grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:
\tstatus = StatusCode.{status}
\tdetails = "{details}"
\tdebug_error_string = "{status}:{details}"
>
"""
REFUSED = GRPC.format(
    status="UNAVAILABLE",
    details="failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:9: Failed to connect to remote"
    " host: Connection refused",
)
TOO_LATE = GRPC.format(status="DEADLINE_EXCEEDED", details="Deadline Exceeded")
NO_NAME = GRPC.format(
    status="UNAVAILABLE",
    details="errors resolving ledger.invalid: [field:hostname lookup error:address lookup failed for ledger.invalid:"
    " Domain name not found]",
)
KUBERNETES = """Traceback (most recent call last):
  File "/srv/orders/scale.py", line 44, in scale
    return api.call_api(path)
  File "/usr/lib/python3/site-packages/kubernetes/client/rest.py", line 250, in request
    raise ForbiddenException(http_resp=r)
kubernetes.client.exceptions.ForbiddenException: (403)
Reason: Forbidden
HTTP response headers: HTTPHeaderDict({{'Audit-Id': '{id}', 'content-length': '290'}})
HTTP response body: {{"kind": "Status", "apiVersion": "v1", "metadata": {{}}, "status": "Failure", \
"message": "{message}", "reason": "Forbidden", "code": 403}}
"""
NO_LIST = KUBERNETES.format(
    id="3f1c0c1e-22ab",
    message=r"pods is forbidden: User \"system:serviceaccount:shop:orders\" cannot list resource \"pods\" in API group"
    r" \"\" in the namespace \"shop\"",
)
NO_SECRET = KUBERNETES.format(
    id="77aa0c1e-1111",
    message=r"secrets \"lease\" is forbidden: User \"system:serviceaccount:shop:refunds\" cannot get resource"
    r" \"secrets\" in API group \"\" in the namespace \"shop\"",
)
QUOTA = KUBERNETES.format(
    id="9b9b0c1e-2222",
    message=r"pods \"orders-7\" is forbidden: exceeded quota: shop-quota, requested: limits.memory=1Gi, used:"
    r" limits.memory=8Gi, limited: limits.memory=8Gi",
)
# pymongo 4.20.1, its description of the topology cut short, and Python 3.11's subprocess.
MONGO = """Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/pymongo/synchronous/mongo_client.py", line 3063, in _get_server
    return self._client._select_server(
  File "/usr/lib/python3/site-packages/pymongo/synchronous/mongo_client.py", line 1962, in _select_server
    server = topology.select_server(
  File "/usr/lib/python3/site-packages/pymongo/synchronous/topology.py", line 305, in select_server
    server = self._select_server(
  File "/usr/lib/python3/site-packages/pymongo/synchronous/topology.py", line 279, in _select_server
    servers = self.select_servers(
  File "/usr/lib/python3/site-packages/pymongo/synchronous/topology.py", line 196, in select_servers
    server_descriptions = self._select_servers_loop(
  File "/usr/lib/python3/site-packages/pymongo/synchronous/topology.py", line 244, in _select_servers_loop
    raise ServerSelectionTimeoutError(
pymongo.errors.ServerSelectionTimeoutError: {where}: [Errno {why} (configured timeouts: socketTimeoutMS: 20000.0ms, \
connectTimeoutMS: 20000.0ms), Timeout: 0.3s, Topology Description: <TopologyDescription id: {id}, \
topology_type: Unknown, servers: [<ServerDescription ('{host}', {port}) server_type: Unknown, rtt: None, \
error=AutoReconnect('{where}: [Errno {why} (configured timeouts: socketTimeoutMS: 20000.0ms, connectTimeoutMS: \
20000.0ms)')>]>
"""
AWAY = MONGO.format(
    where="10.0.0.7:27017",
    host="10.0.0.7",
    port=27017,
    why="111] Connection refused",
    id="6b0de8821de153ca091268d7",
)
NOWHERE = MONGO.format(
    where="ledger.invalid:27017",
    host="ledger.invalid",
    port=27017,
    why="-2] Name or service not known",
    id="6b0de8831de153ca091268d8",
)
COMMAND = """Traceback (most recent call last):
  File "/srv/orders/book.py", line 6, in run
    try: f()
         ^^^
  File "/srv/orders/book.py", line 32, in <lambda>
    run("sp1/a",lambda:sp("COMMAND")); run("sp2/a",lambda:sp("exit 3"))
                       ^^^^^^^^^^^^^^^^^^^^^
  File "/srv/orders/book.py", line 31, in sp
    def sp(c): subprocess.run(c,shell=True,check=True,capture_output=True)
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/subprocess.py", line 571, in run
    raise CalledProcessError(retcode, process.args,
subprocess.CalledProcessError: Command 'COMMAND' returned non-zero exit status STATUS.
"""
APPLIED = COMMAND.replace("COMMAND", "kubectl-x apply").replace("STATUS", "127")
SCALED = COMMAND.replace("COMMAND", "exit 3").replace("STATUS", "3")
SERVED = "".join(f"2026-11-30 20:00:{n:02},123 INFO app.orders served {n}\n" for n in range(40))


def best(text: str) -> str:
    return max(pick_evidence(text), key=lambda one: (one.score, -one.line)).text.strip()


@pytest.mark.parametrize("text", [ENDED, NO_COLUMN, NOT_VALID])
def test_where_to_read_on_is_neither_the_title_nor_what_tells(text: str) -> None:
    first = text.partition("\n")[0]

    assert title_line(text).startswith(first)
    assert best(text) == first
    assert best(f"{SERVED}ERROR app.orders {text}\n{SERVED}").endswith(first)
    assert not any("https://" in one.text for one in pick_evidence(text))


def test_two_errors_that_end_with_the_same_advice_are_two(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(ENDED, "the pooler was restarted", "drain it first")

    assert kb.check_known_issues(NO_COLUMN).verdict != "known"
    assert kb.check_known_issues(f"{SERVED}ERROR app.orders {ENDED}").matches[0].id == learned.id
    assert kb.check_known_issues(f"{SERVED}ERROR app.orders {ENDED}").verdict == "known"


@pytest.mark.parametrize("said", ["could not save the order: ", "can not answer: "])
def test_an_error_is_known_behind_what_could_not_be_done(kb: KnowledgeBase, said: str) -> None:
    kb.learn_pattern(
        '2026-11-30 20:55:46.443 UTC [8773] ERROR:  duplicate key value violates unique constraint "orders_pkey"',
        "two writers take one number",
        "use the sequence",
    )

    wrapped = f'ERROR app.orders {said}duplicate key value violates unique constraint "orders_pkey"'
    assert kb.check_known_issues(wrapped).verdict == "known"


@pytest.mark.parametrize("said", ["did not see: ", "could not reproduce: ", "could not find: "])
def test_what_says_that_it_is_not_there_is_not_known(kb: KnowledgeBase, said: str) -> None:
    kb.learn_pattern("quorum lost on ledger", "two nodes are away", "start them")

    assert kb.check_known_issues(f"INFO check {said}quorum lost on ledger").verdict != "known"


def test_what_a_journal_shows_of_any_line_it_cannot_show_settles_nothing(kb: KnowledgeBase) -> None:
    """So `journalctl` writes a message that is no text."""
    kb.learn_pattern("Nov 30 20:55:46 db-1 ledgerd[12]: [61B blob data]", "the ledger wrote bytes", "restart")

    answer = kb.check_known_issues("Nov 30 21:57:02 db-1 ledgerd[77]: [9.7K blob data]")

    assert answer.verdict != "known"


def test_a_message_in_brackets_is_the_message(kb: KnowledgeBase) -> None:
    kb.learn_pattern("Nov 30 20:55:46 db-1 ledgerd[12]: [tail segment is sealed]", "it is", "unseal it")

    answer = kb.check_known_issues("2026-11-30T21:55:46Z db-7 orders[3]: [tail segment is sealed]")

    assert answer.verdict == "known"


@pytest.mark.parametrize(
    "faults",
    [(REFUSED, TOO_LATE, NO_NAME), (NO_LIST, NO_SECRET, QUOTA), (AWAY, NOWHERE), (APPLIED, SCALED)],
    ids=["grpc", "kubernetes", "pymongo", "subprocess"],
)
def test_errors_of_one_client_are_told_apart_by_what_the_server_said(
    kb: KnowledgeBase, faults: tuple[str, ...]
) -> None:
    learned = kb.learn_pattern(faults[0], "the cause of the first", "mend it")

    again = kb.check_known_issues(
        faults[0].replace("line 17", "line 19").replace("3f1c0c1e-22ab", "c0c01e1e-33cd")
    )
    assert (again.verdict, again.matches[0].id) == ("known", learned.id)
    for other in faults[1:]:
        assert kb.check_known_issues(other).verdict != "known"


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        (REFUSED, "Connection refused"),
        (TOO_LATE, "Deadline Exceeded"),
        (NO_LIST, "cannot list"),
        (QUOTA, "shop-quota"),
    ],
)
def test_what_the_server_said_is_what_tells(text: str, tells: str) -> None:
    assert tells in best(text)
    assert tells in best(f"{SERVED}{text}{SERVED}")
