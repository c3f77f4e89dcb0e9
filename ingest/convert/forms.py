"""In which form a file is written, by what stands in it; its name only where the text does not settle it.

`web.html.md.erb` is Markdown in a template, `rules.yaml.j2` data in one, a JSON text on one line data under any name.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath

from kb.expression import expression


class FileForm(StrEnum):
    """A form of text, as it stands in receipts."""

    MARKDOWN = "Markdown"
    RESTRUCTURED_TEXT = "reStructuredText"
    ASCIIDOC = "AsciiDoc"
    ORG = "Org"
    PLAIN = "plain text"
    HTML = "HTML"
    NOTEBOOK = "Jupyter notebook"
    DATA = "data"
    """YAML or JSON."""
    TABLE = "table"
    """CSV or TSV."""
    CODE = "code"
    """Programs, configuration, logs: text that nobody wrote for people to read."""


TYPEWRITER = expression(
    r"mono(?!t)|Courier|Consol|Menlo|Monaco|Cousine|Typewriter|Inconsolata|Source ?Code|Fira ?Code", re.I
)
"""The name of a font whose letters are all of one width: what is set in it is code."""

_TEMPLATES = (
    ".erb",
    ".j2",
    ".jinja",
    ".jinja2",
    ".tmpl",
    ".tpl",
    ".gotmpl",
    ".liquid",
    ".njk",
    ".hbs",
    ".mustache",
)
_BY_SUFFIX = {
    suffix: form
    for form, suffixes in {
        FileForm.MARKDOWN: ".md .markdown .mdown .mkd .mkdn .mdx .mdwn .rmd .qmd .livemd",
        FileForm.RESTRUCTURED_TEXT: ".rst .rest",
        FileForm.ASCIIDOC: ".adoc .asciidoc .asc",
        FileForm.ORG: ".org",
        FileForm.HTML: ".html .htm .xhtml .mhtml",
        FileForm.NOTEBOOK: ".ipynb",
        FileForm.DATA: ".yaml .yml .json .rules .rule .alerts .jsonnet.json .jsonl .ndjson .tfstate",
        FileForm.TABLE: ".csv .tsv",
        FileForm.CODE: ".py .go .js .ts .tsx .jsx .java .kt .rb .rs .c .h .cc .cpp .hpp .cs .php .pl .lua .scala .swift"
        " .sh .bash .zsh .ps1 .bat .sql .tf .tfvars .hcl .xml .toml .ini .cfg .conf .properties .log .css .scss .svg"
        " .proto .gradle .jsonnet .libsonnet .cue .rego .lock .env .service .diff .patch"
        " .bicep .tofu .nix .groovy .dart .ex .exs .erl .clj .hs .m .r .vue .svelte .graphql .vb .pp",
    }.items()
    for suffix in suffixes.split()
}
_NAMED = ("jenkinsfile", "dockerfile", "makefile", "vagrantfile", "gemfile", "rakefile", "procfile")
_JSON = expression(r"\s*(?:\{\s*\"|\[\s*(?:\{|\[|\"|\]|$)|\{\s*\})")
_HTML = expression(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html[\s>]|<head>|<body[\s>])",
    re.I | re.S,
)
_ORG = expression(r"^#\+(?:title|date|author|options|startup|begin_src|filetags)\b", re.M | re.I)
_ASCIIDOC = expression(r"\A(?:\s*//[^\n]*\n|:[\w-]+:[^\n]*\n|\[[^\]\n]*\]\n|\s*\n)*={1,2} \S")
_UNDERLINED = r"^[^\s|+].*\n(?:={4,}|\*{4,}|~{4,}|\^{4,})[ \t]*$"
_RST = expression(
    r"^\.\. [\w-]+::|^\.\. _[^:\n]+:|^(?:={4,}|\*{4,}|#{4,})\n[^\n]+\n(?:={4,}|\*{4,}|#{4,})$"
    r"|^:\w[\w ]*: |::\n\n[ \t]+\S",
    re.M,
)
_MARKDOWN = expression(r"^#{1,6} \S|^```|^\s*[-*] \[[ x]\] |\]\(https?://|\*\*\w", re.M)
_YAML_START = expression(
    r"\A(?:\s*#[^\n]*\n|---[ \t]*\n|\s*\n|\{\{[^\n]*\}\}[ \t]*\n)*(?:groups|apiVersion|alert|record"
    r"|namespace|rules|- alert|- record|-? ?name|kind|version|spec)[ \t]*:"
)
_FRONT = expression(r"(?:---|\+\+\+)[ \t]*\n")
_HEAD = 20_000


@lru_cache(maxsize=16)
def form_of(name: str, text: str) -> FileForm:
    """The form of a text that stands under a name."""
    head = text[:_HEAD].removeprefix("\ufeff")
    by_name = _by_name(name)
    if by_name in (FileForm.NOTEBOOK, FileForm.DATA, FileForm.TABLE):
        return by_name
    if (_JSON.match(head) and head.rstrip()[-1:] in '}]"') or (_JSON.match(head) and len(text) > _HEAD):
        return FileForm.NOTEBOOK if '"nbformat"' in text and '"cells"' in text else by_name or FileForm.DATA
    if by_name is FileForm.CODE:
        return by_name
    if _HTML.match(head):
        return FileForm.HTML
    if by_name is not None:
        return by_name
    return _by_text(head)


def _by_name(name: str) -> FileForm | None:
    lowered = PurePath(name).name.lower()
    while lowered.endswith(_TEMPLATES):
        lowered = lowered.rpartition(".")[0]
    if lowered.startswith(_NAMED):
        return FileForm.CODE
    return _BY_SUFFIX.get(PurePath(lowered).suffix)


def _by_text(head: str) -> FileForm:
    """The form of a text whose name says nothing: `notes.txt`, `INCIDENT-12`."""
    if _YAML_START.match(head):
        return FileForm.DATA
    if _ORG.search(head):
        return FileForm.ORG
    marked = bool(_MARKDOWN.search(head))
    if not marked and _ASCIIDOC.match(head):
        return FileForm.ASCIIDOC
    if not marked and (_RST.search(head) and re.search(_UNDERLINED, head, re.M)):
        return FileForm.RESTRUCTURED_TEXT
    return FileForm.MARKDOWN if marked or _FRONT.match(head) else FileForm.PLAIN
