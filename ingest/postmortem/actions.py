"""Action items, with owner, due date and state, from checklists, tables, headings and paragraphs.

What the source does not say stays None; the blanks of a template are not items.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ingest.markdown.inside import Table
from ingest.markdown.sections import LABEL_LEVEL, MarkdownDocument, MarkdownSection, plain
from ingest.postmortem.labels import is_blank, is_blank_line
from ingest.postmortem.times import first_date
from kb.expression import expression
from kb.model import ActionItem

_CHECKBOX = expression(r"^\s*\[(?P<mark>[ xX✓✔]?)\]\s+")
_DONE = expression(
    r"^\s*(?:✅|☑️?|✔️?)|[(\[]\s*(?:done|completed|fixed|merged)\b[^)\]]*[)\]](?!\()|^~~.*~~$|\*\*done\*\*",
    re.I,
)
_OPEN = expression(r"^\s*(?:❌|⬜|🔲|☐)|[(\[]\s*(?:to ?do|open|in progress|pending|wip)\s*[)\]](?!\()", re.I)
_STATE_DONE = expression(r"done|complete|closed|fixed|merged|resolved|shipped|yes|erledigt|✅|✔|☑|^x$", re.I)
_STATE_OPEN = expression(
    r"to.?do|open|progress|pending|planned|not |incomplete|wip|backlog|no$|new|offen|❌|⬜", re.I
)
_SEPARATOR = r"(?:\s*[-–—|;,(\[]\s*|\s+|^)"
_OWNER = expression(
    _SEPARATOR + r"\**(?:owner|assignee|assigned to|responsible|dri|verantwortlich)\**\s*:\**\s*(?P<owner>[^;"
    r"|,()\[\]–—\n]+?|\[[^\]]*\])"
    r"(?=\s+[-–—|]\s|[;|,()\]]|\s+\**(?:due|eta|deadline|status)\b|$)[)\]]?",
    re.I,
)
_DUE = expression(
    _SEPARATOR + r"\**(?:due(?: date| by)?|eta|deadline|target(?: date)?|fällig(?: am"
    r"| bis)?)\**\s*:?\**\s*(?P<due>\[[^\]]*\]|[^;|()\[\]\n]+?)"
    r"(?=\s+[-–—|]\s|[;|()\]]|\s+\**(?:owner|status)\b|$)[)\]]?",
    re.I,
)
_STATUS = expression(
    _SEPARATOR + r"\**status\**\s*:\**\s*(?P<state>[^;|,()\n]+?)(?=\s+[-–—|]\s|[;|,()]|$)[)\]]?", re.I
)
_MENTION = expression(r"(?<![\w./@])@(?P<owner>[A-Za-z][\w-]*(?:[/.][\w-]+)*)")
_TRAILING_NAME = expression(
    r"\s*\((?P<owner>@?[A-ZÄÖÜ][\w'’.-]*[a-zäöü][\w'’-]*(?: (?:[A-ZÄÖÜ][\w'’.-]*|team)){0,2})\)\s*\.?$"
)
_ANNOUNCES = expression(
    r"\b(?:prevent|avoid)\w*\b[^\n:]*\b(?:similar|again|future|happen\w*|recur\w*)\b[^\n:]*:[ \t]*\n", re.I
)
_NUMBER = expression(r"^\W*\d+\s*[.):]\s*")
_TO_DO = expression(
    r"\b(?:will|shall|should|must|needs? to|need(?:s|ed)? (?:more|a|an|better)|plan(?:s|ned|ning)? to"
    r"|going to|(?:is|are) (?:continuing|planning|looking)|want to|has to|have to|to be \w+ed|to ?do|action)\b"
    r"|(?<![\w./@])@[A-Za-z]|(?:issues?|pull|browse|merge_requests)/[\w-]*\d|\b(?:[A-Z]{2,}-|#)\d+\b"
    r"|\b(?:owner|assignee|due)\b\s*:"
    r"|^(?:\*\*)?(?:\d+[.)]\s*)?(?:add|fix|move|write|create|set|make|update|upgrade|remove|delete"
    r"|improve|increase|reduce|monitor|alert|document|review"
    r"|check|test|ensure|enable|disable|configure|implement|investigate|migrate|change|replace|automate"
    r"|validate|train|extend|limit|build|deploy|use"
    r"|introduce|install|define|emphasi[sz]e|encourage|discourage|publish|file|minimi[sz]e|establish"
    r"|require|enforce|restrict|share|keep|communicate|continue|provide"
    r"|strengthen|perform|separate|switch|stop|start|turn|pin|bump|find|get|look|consider|discuss|ask|run"
    r"|rotate|adjust|raise|lower|schedule|track|evaluate|audit|put|allow|prevent|avoid|develop|hire|conduct"
    r"|enhance|expand|integrate|standardi[sz]e|formali[sz]e)\b"
    r"|\b(?:we|i)(?: have|'ve|’ve| are|'re|’re)? (?:\w+ )?(?:added|adding|fixed|fixing|changed|changing"
    r"|moved|moving|updated|updating|improved|improving|introduced"
    r"|introducing|implemented|implementing|working on|looking into|put|created|creating|deployed|enabled"
    r"|removed|removing|increased|reduced|set up)\b",
    re.I,
)
"""A paragraph that says what is to be done, or what of it was done already; reflections and apologies are neither."""
_COLUMNS = {
    "text": expression(
        r"action|item|task|to.?do|description|what|follow|measure|maßnahme|aufgabe|improvement", re.I
    ),
    "owner": expression(r"owner|assign|who|responsib|\bdri\b|team|verantwort|wer", re.I),
    "due": expression(r"due|deadline|\beta\b|date|target|by when|fällig|termin|when", re.I),
    "state": expression(r"status|state|done|progress|complete", re.I),
    "ticket": expression(r"bug|ticket|issue|jira|link|tracking|\bpr\b", re.I),
}


def parse_actions(document: MarkdownDocument, section: MarkdownSection) -> tuple[ActionItem, ...]:
    """The action items under one heading, those of its subsections too."""
    return _filled(_under(document, section, prose=True))


def listed_actions(section: MarkdownSection) -> tuple[ActionItem, ...]:
    """The items of the lists and tables of one section, not its prose."""
    return _filled(_in_lists_and_tables(section))


def announced_actions(section: MarkdownSection) -> tuple[ActionItem, ...]:
    """The items of a list that is announced as what will prevent it from happening again, whatever the heading."""
    lead = _ANNOUNCES.search(section.text)
    if lead is None:
        return ()
    below = section.text[lead.end() :]
    return tuple(item for item in listed_actions(section) if item.text[:20] in below)


def _filled(items: Iterable[ActionItem]) -> tuple[ActionItem, ...]:
    """The items that say what to do; what a template left blank says nothing."""
    return tuple(item for item in items if not is_blank(item.text))


def _under(document: MarkdownDocument, section: MarkdownSection, *, prose: bool) -> Iterator[ActionItem]:
    found = list(_in_lists_and_tables(section))
    children = document.children(section)
    below = [s for s in children if s.level == min(c.level for c in children)]
    if not found and prose and (not below or section.text.count(" ") > 12):
        found = list(_in_prose(section.text)) if not below else []
    yield from found
    for child in below:
        yield from _in_child(document, child)


def _in_child(document: MarkdownDocument, child: MarkdownSection) -> Iterator[ActionItem]:
    """A numbered or list-less subheading is an item itself; any other groups the items below it."""
    parts = (child, *document.children(child))
    is_list = any(_CHECKBOX.match(item.text) for part in parts for item in part.list_items)
    if (_NUMBER.match(child.title) and not is_list) or not any(p.list_items or p.tables for p in parts):
        told = document.under(child)
        text = f"{_NUMBER.sub('', child.title)}: {told}".strip(": \n")
        if not is_blank(_NUMBER.sub("", child.title)) and not (told.strip() and is_blank(told)):
            yield _item(text)
    else:
        yield from _under(document, child, prose=child.level < LABEL_LEVEL)


def _in_lists_and_tables(section: MarkdownSection) -> Iterator[ActionItem]:
    texts = list(_list_texts(section))
    names = sum(1 for text in texts if _TRAILING_NAME.search(text))
    for text in texts:
        if not is_blank_line(text):
            yield _item(text, trust_names=names * 2 > len(texts))
    for table in section.tables:
        yield from _in_table(table)


def _list_texts(section: MarkdownSection) -> Iterator[str]:
    """One text for each item; one that only announces those below it (`Team A:`) leads each of them."""
    for item in section.items:
        head, *below = item.split("\n")
        nested = [line.strip()[2:] for line in below if re.match(r"  +- ", line)]
        if nested and re.search(r":\**$", head):
            yield from (f"{head} {text}" for text in nested)
        elif item.strip():
            yield item


def _in_prose(text: str) -> Iterator[ActionItem]:
    for lines in _as_items(text):
        items = [one for one in lines if _may_be_an_item(one)]
        to_do = [one for one in items if _TO_DO.search(one)]
        yield from map(_item, items if 2 * len(to_do) > len(items) else to_do)


def _may_be_an_item(line: str) -> bool:
    return (
        bool(line)
        and not line.endswith(":")
        and not line.startswith(("```", "![", "|"))
        and not is_blank_line(line)
    )


def _as_items(text: str) -> Iterator[list[str]]:
    """Each paragraph in one line, or its lines where all of them begin with a capital: a list without marks."""
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        yield lines if all(line[0].isupper() for line in lines) else [" ".join(lines)]


def _in_table(table: Table) -> Iterator[ActionItem]:
    columns = _columns(table.header)
    for row in table.rows:
        cells = {name: row[i].strip() for name, i in columns.items() if i < len(row)}
        if is_blank(cells.get("text", "")) or is_blank_line(cells["text"]):
            continue
        item = _item(cells["text"])
        ticket = cells.get("ticket", "")
        yield ActionItem(
            text=item.text if is_blank(ticket) else f"{item.text} ({ticket})",
            owner=_value(cells.get("owner")) or item.owner,
            due=first_date(cells.get("due", "")) or item.due,
            done=_state(cells.get("state", "")) if cells.get("state") else item.done,
        )


def _columns(header: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for name in ("owner", "due", "state", "text", "ticket"):
        index = next(
            (i for i, h in enumerate(header) if i not in taken and _COLUMNS[name].search(plain(h))), None
        )
        if index is not None:
            columns[name] = index
            taken.add(index)
    if "text" not in columns:
        free = [i for i in range(max(len(header), 1)) if i not in taken]
        columns["text"] = free[0] if free else 0
    return columns


def _item(text: str, *, trust_names: bool = False) -> ActionItem:
    text = re.sub(r"[ \t]{20,}", " ", text)
    box = _CHECKBOX.match(text)
    body = text[box.end() :] if box else text
    done = bool(box["mark"].strip()) if box else _state_of(body)
    owner, body = _take(_OWNER, "owner", body)
    due, body = _take(_DUE, "due", body)
    state, body = _take(_STATUS, "state", body)
    if owner is None:
        owner, body = _named_owner(body, trust_names)
    if state is not None and done is None:
        done = _state(state)
    return ActionItem(text=body.strip(" -–—|;,"), owner=owner, due=_due(due), done=done)


def _take(pattern: re.Pattern[str], group: str, text: str) -> tuple[str | None, str]:
    found = pattern.search(text)
    if found is None:
        return None, text
    if group == "due" and not is_blank(found[group]) and first_date(found[group]) is None:
        return None, text
    return _value(found[group]), (text[: found.start()] + text[found.end() :]).rstrip()


def _named_owner(text: str, trust_names: bool) -> tuple[str | None, str]:
    mention = _MENTION.search(text)
    if mention:
        return f"@{mention['owner']}", text
    trailing = _TRAILING_NAME.search(text)
    if trailing and (trust_names or " " in trailing["owner"]):
        return trailing["owner"], text[: trailing.start()]
    return None, text


def _value(written: str | None) -> str | None:
    value = plain(written or "").strip(" .")
    return None if is_blank(value) else value


def _due(written: str | None) -> date | None:
    return first_date(written) if written else None


def _state_of(text: str) -> bool | None:
    return True if _DONE.search(text) else False if _OPEN.search(text) else None


def _state(written: str) -> bool | None:
    if is_blank(written):
        return None
    if _STATE_OPEN.search(written):
        return False
    return True if _STATE_DONE.search(written) else None
