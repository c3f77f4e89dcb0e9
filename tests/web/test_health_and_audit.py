"""Health shows the home, what was not delivered and until when tokens hold; audit, who did what, as a file, too."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.doors.web.pages.audit import as_csv
from kb.index.encoder import OnnxEncoder
from kb.model.receipts import Deed
from tests.web.conftest import ADMIN, READ, RESPOND, WHOLE, WRITE, Visit
from tests.web.reviewers import Waiting, waiting_home

slow = pytest.mark.full
SOON = (datetime.now(UTC) + timedelta(days=3)).date()


@pytest.fixture(scope="module")
def waiting(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder
) -> Iterator[Waiting]:
    folder = tmp_path_factory.mktemp("health")
    tokens = folder / "tokens"
    tokens.write_text(
        f"write: {ADMIN}\nread: {READ} until {SOON}\nrespond noor: {RESPOND}\nwrite mara: {WRITE}\n"
    )
    with waiting_home(folder, new_home, encoder, "--token-file", str(tokens)) as found:
        yield found


def _signed_in(waiting: Waiting, token: str) -> Visit:
    visit = Visit(waiting.url)
    visit.sign_in(token, name="" if token in (RESPOND, WRITE) else "ana")
    return visit


@slow
def test_health_tells_how_the_home_is_and_checks_it_when_asked(waiting: Waiting):
    visit = _signed_in(waiting, ADMIN)
    page = visit.look("/health")
    assert "Quarantined 1" in " ".join(page.select_one(".tiles").get_text(" ").split())
    assert page.select_one("button[name=check]") is not None

    checked = visit.look("/health?check=yes")
    assert "All is well" in checked.select_one("#doctor").parent.get_text(" ")


@slow
def test_tokens_are_shown_to_admins_alone_and_never_their_secrets(waiting: Waiting):
    page = _signed_in(waiting, ADMIN).look("/health")
    rows = [one.get_text(" ", strip=True) for one in page.select("#tokens ~ .scroll tbody tr")]
    assert f"several read {SOON}" in rows
    assert "mara write no end" in rows
    assert "ends with" in page.select_one("#tokens ~ .note").get_text()
    assert not any(secret in str(page) for secret in (ADMIN, READ, RESPOND, WRITE))

    assert _signed_in(waiting, WRITE).look("/health").select_one("#tokens") is None


@slow
def test_what_a_person_does_on_the_page_is_in_the_audit_in_their_name(waiting: Waiting):
    mara = _signed_in(waiting, WRITE)
    page = mara.look(f"/inbox/entries/{waiting.gauge}")
    form = next(one for one in page.select("main form") if str(one["action"]).endswith("/status"))
    mara.send(form, status="active", reason="read and tried")

    page = _signed_in(waiting, ADMIN).look("/audit?actor=mara&what=status")

    (deed,) = page.select(".deeds li")
    assert "candidate → active" in deed.get_text(" ")
    assert "read and tried" in deed.get_text(" ")


@slow
def test_who_took_in_files_is_in_the_audit_and_that_nothing_changed_is_not(waiting: Waiting, tmp_path: Path):
    runbook = tmp_path / "weir.md"
    runbook.write_text("# The weir is stuck\n\n1. Turn it by hand: `weir turn --by-hand`\n")
    for _ in range(2):
        with KnowledgeBase.open(waiting.home, actor="noor") as kb:
            kb.ingest(runbook)
    with KnowledgeBase.open(waiting.home) as kb:
        (deed,) = kb.upkeep.deeds.between(actor="noor", what=["ingest"])[0]

    assert (deed.said, deed.details) == ("files added: 1", str(runbook))
    shown = _signed_in(waiting, ADMIN).look("/audit?what=ingest&actor=noor")
    assert "files added: 1" in shown.select_one(".deeds li").get_text(" ")


@slow
def test_the_audit_is_exported_as_a_file(waiting: Waiting):
    visit = _signed_in(waiting, ADMIN)
    visit.look("/audit.csv?what=outcome")

    assert visit.answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in visit.answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(visit.answer.text)))
    assert {row["said"] for row in rows} == {"made_worse", "resolved"}
    assert {row["actor"] for row in rows} == {"agent-7"}


@slow
@pytest.mark.parametrize("path", ["/audit", "/audit.csv"])
def test_the_audit_is_for_admins_alone(waiting: Waiting, path: str):
    for token in (READ, RESPOND, WRITE):
        visit = _signed_in(waiting, token)
        visit.look(path, **WHOLE)
        assert visit.answer.status_code == 403
        assert "admin" in visit.told


@slow
@pytest.mark.parametrize("query", ["what=nothing", "since=yesterday-ish"])
def test_filters_that_mean_nothing_are_told(waiting: Waiting, query: str):
    visit = _signed_in(waiting, ADMIN)

    visit.look(f"/audit?{query}", **WHOLE)

    assert visit.answer.status_code == 400
    assert visit.told


@slow
def test_who_may_not_send_again_is_refused(waiting: Waiting):
    visit = _signed_in(waiting, READ)
    form = visit.form(visit.look("/"))
    for action in ("/messages/kb-1/send", "/hook-deliveries/retry"):
        form["action"] = action
        visit.send(form)
        assert visit.answer.status_code == 403


def test_no_cell_of_the_file_is_a_formula():
    deed = Deed(
        at=datetime(2026, 11, 30, tzinfo=UTC),
        actor="=cmd",
        what="edit",
        about="@x",
        said="+1",
        details="-2\n=3",
    )

    (row,) = csv.DictReader(io.StringIO(as_csv([deed])))

    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in row.values())
