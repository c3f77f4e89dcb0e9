"""Operations on the memory files: `learned/*` holds lasting knowledge, `state/*` what is so now."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Annotated, Any

from kb.base import KnowledgeBase
from kb.errors import InvalidInput
from kb.model.role import Role
from kb.operations.arguments import Data, Text
from kb.operations.operation import PAGE, reading, writing

if TYPE_CHECKING:
    from kb.model.ledger import Event
    from kb.operations.records import MemoryContent, MemoryWritten

Key = Annotated[Text, "The memory file, such as learned/patterns or state/environments."]

_MORE = "give a filter: memory_read(key, path, filter); for an error text ask check_known_issues"
_UNWRITTEN = "nobody has written this file yet; it is empty"


@reading("GET /memory", PAGE, newest=True, more=_MORE)
def memory_read(
    kb: KnowledgeBase,
    key: Key,
    path: Annotated[Text, "A dotted path into the file; empty is the top."] = "",
    filter: Annotated[Text, "Only items that hold this text, such as OOMKilled."] = "",
) -> MemoryContent:
    """Read a memory file (error patterns, runbooks, service quirks, the state of environments), or a part of it.

    Useful at the start of an incident for `state/environments` and `learned/service_quirks`.  A large file is cut to
    its newest items and says so; an error text is better asked with check_known_issues, which reads all of it.
    """
    from kb.operations.records import MemoryContent

    known = kb.memory.keys()
    key = key.removesuffix(".yaml")
    if kb.memory.is_unwritten(key):
        return MemoryContent(key=key, path=path, filter=filter, content={}, total=0, note=_UNWRITTEN)
    if not kb.memory.is_there(key):
        near = difflib.get_close_matches(key, known, 1, 0.5)
        meant = f"; did you mean {near[0]!r}?" if near else "."
        raise InvalidInput(f"there is no memory file {key!r}{meant} There are: {', '.join(known) or 'none'}")
    content = kb.memory.query(key, path, filter)
    return MemoryContent(key=key, path=path, filter=filter, content=content, total=_items(content))


def _items(content: Any) -> int:
    if isinstance(content, list):
        return len(content)
    return sum(map(_items, content.values())) if isinstance(content, dict) else 0


@writing("POST /memory/append")
def memory_append(
    kb: KnowledgeBase,
    key: Key,
    list_path: Annotated[Text, "The list to append to, such as procedures."],
    item: Annotated[Data, "The item: an object, JSON or YAML as text, or plain text."],
) -> MemoryWritten:
    """Append an item to a list of a memory file, such as a new runbook to `procedures`.

    A runbook has a name and steps: {"name": …, "when": …, "steps": [...], "commands": [...]}.  It is found by searches
    at once.  Patterns and tool fixes are better kept with learn_pattern and learn_tool_fix.
    """
    from kb.operations.records import MemoryWritten

    data = _read_item(item) if key.startswith("learned/") else item
    if key.startswith("learned/"):
        _check_item(key, list_path, data)
    note = new_file(kb, key)
    kb.memory_append(key, list_path, data)
    kb.editing.note(f"appended to {list_path} of {key.removesuffix('.yaml')}.yaml", key)
    return MemoryWritten(key=key, path=list_path, written=data, note=note)


def _read_item(item: object) -> object:
    """The item; a text that says a mapping in YAML is that mapping."""
    from kb.memory.files import parsed
    from kb.memory.yaml_edit import load

    data = parsed(item)
    if not isinstance(data, str) or ":" not in data:
        return data
    try:
        found = load(data)
    except ValueError:
        return data
    return found if isinstance(found, dict) else data


def _check_item(key: str, list_path: str, item: object) -> None:
    """Refuse what could not be read back as an entry.  Raises InvalidInput with what is wrong."""
    from kb.memory.format import parse_memory
    from kb.memory.yaml_edit import render
    from kb.text.redact import redact_data

    top = list_path.split(".", maxsplit=1)[0]
    problems = parse_memory(render({top: [redact_data(item)]}), f"{key}.yaml").problems
    if problems and "." not in list_path:
        raise InvalidInput(
            f"the item cannot be an entry of {list_path}: {problems[0].message}; nothing was written"
        )


@writing("POST /memory/update", again=True)
def memory_update(
    kb: KnowledgeBase,
    key: Key,
    path: Annotated[Text, "A dotted path, such as environments.stage.status."],
    value: Annotated[Data, "The new value: any data, or JSON as text."],
) -> MemoryWritten:
    """Set one value in a memory file; everything else in it, comments too, stays as it is."""
    from kb.operations.records import MemoryWritten

    note = new_file(kb, key)
    before = _mistakes(kb, key)
    kb.memory_update(key, path, value)
    wrong = [said for message, said in _mistakes(kb, key).items() if message not in before]
    kb.editing.note(f"set {path} of {key.removesuffix('.yaml')}.yaml", key)
    return MemoryWritten(key=key, path=path, written=value, note="; ".join(filter(None, (note, *wrong))))


def _mistakes(kb: KnowledgeBase, key: str) -> dict[str, str]:
    """The mistakes that stand in a memory file, each by what is wrong, since lines move."""
    place = f"{key.removesuffix('.yaml')}.yaml"
    return {one.message: str(one) for one in kb.refresh() if one.path == place}


def new_file(kb: KnowledgeBase, key: str) -> str:
    """What to say of a memory file that is not there yet: that it is new, and which one may be meant; else empty."""
    key, known = key.removesuffix(".yaml"), kb.memory.keys()
    if kb.memory.is_there(key) or kb.memory.is_unwritten(key):
        return ""
    near = difflib.get_close_matches(key, known, 1, 0.8)
    return f"{key}.yaml is a new file" + (f"; was {near[0]} meant?" if near else "")


@writing("POST /log", by=Role.RESPOND)
def memory_session_log(
    kb: KnowledgeBase,
    action: Annotated[Text, "What was just done or seen, in a few words."],
    details: Annotated[Text, "More about it."] = "",
    incident_id: Annotated[Text, "The incident; else the one that is being worked on."] = "",
) -> Event:
    """Log what you do while you do it: it becomes the timeline of the incident and of the postmortem.

    While an incident is open, the line belongs to it (`subject`).
    """
    return kb.incidents.log(action, details, incident_id) if incident_id else kb.session_log(action, details)
