"""The signature of a draft matches all its lines, is as plain as possible, and never general."""

from __future__ import annotations

import pytest

from kb.model import Signature
from kb.proposals.signatures import signature_for
from kb.text.signatures.signature import SignatureSet, specificity
from tests.proposals.conftest import FENCING, KAFKA, VOLUME, line


def test_a_literal_is_taken_where_a_literal_tells_enough() -> None:
    found = signature_for([line(KAFKA, n) for n in range(3)])
    assert found is not None
    assert not found.regex
    assert found.needles == ("kafka: consumer group payments-settle lost partition assignment, generation",)


def test_a_regex_joins_the_pieces_where_no_piece_tells_enough() -> None:
    found = signature_for([line(VOLUME, n) for n in range(3)])
    assert found is not None
    assert found.regex
    assert found.needles == ("volume attachment csi-.*stuck detaching from node",)


@pytest.mark.parametrize("template", [FENCING, KAFKA, VOLUME])
def test_it_matches_lines_with_ids_that_it_has_not_seen(template: str) -> None:
    found = signature_for([line(template, n) for n in range(2)])
    assert found is not None
    assert SignatureSet.compile([("", found)]).scan(line(template, 99))


def test_lines_of_two_wordings_get_what_they_share() -> None:
    lines = [
        "raft: follower 12 rejected snapshot chunk, checksum mismatch at offset 88123",
        "raft: follower 7 has rejected snapshot chunk because of checksum mismatch at offset 512",
    ]
    found = signature_for(lines)
    assert found is not None
    assert all(SignatureSet.compile([("", found)]).scan(one) for one in lines)
    assert not SignatureSet.compile([("", found)]).scan("raft: follower 12 accepted snapshot chunk")


@pytest.mark.parametrize(
    "text", ["connection refused to 10.0.0.{n}:80", "request {n} failed: timeout", "error {n}"]
)
def test_what_fits_any_incident_gets_none(text: str) -> None:
    assert signature_for([text.format(n=n) for n in range(20, 24)]) is None


def test_flags_of_a_regex_make_it_no_more_telling() -> None:
    plain, flagged = (
        Signature(needles=(text,), regex=True) for text in ("request.*failed", "(?i)request.*failed")
    )
    assert specificity(flagged) == specificity(plain)


def test_what_occurs_in_healthy_lines_gets_none() -> None:
    lines = [line(KAFKA, n) for n in range(2)]
    assert signature_for(lines, fine=[line(KAFKA, 50)]) is None
    assert signature_for(lines, fine=["kafka: consumer group payments-settle joined"]) is not None


def test_a_text_that_looks_like_a_regex_is_read_back_as_it_was_meant() -> None:
    lines = [f"glob .*/spool[a-z]+ of tenant-router matched nothing in bucket {n}" for n in range(100, 103)]
    found = signature_for(lines)
    assert found is not None
    assert all(SignatureSet.compile([("", found)]).scan(one) for one in lines)


def test_a_code_that_tells_faults_apart_stays_in_the_signature() -> None:
    found = signature_for(["users see 502 after deploy", "users see 502 after deploy"])
    assert found == Signature(needles=("users see 502 after deploy",), regex=False)


def test_two_panics_share_nothing_but_boilerplate_and_get_none() -> None:
    panic = "thread 'main' panicked at '{}', src/main.rs:3:12"
    assert (
        signature_for([panic.format("already borrowed: BorrowMutError"), panic.format("no ledger")]) is None
    )


@pytest.mark.parametrize(
    "line",
    [
        "thread 'main' (12) panicked at src/main.rs:3:12:",
        "Traceback (most recent call last):",
        "      throw er; // Unhandled 'error' event",
        "The above exception was the direct cause of the following exception:",
        "=ERROR REPORT==== 29-Nov-2026::09:04:19.914321 ===",
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
    ],
)
def test_boilerplate_of_a_runtime_gets_none(line: str) -> None:
    assert signature_for([line, line]) is None


def test_the_message_is_drafted_without_its_wrapper() -> None:
    panic = "thread 'main' panicked at 'cannot apply migration {}', src/main.rs:3:12"
    found = signature_for([panic.format(12), panic.format(88)])
    assert found == Signature(needles=("cannot apply migration",), regex=False)
