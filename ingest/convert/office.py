"""Word documents as Markdown: mammoth reads headings, lists and tables by their styles, as HTML.

What stands in a typewriter's letters is code, whether a style or the text itself says so: Word has no style for code
that people use, and what pandoc, Google Docs and python-docx write differs.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ingest.convert.forms import TYPEWRITER
from ingest.convert.html import html_to_markdown
from ingest.convert.word_xml import readable, typed_styles

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='macro'] => pre:separator('\\n')
r[style-name='Code'] => code
"""


def docx_to_markdown(data: bytes) -> str:
    """The Markdown of a document; pictures are left out.  Raises what mammoth raises on one that is broken."""
    import mammoth

    document = readable(data)
    page = mammoth.convert_to_html(
        BytesIO(document),
        style_map="\n".join((_STYLES, *typed_styles(document))),
        convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
        transform_document=_with_code,
    )
    return html_to_markdown(f"<body>{page.value}</body>").replace("![]()", "")


def _with_code(document: Any) -> Any:
    """The document, its runs and paragraphs in a typewriter's letters styled as code, unless nearly all of it is so."""
    from mammoth import documents, transforms

    runs = [run for run in transforms.get_descendants_of_type(document, documents.Run) if _text(run).strip()]
    if 2 * sum(len(_text(run)) for run in runs if _typed(run)) > sum(len(_text(run)) for run in runs):
        return document

    def of_paragraph(paragraph: Any) -> Any:
        told = [child for child in paragraph.children if _text(child).strip()]
        typed = bool(told) and all(isinstance(one, documents.Run) and _typed(one) for one in told)
        plain = paragraph.style_name in (None, "Normal", "normal") and paragraph.numbering is None
        return paragraph.copy(style_name="Code") if typed and plain else paragraph

    def of_run(run: Any) -> Any:
        return run.copy(style_name="Code") if _typed(run) else run

    told: Any = transforms.paragraph(of_paragraph)(document)
    return transforms.run(of_run)(told)


def _typed(run: Any) -> bool:
    return run.font is not None and TYPEWRITER.search(run.font) is not None


def _text(element: Any) -> str:
    from mammoth import documents, transforms

    return "".join(text.value for text in transforms.get_descendants_of_type(element, documents.Text))
