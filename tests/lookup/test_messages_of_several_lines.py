"""A message that goes on below is known by that, too: the same beginning with another reason is another fault."""

from __future__ import annotations

import pytest

from kb import KnowledgeBase
from kb.model.ledger import Verdict

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


def only_the_first_is_known(known: KnowledgeBase, learned: str, other: str) -> None:
    """Alone and amid a log."""
    entry = known.learn_pattern(learned, "what it means", "what helps").id
    for text in (learned, f"{LOG}\n{learned}\n{LOG}"):
        answer = known.check_known_issues(text)
        assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, entry)
    for text in (other, f"{LOG}\n{other}\n{LOG}"):
        assert known.check_known_issues(text).verdict is not Verdict.KNOWN


@pytest.mark.parametrize(
    "way", [1, pytest.param(-1, marks=pytest.mark.full)], ids=["", "the other way round"]
)
@pytest.mark.parametrize("tool", MESSAGES)
def test_only_the_message_with_the_reason_that_was_learned_is_known(
    known: KnowledgeBase, tool: str, way: int
) -> None:
    only_the_first_is_known(known, *MESSAGES[tool][::way])


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


OTHERWISE = {
    "Nix, whose log stands below": (
        "error: builder for '/nix/store/0a1b2c3d-acme-1.2.drv' failed with exit code 2;\n       last 2 log lines:\n"
        "       > building\n       > make: *** No rule to make target 'all'.  Stop.\n       For full logs: nix log",
        "error: builder for '/nix/store/0a1b2c3d-acme-1.2.drv' failed with exit code 2;\n       last 2 log lines:\n"
        "       > building\n       > acme.c:3:10: fatal error: zlib.h: not there\n       For full logs: nix log",
    ),
    "a step of a build, whose reason stands above": (
        " > [4/7] RUN pip install -r requirements.txt:\n2.913 ERROR: No matching distribution found for acme==4.2\n"
        '------\nERROR: failed to solve: process "/bin/sh -c pip install" did not complete successfully: exit code: 1',
        " > [4/7] RUN pip install -r requirements.txt:\n2.913 error: command 'gcc' failed: No such file or directory\n"
        '------\nERROR: failed to solve: process "/bin/sh -c pip install" did not complete successfully: exit code: 1',
    ),
    "Apache, in which nothing crashed": (
        "AH00526: Syntax error on line 12 of /etc/apache2/sites-enabled/shop.conf:\n"
        "SSLCertificateFile: file '/etc/ssl/shop.pem' does not exist or is empty\nAction 'configtest' failed.",
        "AH00526: Syntax error on line 12 of /etc/apache2/sites-enabled/shop.conf:\n"
        "Invalid command 'RewriteEngine', perhaps misspelled\nAction 'configtest' failed.",
    ),
    "a report with labels": (
        "JOB NIGHTLY-BILLING ENDED ABNORMALLY\nSTEP    : S040 POST-LEDGER\nRC      : 0012\n"
        "MESSAGE : LEDGER PERIOD 2024-05 IS CLOSED",
        "JOB NIGHTLY-BILLING ENDED ABNORMALLY\nSTEP    : S040 POST-LEDGER\nRC      : 0012\n"
        "MESSAGE : EXCHANGE RATE FOR CHF IS NOT MAINTAINED",
    ),
}


@pytest.mark.full
@pytest.mark.parametrize(
    "way", [1, pytest.param(-1, marks=pytest.mark.full)], ids=["", "the other way round"]
)
@pytest.mark.parametrize("tool", OTHERWISE)
def test_another_reason_around_the_same_message_is_another_fault(
    known: KnowledgeBase, tool: str, way: int
) -> None:
    only_the_first_is_known(known, *OTHERWISE[tool][::way])


AGAIN = {
    "the chart, which leads on to it": (
        "Error: values don't meet the specifications of the schema(s) in the following chart(s):\n{}:\n"
        "- (root): image is required",
        "shop",
        "basket",
    ),
    "the region in which a quota is exceeded": (
        "ERROR: (gcloud.compute.instances.create) Could not fetch resource:\n"
        " - Quota 'CPUS' exceeded.  Limit: 24.0 in region {}.",
        "us-central1",
        "europe-west4",
    ),
    "the directory of a library": (
        "Error: package or namespace load failed for 'sf' in dyn.load(file, DLLpath = DLLpath, ...):\n"
        " unable to load shared object '{}/sf/libs/sf.so':\n"
        "  libgdal.so.26: cannot open shared object file: No such file or directory",
        "/usr/lib/R/site-library",
        "/usr/local/lib/R/site-library",
    ),
}


@pytest.mark.parametrize("what", AGAIN)
def test_what_leads_on_to_a_reason_or_explains_it_may_be_another(known: KnowledgeBase, what: str) -> None:
    text, before, now = AGAIN[what]
    entry = known.learn_pattern(text.format(before), "what it means", "what helps").id
    answer = known.check_known_issues(f"{LOG}\n{text.format(now)}\n{LOG}")
    assert (answer.verdict, answer.matches[0].id) == (Verdict.KNOWN, entry)
