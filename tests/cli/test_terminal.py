"""On a terminal: what helps first, wrapped at its width, in colours that can be left out, long texts in the pager."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.store.ids.known_ids import Space
from tests.cli.test_printing import ACTING, EVIL
from tests.conftest import ROOT, RunKb
from tests.doubles.terminal import SGR, on_terminal, plain

POOL = "ERROR connection pool exhausted: timed out after 5000ms"
ASKED = {
    "known": "FATAL tide gauge 7 reports a negative depth",
    "causes": "sluice gate 3 does not answer",
    "related": "the certificate of the lock keeper has expired",
    "unknown": "an owl sits on the harbour crane",
}
CAUSES = ("silt", "no power", "a torn cable", "a boat")
LONG = " ".join(f"Word {n} of a fix that nobody can take in at three in the morning." for n in range(40))


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


@pytest.fixture(scope="module")
def full(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which each verdict is asked for by one of `ASKED`, with texts that no screen holds."""
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("terminal") / "home"))
    with KnowledgeBase.open(home) as kb:
        kb.ingest(ROOT / "examples/runbooks", ROOT / "examples/postmortems")
        kb.learn_pattern(ASKED["known"], "The gauge froze. " + LONG, "Thaw it. " + LONG, ["tidectl thaw 7"])
        for cause in CAUSES:
            said = (
                f"It is {cause}. " + f"Of {cause}, more. " * 40,
                f"Remove {cause}. " + f"Then {cause} again. " * 40,
            )
            kb.learn_pattern(ASKED["causes"], *said, check=f"Is it {cause}?")
        kb.search("anything")
    return home


@pytest.mark.parametrize(
    ("verdict", "most"), [("known", 24), ("causes", 24), ("related", 24), ("unknown", 8)]
)
def test_an_answer_fits_a_terminal_of_24_lines(full: Path, verdict: str, most: int) -> None:
    code, seen = on_terminal("check", ASKED[verdict], home=full, width=80, height=24)
    assert code == 0
    assert seen.startswith("\x1b[1;3")
    assert plain(seen).startswith({"causes": "KNOWN"}.get(verdict, verdict.upper()))
    assert sum(max(1, -(-columns(line) // 80)) for line in plain(seen).splitlines()) <= most, seen


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize(
    "words",
    [
        ("check", "known"),
        ("check", "causes"),
        ("check", "related"),
        ("check", "unknown"),
        ("search", "certificate"),
        ("show", "runbook-certificateexp"),
    ],
    ids=" ".join,
)
def test_no_line_is_wider_than_the_terminal(full: Path, words: tuple[str, str], width: int) -> None:
    _, seen = on_terminal(words[0], ASKED.get(words[1], words[1]), home=full, width=width)
    lines = [line for line in plain(seen).splitlines() if not re.match(r"\s+(run  |\$ )", line)]
    assert max(map(columns, lines)) <= width
    assert words[1] == "unknown" or max(map(columns, lines)) > width * 0.6


def test_a_command_is_one_line_however_long_so_that_it_is_copied_whole(full: Path) -> None:
    command = "echo | openssl s_client -connect $HOST:443 -servername $HOST 2>/dev/null | openssl x509 -noout"
    for words in (("show", "runbook-certificateexp"), ("check", ASKED["related"], "--long")):
        _, seen = on_terminal(*words, home=full, width=40)
        assert any(command in line for line in plain(seen).splitlines()), seen


def test_a_brief_and_a_review_are_wrapped_below_their_own_words(full: Path) -> None:
    for words in (("triage", "the certificate of the lock keeper has expired"), ("weekly",)):
        code, seen = on_terminal(*words, home=full, width=60)
        lines = plain(seen).splitlines()
        assert code == 0
        assert "**" not in plain(seen)
        assert max(columns(line) for line in lines if not line.startswith(("|", "- Run:"))) <= 60
        assert "\x1b[1m" in seen
        after = [after for before, after in pairwise(lines) if before.startswith("- ") and len(before) > 50]
        assert any(line.startswith("  ") for line in after)


def test_what_to_do_stands_above_ids_and_numbers_which_are_dim(full: Path) -> None:
    _, seen = on_terminal("check", ASKED["known"], home=full)
    text = plain(seen)
    assert (
        text.index("Thaw it")
        < text.index("tidectl thaw 7")
        < text.index("froze")
        < text.index("by fingerprint")
    )
    facts = next(line for line in seen.splitlines() if "by fingerprint" in line)
    assert facts.strip().startswith("\x1b[2m")
    assert "trust" not in text  # no record yet
    assert "pattern-" not in text  # short ids only


def test_the_short_ids_of_a_page_find_what_they_stand_for(full: Path, run_kb: RunKb) -> None:
    _, seen = on_terminal("check", ASKED["known"], home=full)
    entry = re.findall(r"kb show (\S+);", plain(seen))[0]
    lookup = re.findall(r"lookup (\S+),", plain(seen))[0]
    shown = run_kb("show", entry, home=full)
    assert shown.returncode == 0
    assert "tide gauge" in shown.stdout
    assert run_kb("outcome", entry, "applied", "--lookup", lookup, home=full).returncode == 0
    with KnowledgeBase.open(full) as kb:
        assert len(entry) < len(kb.ids.named(Space.ENTRY, entry))


def test_causes_that_share_a_symptom_all_stay_each_with_its_check(full: Path) -> None:
    _, seen = on_terminal("check", ASKED["causes"], home=full, height=24)
    for cause in CAUSES:
        assert f"Is it {cause}?" in plain(seen)
        assert f"Remove {cause}" in plain(seen)


@pytest.mark.parametrize(
    "environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}], ids=str
)
def test_no_colour_leaves_the_words_and_takes_every_escape_away(
    full: Path, environment: dict[str, str]
) -> None:
    _, coloured = on_terminal("show", "runbook-certificateexp", home=full)
    _, seen = on_terminal("show", "runbook-certificateexp", home=full, environment=environment)
    assert SGR.search(coloured)
    assert "\x1b" not in seen
    assert seen == plain(coloured)


def test_a_pipe_gets_the_plain_text_and_force_color_what_a_terminal_gets(
    full: Path, run_kb: RunKb, monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = run_kb("check", ASKED["known"], home=full).stdout
    assert "\x1b" not in piped
    assert "   pattern-" in piped  # ids are whole where programs read
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    forced = run_kb("check", ASKED["known"], home=full).stdout
    assert forced.startswith("\x1b[1;32mKNOWN")


def test_a_long_page_goes_through_the_pager_and_a_short_one_does_not(full: Path, tmp_path: Path) -> None:
    pager = tmp_path / "my pager"
    pager.write_text("#!/bin/sh\necho PAGED; cat\n")
    pager.chmod(0o755)
    environment = {"KB_PAGER": f"'{pager}'", "PAGER": "false"}
    _, long = on_terminal("show", "runbook-certificateexp", home=full, height=10, environment=environment)
    _, short = on_terminal("show", "runbook-certificateexp", home=full, height=900, environment=environment)
    _, unfit = on_terminal("check", ASKED["known"], home=full, height=10, environment=environment)
    assert long.startswith("PAGED\n")
    assert plain(long).count("CertificateExpiringSoon") == plain(short).count("CertificateExpiringSoon")
    assert "PAGED" not in short
    assert "PAGED" not in unfit  # an answer is read where it stands


@pytest.mark.parametrize("pager", ["", "no-such-pager", "'unclosed", "cat"])
def test_without_a_pager_the_page_is_printed(full: Path, pager: str) -> None:
    code, seen = on_terminal(
        "show", "runbook-certificateexp", home=full, height=5, environment={"KB_PAGER": pager}
    )
    assert code == 0
    assert "CertificateExpiringSoon" in plain(seen)


@pytest.mark.full
def test_no_path_of_a_page_leads_from_the_root(home: Path, tmp_path: Path, kb: KnowledgeBase) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/outage.md").write_text("# Sluice outage\n\n## Root cause\n\nThe sluice was shut.\n")
    kb.ingest(tmp_path / "docs")
    kb.search("sluice")
    (entry,) = [hit.id for hit in kb.search("sluice outage") if "Sluice" in hit.title]
    for words in (("search", "sluice outage"), ("show", entry), ("check", "sluice outage")):
        _, inside = on_terminal(*words, home=home, folder=tmp_path, width=200)
        _, outside = on_terminal(*words, home=home, folder=ROOT, width=200)
        assert str(tmp_path) not in inside + outside
        if words[0] != "search":  # which shows no path
            assert "docs/outage.md" in plain(inside)
            assert "…/docs/outage.md" in plain(outside)


@pytest.mark.parametrize(
    "words",
    [("check", ASKED["known"]), ("show", "tide-1"), ("search", "tide"), ("memory", "read", "learned/poison")],
    ids=" ".join,
)
def test_no_text_acts_on_the_terminal_through_a_page(home: Path, words: tuple[str, ...]) -> None:
    text = json.dumps(ASKED["known"] + EVIL)[1:-1]
    (home / "learned" / "poison.yaml").write_text(
        f'tide_patterns:\n- pattern: "{ASKED["known"]}"\n  id: tide-1\n  meaning: "{text}"\n  fix: "{text}"\n'
        f'  commands: ["{text}"]\n  services: ["{text}"]\n  odd: "{text}"\n'
    )
    code, seen = on_terminal(*words, home=home)
    assert code == 0
    assert "⟨U+202E×3⟩" in seen
    assert not ACTING.search(SGR.sub("", seen)), seen


def test_what_is_listed_ends_its_lines_between_words_and_what_is_copied_keeps_them(
    home: Path, run_kb: RunKb
) -> None:
    title = "The tide gauge of the outer harbour has reported a negative depth since the last storm"
    opened = run_kb("incident", "open", title, "--service", "tide").stdout.split()[0]
    for words in (("incident", "list"), ("incident", "show"), ("doctor",)):
        _, seen = on_terminal(*words, home=home, width=50)
        assert max(len(line) for line in seen.splitlines() if line != opened) <= 50
        assert title in " ".join(seen.split()) or words == ("doctor",)
    assert opened in on_terminal("incident", "list", home=home, width=20)[1]  # an id is never broken
    _, update = on_terminal("incident", "update", "--focus", title, home=home, width=50)
    assert title in update  # it is posted somewhere
