"""HTML as Markdown, by markdownify: pages that somebody saved, and what Confluence and Google Docs export.

Navigation, scripts and styles go; code keeps its lines and its language, definition lists become labels.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ingest.convert.forms import TYPEWRITER
from ingest.convert.omitted_ends import end_what_is_left_open
from ingest.convert.page_tables import cell_code, cell_text, spread_rows
from kb.expression import expression

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NO_CONTENT = (
    "script, style, nav, noscript, template, iframe, button, form, svg, footer, #breadcrumb-section, #breadcrumbs"
    ", .page-metadata, #footer, .toc-macro, .headerlink, .sphinxsidebar, div.toc, .cookie-banner, .sidebar"
)
"""What of a page is not its text, as a CSS selector."""
_LANGUAGE = expression(
    r"(?:^|[\s;])(?:language-|lang-|highlight-|brush:\s*|source-)?(bash|shell|sh|console|shell-session"
    r"|sh-session|zsh|yaml|json|sql|promql|python|text|powershell)\b",
    re.I,
)
_STYLE = expression(r"\.(?P<name>[\w-]+)\s*\{(?P<says>[^}]*)\}")
_BOLD = expression(r"font-weight:\s*(?:bold|[6-9]00)", re.I)
_FONT = expression(r"font-family:\s*(?P<name>[^;]+)", re.I)


def html_to_markdown(text: str) -> str:
    """The Markdown of a page; its title where it has no heading of the first level."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(text, "html.parser")
    end_what_is_left_open(page)
    title = " ".join(page.title.get_text().split()) if page.title else ""
    styles = {
        found["name"]: found["says"]
        for style in page.find_all("style")
        for found in _STYLE.finditer(style.get_text())
    }
    body = _content(page)
    for element in body.select(_NO_CONTENT):
        element.decompose()
    spread_rows(body)
    _mark_styles(body, styles)
    _mark_boxes(body)
    markdown = tidy(_converter().convert_soup(body))
    if title and not re.search(r"^# \S", markdown, re.M):
        markdown = f"# {_own_title(title)}\n\n{markdown}"
    return markdown


def tidy(markdown: str) -> str:
    """Markdown without runs of blank lines and without spaces that nobody sees."""
    text = markdown.replace("\u00a0", " ").replace("\u200b", "")
    text = re.sub(r"[ \t]+$", "", text, flags=re.M)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _content(page: BeautifulSoup) -> Tag:
    """The part of a page that somebody wrote, where the page says which that is."""
    for selector in ("#main-content", "article", "main", "[role=main]", "body"):
        found = page.select(selector)
        if len(found) == 1 and len(found[0].get_text(strip=True)) > 40:
            return found[0]
    return page


def _own_title(title: str) -> str:
    """`Search outage` of `Operations : Search outage`, as Confluence writes it."""
    return re.sub(r"^[\w &-]{2,40} : ", "", title)


def _mark_styles(body: Tag, styles: dict[str, str]) -> None:
    """What only a style makes bold, code or a title, as Google Docs writes it, gets the element for it."""
    typed: list[Tag] = []
    for element in body.find_all("span"):
        classes = [styles.get(name, "") for name in element.get("class") or []]
        style = ";".join((*classes, str(element.get("style") or "")))
        if (font := _FONT.search(style)) and TYPEWRITER.search(font["name"]):
            typed.append(element)
        elif _BOLD.search(style):
            element.name = "strong"
    written = len(body.get_text())
    if 2 * sum(len(one.get_text()) for one in typed) < written:  # (else it is how the whole page looks)
        for element in typed:
            element.name = "span" if element.find_parent("pre") else "code"
    for element in body.select("span.literal, tt"):
        element.name = "code"
    for element in body.select("p.title"):
        element.name = "h1"
    _join_code(body)


def _join_code(body: Tag) -> None:
    """Paragraphs that hold nothing but code, one below another, are the lines of one block."""
    last: Tag | None = None
    for element in body.find_all("p"):
        code = element.find_all("code", recursive=False)
        if not code or "".join(one.get_text() for one in code).strip() != element.get_text().strip():
            continue
        if last is not None and element.find_previous_sibling() is last:
            last.string = f"{last.get_text()}\n{element.get_text()}"
            element.decompose()
        else:
            last = element
            last.name, last.string = "pre", element.get_text()


def _mark_boxes(body: Tag) -> None:
    """Boxes of lists as Markdown writes them, which markdownify leaves out; Confluence's are a class of the item."""
    for item in body.select("ul.inline-task-list > li"):
        item.insert(0, _box("checked" in (item.get("class") or [])) + " ")
    for box in body.select("li input[type=checkbox]"):
        parted = str(box.next_sibling or "").startswith((" ", "\n", "\u00a0"))
        box.replace_with(_box(box.has_attr("checked")) + ("" if parted else " "))


def _box(ticked: bool) -> str:
    return "[x]" if ticked else "[ ]"


def _converter() -> Any:
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        """Markdown as our readers like it: `#` headings, labels for definitions, nothing escaped."""

        def convert_dl(self, _el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
            return f"\n\n{text}\n\n"

        def convert_dt(self, _el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
            said = " ".join(text.split()).rstrip(": ")
            return f"\n\n**{said}:** " if said else ""

        def convert_dd(self, _el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
            return f"{text.strip()}\n"

        def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
            if parent_tags & {"td", "th"}:
                return f" {cell_code(text)} "
            said: str = super().convert_pre(el, text, parent_tags)  # type: ignore[misc]
            return said

        def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
            said: str = super().convert_td(el, cell_text(text), parent_tags)  # type: ignore[misc]
            return said

        def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
            said: str = super().convert_th(el, cell_text(text), parent_tags)  # type: ignore[misc]
            return said

        def convert_summary(self, _el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
            return f"\n\n**{' '.join(text.split())}**\n\n"

    return Converter(
        heading_style="ATX",
        bullets="-",
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
        code_language_callback=_language,
    )


def _language(element: Tag) -> str:
    """The language that a code block names in its classes, or in those around it."""
    near = [element, *element.find_all("code", limit=1), *list(element.parents)[:2]]
    for one in near:
        named = " ".join(one.get("class") or []) + " " + str(one.get("data-syntaxhighlighter-params") or "")
        if found := _LANGUAGE.search(named):
            return found[1].lower()
    return ""
