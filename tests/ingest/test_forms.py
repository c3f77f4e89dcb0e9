"""Documents in forms other than Markdown, made here as the tools make them, and what the receipt says of them."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from ingest.convert.forms import FileForm, form_of
from ingest.pipeline import Read, Unreadable, decode, parse_file
from kb import KnowledgeBase
from kb.model import Document, Incident, Runbook
from kb.model.receipts import FileState

REPORT = (
    "# Search outage\n\nDate: 2026-02-06\n\n## Root cause\n\nThe alias pointed at a deleted index.\n\n"
    "## Timeline (UTC)\n\n- 09:10 alert fires\n- 09:52 alias moved back\n"
)
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def word(*paragraphs: tuple[str, str]) -> bytes:
    """A Word document of paragraphs with their styles; `Heading1` and so on, or nothing."""
    body = "".join(
        f"<w:p>{f'<w:pPr><w:pStyle w:val={chr(34)}{style}{chr(34)}/></w:pPr>' if style else ''}"
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        for style, text in paragraphs
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{n}"><w:name w:val="heading {n}"/></w:style>'
        for n in (1, 2)
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'  # noqa: E501
            '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',  # noqa: E501
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relation}/officeDocument" Target="word/document.xml"/></Relationships>',  # noqa: E501
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r2" Type="{relation}/styles" Target="styles.xml"/></Relationships>',  # noqa: E501
            "word/document.xml": WORD.format(body),
            "word/styles.xml": f'<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{styles}</w:styles>',
        }
    )


def pdf(*lines: tuple[int, str]) -> bytes:
    """A PDF of one page, each line with the size of its type."""
    shown, height = [], 780
    for size, text in lines:
        shown.append(f"BT /F1 {size} Tf 50 {height} Td ({text}) Tj ET")
        height -= size + 10
    content = "\n".join(shown).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",  # noqa: E501
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (table, len(out))
    )


def read(data: bytes, name: str) -> Read:
    found = decode(data, name)
    assert isinstance(found, Read)
    return found


def test_a_word_document_is_read_by_the_styles_of_its_paragraphs() -> None:
    found = read(
        word(
            ("Heading1", "Postmortem: Search outage"),
            ("", "Date: 2026-02-06"),
            ("Heading2", "Root cause"),
            ("", "The alias pointed at a deleted index."),
            ("Heading2", "Resolution"),
            ("", "The alias was moved back."),
        ),
        "postmortems/search.docx",
    )
    (incident,) = parse_file(found.file)[1].entries

    assert found.notes == ("read as Word document",)
    assert isinstance(incident, Incident)
    assert (incident.title, incident.date) == ("Search outage", date(2026, 2, 6))
    assert incident.resolution == "The alias was moved back."
    assert incident.provenance.source is not None
    assert incident.provenance.source.line is None


def test_lines_of_a_pdf_in_larger_type_are_its_headings() -> None:
    found = read(
        pdf(
            (20, "Postmortem: Search outage"),
            (10, "Date: 2026-02-06"),
            (14, "Root cause"),
            (10, "The alias pointed at a deleted index."),
            (14, "Resolution"),
            (10, "The alias was moved back."),
        ),
        "postmortems/search.pdf",
    )
    (incident,) = parse_file(found.file)[1].entries

    assert isinstance(incident, Incident)
    assert (incident.title, incident.date) == ("Search outage", date(2026, 2, 6))
    assert [cause.text for cause in incident.causes] == ["The alias pointed at a deleted index."]
    assert incident.resolution == "The alias was moved back."


def test_a_pdf_without_text_says_that_pictures_are_not_read() -> None:
    found = decode(pdf(), "scan.pdf")

    assert isinstance(found, Unreadable)
    assert "only pictures" in found.reason
    assert found.problem is not None


def test_a_notebook_gives_its_text_and_what_is_typed_without_what_was_printed() -> None:
    cells = [
        {
            "cell_type": "markdown",
            "source": ["# Queue runbook\n", "\n", "## Mitigation\n", "\n", "Restart the workers:"],
        },
        {
            "cell_type": "code",
            "source": "!kubectl -n jobs rollout restart deploy/worker",
            "outputs": [{"text": "x"}],
        },
    ]
    found = read(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode(), "runbooks/queue.ipynb")
    (runbook,) = parse_file(found.file)[1].entries

    assert isinstance(runbook, Runbook)
    assert runbook.commands == ("kubectl -n jobs rollout restart deploy/worker",)
    assert "outputs of code left out: 1" in found.notes[0]


def test_an_export_as_zip_gives_each_of_its_documents_under_the_name_that_people_gave() -> None:
    page = f"Search outage {'0' * 31}1.md"
    inner = zipped({f"Wiki/{page}": REPORT, "Wiki/picture.png": b"\x89PNG\r\n\x1a\n\0\0"})
    found = read(zipped({"ExportBlock-1-Part-1.zip": inner}), "export.zip")
    name, parsed = parse_file(found.file)
    (incident,) = parsed.entries

    assert name == "archive"
    assert isinstance(incident, Incident)
    assert incident.provenance.source is not None
    assert incident.provenance.source.path == "export.zip/Wiki/Search outage.md"
    assert incident.provenance.source.line == 1
    assert found.notes == ("of its files 1 were left out: binary",)
    assert parsed.notes == ("its files were read as: postmortem 1",)


def test_a_page_that_confluence_exported_is_read_without_its_frame() -> None:
    page = (
        "<html><head><title>Operations : Search outage</title></head><body><div id='breadcrumb-section'>Home</div>"
        "<div id='main-content'><h2>Root cause</h2><p>The alias pointed at a deleted index, says <b>Kim</b>.</p>"
        "<h2>Resolution</h2><div class='code panel'><pre class='syntaxhighlighter-pre' data-syntaxhighlighter-params="
        "'brush: bash'>kubectl rollout undo deploy/search\nkubectl get pods</pre></div></div><div id='footer'>x</div></body></html>"  # noqa: E501
    )
    found = read(page.encode(), "postmortems/2026-02-06-search.html")

    assert found.file.text.startswith("# Search outage\n")
    assert "```bash\nkubectl rollout undo deploy/search\nkubectl get pods\n```" in found.file.text
    assert "Home" not in found.file.text


def test_what_only_sphinx_knows_stays_as_text_and_no_file_is_included(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for you")
    text = (
        f"Title\n=====\n\nSee :ref:`the page <page>` and ``kubectl``.\n\n.. tab-item:: EKS\n\n   Drain the node.\n\n"
        f".. include:: {secret}\n\n.. prompt:: bash $\n\n   ceph -s\n"
    )
    said = read(text.encode(), "x.rst").file.text

    assert "See the page and `kubectl`." in said
    assert "**EKS**\n\nDrain the node." in said
    assert "```bash\nceph -s\n```" in said
    assert "not for you" not in said


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("notes.txt", "# Title\n\ntext", FileForm.MARKDOWN),
        ("INCIDENT-12", "= Title\n\n== Cause\n\ntext", FileForm.ASCIIDOC),
        ("a.txt", "#+TITLE: Outage\n\n* Cause\n", FileForm.ORG),
        ("page", "<!DOCTYPE html>\n<html><body>x</body></html>", FileForm.HTML),
        ("x.md", "<html><body><p>saved page</p></body></html>", FileForm.HTML),
        ("rules.yaml.j2", "groups: []", FileForm.DATA),
        ("x.html.md.erb", "# T", FileForm.MARKDOWN),
        ("dump", '{"a": 1}', FileForm.DATA),
        ("main.py", "# not a heading\nx = 1\n", FileForm.CODE),
        ("read.me", "plain words and no more", FileForm.PLAIN),
    ],
)
def test_the_text_decides_and_the_name_only_where_it_does_not(name: str, text: str, form: FileForm) -> None:
    assert form_of(name, text) is form


def test_a_broken_file_never_stops_the_rest(kb: KnowledgeBase, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a-broken.docx").write_bytes(word(("", "x"))[:-200])
    (folder / "b-broken.pdf").write_bytes(b"%PDF-1.4\nnothing of a PDF")
    (folder / "c-broken.zip").write_bytes(b"PK\x03\x04" + b"x" * 100)
    (folder / "d-broken.ipynb").write_text('{"cells": ')
    (folder / "e-good.md").write_text(REPORT)

    receipt = kb.ingest(folder)

    states = {Path(one.path).name: one for one in receipt.files}
    assert [states[name].state for name in ("a-broken.docx", "b-broken.pdf", "c-broken.zip")] == [
        FileState.FAILED
    ] * 3
    assert all(states[name].reason for name in ("a-broken.docx", "b-broken.pdf", "c-broken.zip"))
    assert "kept as plain text" in " ".join(states["d-broken.ipynb"].notes)
    assert len(states["e-good.md"].entries) == 1


def test_an_archive_that_unpacks_to_too_much_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingest.convert.archive.MOST_BYTES", 1000)

    found = decode(zipped({"a.md": "x" * 900, "b.md": "y" * 900}), "big.zip")

    assert isinstance(found, Unreadable)
    assert "unpack it and ingest the folder" in found.reason


def test_a_document_that_no_reader_knows_is_kept_whole() -> None:
    found = read(b"= Notes\n\nThe backup lies in the cellar.\n", "notes.adoc")
    (entry,) = parse_file(found.file)[1].entries

    assert isinstance(entry, Document)
    assert "cellar" in entry.body


def test_documents_in_an_archive_are_found_though_it_is_packed_without_compression() -> None:
    found = read(
        zipped({"a.docx": word(("Heading1", "Mail outage"), ("", "The queue was full.")), "b.md": REPORT}),
        "x.zip",
    )

    assert [member.path for member in found.file.members] == ["a.docx", "b.md"]


def test_a_page_that_only_speaks_of_office_files_is_read() -> None:
    found = read(zipped({"a.md": REPORT + "It read [Content_Types].xml and word/document.xml.\n"}), "x.zip")

    assert [member.path for member in found.file.members] == ["a.md"]


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_member_of_an_archive_is_told_and_those_beside_it_are_read(packed: int) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        archive.writestr("a.md", REPORT * 20)
        archive.writestr("b.md", REPORT)
    data = bytearray(out.getvalue())
    data[50:90] = b"\xff" * 40

    found = read(bytes(data), "x.zip")

    assert [member.path for member in found.file.members] == ["b.md"]
    assert found.notes == ("of its files 1 were left out: damaged, or packed in a way that is not known",)


def test_a_broken_archive_in_an_archive_does_not_take_the_others_with_it() -> None:
    found = read(zipped({"a.zip": b"no archive", "b.md": REPORT}), "x.zip")

    assert [member.path for member in found.file.members] == ["b.md"]
    assert "of its files 1 were left out: it cannot be unpacked" in found.notes[0]


def test_a_word_document_that_unpacks_to_too_much_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingest.convert.conversion.MOST_UNPACKED", 1000)

    found = decode(word(("", "x" * 2000)), "big.docx")

    assert isinstance(found, Unreadable)
    assert "it unpacks to more than" in found.reason


@pytest.mark.parametrize("name", ["all.md", "all.rst", "all.adoc", "all.org", "all.html", "all.txt"])
def test_what_is_too_long_for_a_document_is_kept_as_one_text_and_said(name: str) -> None:
    text = ("<html><body>" if name.endswith(".html") else "") + "A step failed. " * 70_000

    found = read(text.encode(), name)
    parsed = parse_file(found.file)[1]
    (entry,) = parsed.entries

    assert isinstance(entry, Document)
    assert entry.body == found.file.text.strip()
    assert "more than 1,000,000 characters" in " ".join(parsed.notes)


def test_a_long_history_is_read_although_no_document_is_so_long() -> None:
    commit = "commit {:040x}\nAuthor: Kim <kim@example.com>\nDate:   Fri Feb 6 09:10:00 2026 +0000\n\n    Deploy {}\n\n"
    text = "".join(commit.format(n, n) for n in range(1, 8000))

    assert parse_file(read(text.encode(), "history.txt").file)[0] == "git log"


def test_a_page_with_large_pictures_in_it_is_read() -> None:
    picture = f"<img src='data:image/png;base64,{'A' * 1_500_000}'>"
    page = f"<html><body><h1>Mail outage</h1><p>Full.</p>{picture}</body></html>"

    assert read(page.encode(), "a.html").file.text.startswith("# Mail outage")


def test_a_file_without_a_word_is_skipped_as_such() -> None:
    assert parse_file(read(b"[[]]\n", "a.json").file)[1].skipped == "no word in it"


def test_a_line_across_the_page_of_asciidoc_is_no_step() -> None:
    text = "= Queue runbook\n\n== Steps\n\n. Stop the workers\n\n'''\n\n. Empty the queue\n"

    (entry,) = parse_file(read(text.encode(), "runbooks/queue.adoc").file)[1].entries

    assert isinstance(entry, Runbook)
    assert entry.steps == ("Stop the workers", "Empty the queue")


def test_a_template_of_azure_in_bicep_is_a_program() -> None:
    assert (
        form_of("alerts.bicep", "param name string\n\n@description('x')\nresource a 'b' = {\n}\n")
        is FileForm.CODE
    )
