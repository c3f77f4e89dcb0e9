"""Word documents as Markdown: mammoth reads headings, lists and tables by their styles, as HTML."""

from __future__ import annotations

from io import BytesIO

from ingest.convert.html import html_to_markdown
from ingest.convert.word_xml import readable

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='macro'] => pre:separator('\\n')
"""


def docx_to_markdown(data: bytes) -> str:
    """The Markdown of a document; pictures are left out.  Raises what mammoth raises on one that is broken."""
    import mammoth

    page = mammoth.convert_to_html(
        BytesIO(readable(data)),
        style_map=_STYLES,
        convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
    )
    return html_to_markdown(f"<body>{page.value}</body>").replace("![]()", "")
