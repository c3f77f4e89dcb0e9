"""A message that goes on below is known by that, too: the same beginning with another reason is another fault."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict
from tests.doubles.encoders import HashedEncoder

MESSAGES = {
    "oracledb": (
        "oracledb.exceptions.OperationalError: DPY-6005: cannot connect to database (CONNECTION_ID=kRZhXyVbTbS0==).\n"
        "[Errno 111] Connection refused",
        "oracledb.exceptions.OperationalError: DPY-6005: cannot connect to database (CONNECTION_ID=ba7hXyVbTbS1==).\n"
        "timed out",
    ),
    "a runtime of containers": (
        'Error: failed to start container "api": Error response from daemon: OCI runtime create failed: runc create '
        'failed: unable to start container process:\nexec: "/entry.sh": permission denied',
        'Error: failed to start container "api": Error response from daemon: OCI runtime create failed: runc create '
        'failed: unable to start container process:\nexec: "gunicorn": executable file not found in $PATH',
    ),
    "pydantic, which counts": (
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\n"
        "database_url\n  Field required [type=missing, input_value={}, input_type=dict]",
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\n"
        "redis_url\n  Field required [type=missing, input_value={}, input_type=dict]",
    ),
    "Helm, which leads up to it": (
        'Error: UPGRADE FAILED: cannot patch "api" with kind Deployment: Deployment.apps "api" is invalid:\n'
        "spec.template.spec.containers[0].image: Required value",
        'Error: UPGRADE FAILED: cannot patch "api" with kind Deployment: Deployment.apps "api" is invalid:\n'
        "spec.selector: Invalid value: field is immutable",
    ),
    "Flyway": (
        "org.flywaydb.core.api.exception.FlywayValidateException: Validate failed: Migrations have failed validation\n"
        "Migration checksum mismatch for migration version 7",
        "org.flywaydb.core.api.exception.FlywayValidateException: Validate failed: Migrations have failed validation\n"
        "Detected failed migration to version 9 (add index).",
    ),
    "Gradle, in which nothing crashed": (
        "FAILURE: Build failed with an exception.\n\n* What went wrong:\n"
        "Execution failed for task ':app:compileJava'.\n"
        "> Could not resolve com.acme:billing:1.2.",
        "FAILURE: Build failed with an exception.\n\n* What went wrong:\n"
        "Execution failed for task ':app:compileJava'.\n"
        "> Compilation failed; see the compiler error output for details.",
    ),
}
LOG = "\n".join(
    f"2026-11-30 10:00:{second:02d} INFO worker {second} handled /orders/{second} in {second} ms"
    for second in range(60)
)


@pytest.fixture
def known(new_home: Path, tmp_path: Path) -> Iterator[KnowledgeBase]:
    home = Path(shutil.copytree(new_home, tmp_path / "home"))
    with KnowledgeBase.open(home, encoder=HashedEncoder()) as kb:
        yield kb


@pytest.mark.parametrize("way", [1, -1], ids=["", "the other way round"])
@pytest.mark.parametrize("tool", MESSAGES)
def test_only_the_message_with_the_reason_that_was_learned_is_known(
    known: KnowledgeBase, tool: str, way: int
) -> None:
    learned, other = MESSAGES[tool][::way]
    entry = known.learn_pattern(learned, "what it means", "what helps").id
    for text in (learned, f"{LOG}\n{learned}\n{LOG}"):
        answer = known.check_known_issues(text)
        assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, entry)
    for text in (other, f"{LOG}\n{other}\n{LOG}"):
        assert known.check_known_issues(text).verdict is not Verdict.KNOWN


LINES = (
    "sqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedColumn) column orders.total does not exist\n"
)


def test_what_only_explains_a_message_may_be_another_one(known: KnowledgeBase) -> None:
    learned = (
        f"{LINES}LINE 1: SELECT orders.total\n               ^\n\n[SQL: SELECT orders.total FROM orders]"
    )
    again = f"{LINES}LINE 1: SELECT id, orders.total\n               ^\n\n[SQL: SELECT id, orders.total FROM orders]"
    entry = known.learn_pattern(learned, "what it means", "what helps").id
    answer = known.check_known_issues(f"{LOG}\n{again}\n{LOG}")
    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, entry)
