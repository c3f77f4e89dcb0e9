"""Two denials are told apart by who was denied what on what, and by nothing else."""

from __future__ import annotations

import time

import pytest

from kb.text.contradictions import denials, other_denial, same_denial

LEARNED = (
    'type=1400 audit(1712.4:81): avc:  denied  { write } for  pid=812 comm="ledgerd" name="spool" dev="dm-0" ino=77'
    " scontext=system_u:system_r:ledger_t:s0 tcontext=system_u:object_r:var_spool_t:s0 tclass=dir permissive=0"
)
BRIEF = 'audit: avc:  denied  { write } for  pid=812 comm="ledgerd" name="spool"'


def test_a_denial_is_read_by_its_fields() -> None:
    (only,) = denials(f"a line before\n{LEARNED}")

    assert only == {
        "permission": "write",
        "comm": "ledgerd",
        "name": "spool",
        "scontext": "ledger_t",
        "tcontext": "var_spool_t",
        "tclass": "dir",
    }


@pytest.mark.parametrize(
    "asked",
    [
        LEARNED,
        LEARNED.replace("pid=812", "pid=9").replace("ino=77", "ino=123456").replace("1712.4:81", "1801.2:3"),
        LEARNED.replace('name="spool"', 'name="spool-2"'),
        LEARNED.replace("system_u:system_r", "unconfined_u:unconfined_r").replace(":s0 ", ":s0-s0:c0.c1023 "),
        'avc:  denied  { write } for  pid=3 comm="ledgerd"',
    ],
    ids=["the same", "other numbers", "another file of the same type", "another user and level", "cut short"],
)
def test_the_same_permission_for_the_same_program_is_the_same_denial(asked: str) -> None:
    assert other_denial(asked, LEARNED) == ""
    assert same_denial(asked, LEARNED)


@pytest.mark.parametrize(
    ("asked", "difference"),
    [
        (LEARNED.replace("{ write }", "{ read }"), "the permission is read, not write"),
        (LEARNED.replace('"ledgerd"', '"backupd"'), "the program is backupd, not ledgerd"),
        (LEARNED.replace("ledger_t", "backup_t"), "the type is backup_t, not ledger_t"),
        (LEARNED.replace("var_spool_t", "etc_t"), "the target type is etc_t, not var_spool_t"),
        (LEARNED.replace("tclass=dir", "tclass=file"), "the class is file, not dir"),
    ],
)
def test_what_tells_two_denials_apart_is_said(asked: str, difference: str) -> None:
    assert other_denial(asked, LEARNED) == difference
    assert not same_denial(asked, LEARNED)


def test_where_the_types_are_not_told_another_name_may_be_another_fault() -> None:
    asked = BRIEF.replace('name="spool"', 'name="shadow"')

    assert other_denial(asked, BRIEF) == ""
    assert not same_denial(asked, BRIEF)


def test_of_several_denials_one_that_is_the_same_will_do() -> None:
    other = LEARNED.replace("{ write }", "{ read }")

    assert other_denial(f"{other}\n{LEARNED}", LEARNED) == ""
    assert same_denial(f"{other}\n{LEARNED}", LEARNED)


@pytest.mark.parametrize("text", ["", "permission denied: ledgerd", "avc: granted { write } comm=x"])
def test_a_text_without_a_denial_differs_in_none(text: str) -> None:
    assert denials(text) == []
    assert other_denial(text, LEARNED) == other_denial(LEARNED, text) == ""
    assert not same_denial(text, LEARNED)


def test_permissions_are_the_same_in_any_order() -> None:
    assert not other_denial(
        LEARNED.replace("{ write }", "{ write open }"), LEARNED.replace("{ write }", "{ open write }")
    )


def test_a_program_of_apparmor_is_told_by_its_profile() -> None:
    learned = 'apparmor="DENIED" operation="open" profile="ledgerd" name="/proc/1/stat" comm="ledgerd"'

    assert other_denial(learned.replace('profile="ledgerd"', 'profile="backupd"'), learned) == (
        "the profile is backupd, not ledgerd"
    )


def test_a_text_made_to_be_slow_is_not() -> None:
    hostile = "avc: denied { " + "x " * 200_000 + " comm=" * 50_000

    began = time.perf_counter()
    other_denial(hostile, LEARNED)

    assert time.perf_counter() - began < 2
