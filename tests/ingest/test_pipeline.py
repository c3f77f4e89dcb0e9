from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from ingest.pipeline import MAX_BYTES, Read, Unreadable, decode, discover, parse_file, place_in, read_file
from ingest.source import Parsed, SourceFile
from kb.model import Document

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
EXAMPLES = Path(__file__).parents[2] / "examples"


def text_of(read: Read | Unreadable) -> str:
    assert isinstance(read, Read)
    return read.file.text


def test_files_come_sorted_and_hidden_folders_are_said_once(tmp_path: Path):
    for name in ("b.md", "a/z.md", "a/c.md", ".git/objects/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")

    found = list(discover([tmp_path]))

    assert [str(path) for path in found if isinstance(path, str)] == [
        f"{tmp_path}/a/c.md",
        f"{tmp_path}/a/z.md",
        f"{tmp_path}/b.md",
    ]
    assert [path for path in found if isinstance(path, Unreadable)] == [
        Unreadable(f"{tmp_path}/.git", "a hidden folder")
    ]


def test_a_folder_that_links_to_itself_ends(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.md").write_text("x")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a")

    found = list(discover([tmp_path]))

    assert len([path for path in found if isinstance(path, str)]) == 1
    assert any(isinstance(path, Unreadable) and "read already" in path.reason for path in found)


def test_a_path_that_does_not_exist_is_a_problem(tmp_path: Path):
    (missing,) = discover([tmp_path / "nothing"])

    assert isinstance(missing, Unreadable)
    assert missing.problem is not None


def test_a_link_that_leads_nowhere_is_a_problem(tmp_path: Path):
    (tmp_path / "x.md").symlink_to(tmp_path / "gone")
    (broken,) = discover([tmp_path])

    assert isinstance(broken, Unreadable)
    assert broken.reason == "a link that leads nowhere"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_decoded_by_its_mark(encoding: str):
    assert text_of(decode("grün\n".encode(encoding), "x.md")) == "grün\n"


def test_other_bytes_are_read_as_latin_1_and_that_is_said():
    read = decode("grün".encode("latin-1"), "x.md")

    assert text_of(read) == "grün"
    assert isinstance(read, Read)
    assert read.notes == ("not UTF-8: read as Latin-1",)


def test_binary_files_are_left_out_with_the_reason():
    assert decode(b"GIF89a\0\0", "x.gif") == Unreadable("x.gif", "binary")


def test_huge_files_are_left_out_with_the_reason(tmp_path: Path):
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    read = read_file(path)

    assert isinstance(read, Unreadable)
    assert read.reason.startswith("larger than 64 MB")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_problem(tmp_path: Path):
    path = tmp_path / "x.md"
    path.write_text("x")
    path.chmod(0)
    read = read_file(path)

    assert isinstance(read, Unreadable)
    assert read.problem is not None


def test_secrets_are_gone_before_anything_is_parsed():
    read = decode(b"password=hunter2secret99\n", "x.md")

    assert "hunter2secret99" not in text_of(read)
    assert isinstance(read, Read)
    assert read.redacted == 1


class Failing:
    name = "failing"

    def recognises(self, file: SourceFile) -> float:
        return 1.0 if file.text == "boom" else 0.0

    def parse(self, file: SourceFile) -> Parsed:
        raise KeyError(f"gone: {file.name}")


def test_a_parser_that_fails_loses_no_file():
    name, parsed = parse_file(SourceFile(path="x.md", text="boom"), [Failing()])

    assert name == "document"
    assert [type(entry) for entry in parsed.entries] == [Document]
    assert "KeyError" in parsed.problems[0].message


def test_yaml_that_cannot_be_read_is_kept_as_text_beside_its_problem():
    name, parsed = parse_file(SourceFile(path="patterns.yaml", text="patterns:\n- pattern: [a\n"))

    assert name == "document"
    assert len(parsed.entries) == 1
    assert parsed.problems[0].path == "patterns.yaml"


@pytest.mark.slow
def test_every_real_file_is_accounted_for_by_the_right_source(monkeypatch: pytest.MonkeyPatch):
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    monkeypatch.chdir(CORPORA)
    counted: Counter[tuple[str, str]] = Counter()
    for path in discover(sorted(folder.name for folder in CORPORA.iterdir())):
        assert isinstance(path, str)
        read = read_file(path)
        assert isinstance(read, Read)
        source, parsed = parse_file(read.file)
        assert parsed.entries or parsed.skipped
        counted[path.split("/", 1)[0], source] += 1

    for folder, source, least in [
        ("rb-prometheus-operator", "runbook", 108),
        ("rb-openshift", "runbook", 271),
        ("rb-kubevirt", "runbook", 93),
        ("ke-longhorn-kb", "known_error", 62),
        ("ke-elastic-recheck", "bug_signatures", 633),
        ("pm-dfds", "postmortem", 39),
        ("pm-chia", "postmortem", 33),
        ("pm-mybinder", "postmortem", 23),
        ("pm-hachyderm", "postmortem", 8),
        ("status-jenkins", "status page", 297),
    ]:
        assert counted[folder, source] >= least, (folder, source)


def test_every_example_is_read_as_what_it_is_without_a_problem():
    counted: Counter[str] = Counter()
    for path in discover([EXAMPLES]):
        assert isinstance(path, str)
        read = read_file(path)
        assert isinstance(read, Read)
        source, parsed = parse_file(read.file)
        assert parsed.problems == ()
        counted[source] += sum(1 for _ in parsed.entries)

    assert counted["postmortem"] + counted["status page"] >= 12
    assert counted["runbook"] >= 8
    assert all(counted[source] for source in ("memory", "alert_rules", "known_error"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark_is_read_and_said(encoding: str) -> None:
    found = decode("# Mail outage\n\nThe queue was full.\n".encode(encoding), "a.md")

    assert isinstance(found, Read)
    assert found.file.text.startswith("# Mail outage")
    assert found.notes == ("without a byte order mark: read as UTF-16",)


@pytest.mark.parametrize(
    "data", [b"\0" * 100, b"\x01\0\x02\0" * 50, b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x03\0>\0"]
)
def test_bytes_that_only_hold_many_zeros_stay_binary(data: bytes) -> None:
    found = decode(data, "a.bin")

    assert isinstance(found, Unreadable)
    assert found.reason == "binary"


def test_the_folder_that_one_stands_in_tells_as_much_as_if_it_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "runbooks" / "docs"
    folder.mkdir(parents=True)
    (folder / "queue.md").write_text("# Queue\n\nRestart it:\n\n```sh\nsystemctl restart queue\n```\n")

    monkeypatch.chdir(tmp_path / "runbooks")
    (path,) = discover(["."])
    assert place_in(str(path), [Path()]) == "runbooks/docs/queue.md"
    monkeypatch.chdir(folder)
    (above,) = discover([".."])
    assert place_in(str(above), [Path("..")]) == "runbooks/docs/queue.md"
