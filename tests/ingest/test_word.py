"""Word documents with what people use in them, and the Markdown that is made of it."""

from __future__ import annotations

import zipfile
from io import BytesIO

from ingest.convert.office import docx_to_markdown

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def document(body: str, styles: str = "") -> bytes:
    """A Word document of nothing but a body, and styles where it has any."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    styled = {
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r2" Target="styles.xml" Type="{relations}/styles"/></Relationships>',
        "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
    }
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        '<Relationship Id="r1" Target="word/document.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{body}</w:body></w:document>",
        **(styled if styles else {}),
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def run(text: str, looks: str = "") -> str:
    return f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_a_field_in_its_short_form_says_what_it_shows() -> None:
    field = f'<w:fldSimple w:instr=" DOCPROPERTY Severity "><w:fldData>AA==</w:fldData>{run("SEV1")}</w:fldSimple>'

    said = docx_to_markdown(document(f"<w:p>{run('Severity: ')}{field}{run(', paged')}</w:p>"))

    assert said == "Severity: SEV1, paged\n"


def test_words_with_a_direction_or_a_reading_above_them_are_read() -> None:
    ruby = f"<w:r><w:ruby><w:rubyPr/><w:rt>{run('lejer')}</w:rt><w:rubyBase>{run('ledger')}</w:rubyBase></w:ruby></w:r>"
    directed = f'<w:dir w:val="ltr"><w:bdo w:val="ltr">{run(" has no leader")}</w:bdo></w:dir>'

    said = docx_to_markdown(document(f"<w:p>{run('The ')}{ruby}{directed}</w:p>"))

    assert said == "The ledger has no leader\n"


def test_what_is_struck_out_with_two_lines_is_struck_out() -> None:
    out, kept = run("Restart the database", "<w:dstrike/>"), run("Fail over", '<w:dstrike w:val="0"/>')

    said = docx_to_markdown(document(f"<w:p>{out}</w:p><w:p>{kept}</w:p>"))

    assert said == "~~Restart the database~~\n\nFail over\n"


COURIER = '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/>'


def test_what_is_set_in_a_typewriters_letters_is_code() -> None:
    lines = "".join(
        f"<w:p>{run(line, COURIER)}</w:p>" for line in ("# look first", "./failover.sh --shard 9")
    )
    prose = "Then wait until the new leader has caught up with all that was written before, and tell who is on call."

    said = docx_to_markdown(
        document(
            f"<w:p>{run('Use ')}{run('kubectl drain n1', COURIER)}{run(' once.')}</w:p>{lines}<w:p>{run(prose)}</w:p>"
        )
    )

    assert (
        said
        == f"Use `kubectl drain n1` once.\n\n```\n# look first\n./failover.sh --shard 9\n```\n\n{prose}\n"
    )


def test_a_style_in_a_typewriters_letters_is_one_of_code() -> None:
    # pandoc 3.9 gives commands in a sentence the style "Verbatim Char", and only that style has the font
    style = (
        '<w:style w:type="character" w:styleId="VerbatimChar"><w:name w:val="Verbatim Char"/>'
        '<w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/></w:rPr></w:style>'
    )
    command = run("kubectl drain n1", '<w:rStyle w:val="VerbatimChar"/>')

    said = docx_to_markdown(document(f"<w:p>{run('Use ')}{command}{run(' only once.')}</w:p>", style))

    assert said == "Use `kubectl drain n1` only once.\n"


def test_a_document_in_nothing_but_a_typewriters_letters_is_text() -> None:
    said = docx_to_markdown(document(f"<w:p>{run('Restart the queue.', COURIER)}</w:p>"))

    assert said == "Restart the queue.\n"
