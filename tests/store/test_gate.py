"""What passes the gate again and again is looked at once; what holds a secret is never remembered."""

from __future__ import annotations

import pytest

from kb.errors import InvalidInput
from kb.text.secrets import gate

SECRET = "Zx81QmLp47TtRw02VbNn"
TEXT = f"the crane was opened with --password {SECRET}"


def test_a_clean_text_stays_the_very_text_each_time() -> None:
    text = "the crane lost its hook"
    assert gate.clean(text) is text
    assert gate.clean(text) is text


def test_a_text_with_a_secret_is_cleaned_each_time_and_kept_nowhere() -> None:
    assert [SECRET in gate.clean(TEXT) for _ in range(3)] == [False] * 3
    assert not any(SECRET in one for one in gate._known)


def test_no_more_is_remembered_than_is_said() -> None:
    for number in range(gate._MOST + 10):
        gate.clean(f"crane {number} turned")
    assert len(gate._known) <= gate._MOST


@pytest.mark.parametrize(
    "after",
    [
        "- crane\n- hook\n- rope\n- anchor\n",
        "- winch\n- crane\n- hook\n- rope\n",
        "- crane\n- hooks\n- rope\n",
        "- crane\n- rope\n",
        "- crane\n- hook\n- hook\n- rope\n",
        "",
        "- crane\n- hook\n- rope\n",
        "- anchor",
    ],
)
def test_what_a_change_adds_lies_within_what_is_looked_at(after: str) -> None:
    before = "- crane\n- hook\n- rope\n"
    looked_at, known = gate._changed(before, after).splitlines(), before.splitlines()
    assert all(line in looked_at for line in after.splitlines() if line not in known)


@pytest.mark.parametrize("place", ["beginning", "middle", "end"])
def test_a_secret_that_is_added_to_a_large_file_is_refused_wherever_it_stands(place: str) -> None:
    lines = [f"- crane {number} turned\n" for number in range(2_000)]
    at = {"beginning": 0, "middle": 1_000, "end": 2_000}[place]
    with pytest.raises(InvalidInput, match="holds a secret"):
        gate.check_added("".join(lines), "".join([*lines[:at], f"- {TEXT}\n", *lines[at:]]), "patterns.yaml")


def test_a_secret_that_stood_there_before_is_its_owners_affair() -> None:
    before = f"- {TEXT}\n" + "- crane\n" * 1_000
    gate.check_added(before, f"{before}- hook\n", "patterns.yaml")
    gate.check_added(before, f"{before}- {TEXT}\n", "patterns.yaml")
