"""Edits of YAML text that leave every other byte as it was.  Pure: text in, text out.

The parser tells where a value stands (`kb.memory.yaml_places`), the new text is spliced in there, and the result is
parsed again: it must mean what was asked for, and everything else what it meant before.  Where no splice
does that, such as in a value that an alias shows elsewhere, the edit is refused with the reason; nothing
is ever written anew as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from kb.errors import InvalidInput, NotThere
from kb.memory import yaml_places
from kb.memory.yaml_places import BREAK, YamlPlace, dump, in_block, in_flow
from kb.text import safe_yaml

Path = Sequence[str | int]


class IdTaken(InvalidInput):
    """The file holds an item of this id already."""


def load(text: str) -> Any:
    """The one document of a memory file as plain Python, None when it is empty.

    Raises `kb.text.safe_yaml.YamlRefused`, a ValueError with the line.
    """
    documents = safe_yaml.compose(text)
    if len(documents) > 1:
        raise safe_yaml.YamlRefused("holds several YAML documents (---); a memory file is one", None)
    return safe_yaml.value(documents[0]) if documents else None


def append_item(text: str, path: str, item: object) -> str:
    """The text with `item` added to the list at the dotted `path`; the list is made where absent.

    Raises InvalidInput when the path leads to something that is not a list, IdTaken when another item
    of the file's lists has the item's `id`.
    """
    before, keys = load(text), path.split(".")
    _check_id(before, item)
    _check_list(before, path)
    return set_values(text, [((*keys, "+"), item)])


def append_to_piece(text: str, path: str, item: object, first: int, end: int | None) -> str | None:
    """As `append_item`, for a text that was proved to be made of pieces; only the list's last item is parsed.

    That one stands on the lines from `first` to before `end` (None: to the end of the text).  None where this
    does not do: then the whole text must be looked at.
    """
    wanted = item.get("id") if isinstance(item, dict) else None
    if wanted and str(wanted) in text:
        return None
    start = _line_at(text, 0, first - 1)
    stop = len(text) if end is None else _line_at(text, start, end - first)
    head = f"{path}:{_newline(text, start)}"
    after = append_item(head + text[start:stop], path, item)
    return f"{text[:start]}{after.removeprefix(head)}{text[stop:]}"


def _line_at(text: str, at: int, lines: int) -> int:
    """Where the line begins that stands so many lines below the one that begins at `at`; sought from the nearer end."""
    left = text.count("\n", at) - lines
    if lines and left < lines:
        at = len(text)
        for _ in range(left + 1):
            at = text.rfind("\n", 0, at)
        return at + 1
    for _ in range(lines):
        at = text.index("\n", at) + 1
    return at


def set_value(text: str, path: str, value: object) -> str:
    """The text with the value at the dotted `path` replaced; missing mappings are made.

    Raises InvalidInput when the path runs through something that is not a mapping or list.
    """
    return set_values(text, [(path.split("."), value)])


def set_values(text: str, edits: Sequence[tuple[Path, object]]) -> str:
    """The text with every value set at its path; a last step `+` appends to the list before it.

    A value that stands there already changes nothing.  Raises InvalidInput where other bytes would change.
    """
    for path, value in edits:
        text = _edited(text, path, value)
    return text


def replace_items(text: str, key: str, ours: Callable[[object], bool], items: Sequence[object]) -> str:
    """The text in which the items of a top-level list that are `ours` make room for `items`, at its end.

    Everything else stays as it is written, comments included.  Raises InvalidInput where the key is
    something else than a list.
    """
    before = load(closed(text)) or {}
    existing = (before.get(key) if isinstance(before, dict) else None) or []
    after = text
    if isinstance(existing, list) and any(map(ours, existing)):
        expected = {**before, key: [one for one in existing if not ours(one)] or None}
        after = _first([_without(text, key, ours, blanks=also) for also in (False, True)], expected)
        if not after:
            raise InvalidInput(
                f"{key}: its items cannot be told apart in the text; write them as a list of blocks"
            )
    elif items and key not in before:
        after = "".join((closed(text), key, ":", _newline(text, len(text))))
    for item in items:
        after = append_item(after, key, item)
    return after


def render(value: object) -> str:
    """`value` as block YAML in the order given, long text not folded."""
    return dump(value)


def closed(text: str) -> str:
    """The text with its last line ended, as it must be before a line can follow."""
    return text if not text or BREAK.fullmatch(text[-1]) else text + _newline(text, len(text))


def item_text(text: str, at: int, item: object, column: int) -> str:
    """A list item as the lines that are put into the text at `at`, whose line breaks they have."""
    return _lines(render([item]), column, _newline(text, at))


def _without(text: str, key: str, ours: Callable[[object], bool], *, blanks: bool) -> str:
    """The text without the lines of these items of a block list; comments between items stay.

    With `blanks`, blank lines behind an item go along: a text above (`|+`) might take them for its own.
    """
    root = yaml_places.places(text)
    place = root.child(key) if root else None
    if place is None or not place.is_block:
        raise InvalidInput(
            f"{key}: is written as [ … ]; write it as a list of blocks (- …), one item below another"
        )
    starts, kept, at = [*yaml_places.item_starts(text, place)], list[str](), 0
    for start, item, said in zip(starts, place.items, load(text)[key], strict=True):
        if ours(said):
            kept.append(text[at:start])
            at = yaml_places.behind_comments(text, yaml_places.behind(text, item), place.column)
            while (
                blanks and at < len(text) and not text[at : (end := yaml_places.line_end(text, at))].strip()
            ):
                at = end
    return "".join((*kept, text[at:]))


def _edited(text: str, path: Path, value: object) -> str:
    before = load(closed(text))
    expected = _expected(before, path, value)
    if repr(expected) == repr(before):
        return text
    found = _first(_candidates(text, path, value), expected)
    if not found:
        raise InvalidInput(_refusal(text, path))
    return found


def _first(texts: Iterable[str], expected: object) -> str:
    """The first of the texts that means what is expected; empty where none does."""
    return next((text for text in texts if _says(text, expected)), "")


def _says(text: str, expected: object) -> bool:
    try:  # compared as text: 1 is not True, and `.nan` is itself
        return repr(load(closed(text))) == repr(expected)
    except ValueError:
        return False


def _expected(data: Any, path: Path, value: object) -> object:
    """What the text must mean afterwards.  Raises InvalidInput where the path leads nowhere."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if key == "+" and (data is None or isinstance(data, list)):
        return [*(data or []), _expected(None, rest, value)]
    if isinstance(data, list) and str(key).isdigit() and int(key) < len(data):
        changed = _expected(data[int(key)], rest, value)
        return [*data[: int(key)], changed, *data[int(key) + 1 :]]
    if data is None or data == [] or isinstance(data, dict):
        return {**(data or {}), key: _expected((data or {}).get(key), rest, value)}
    raise NotThere(f"the path leads nowhere: {key!r} is neither a key nor an index of what is there")


def _candidates(text: str, path: Path, value: object) -> Iterator[str]:
    """The texts that may be what was asked for; the first that means it is."""
    here, parent, key = yaml_places.places(text), None, None
    if here is None:
        yield _inserted(text, len(text), render(_nested(path, value)), 0)
        return
    for number, step in enumerate(path):
        if here.kind in ("scalar", "alias") or (here.style == "flow" and not here.items):
            break  # nothing is in it: what it shall hold takes its place
        _refuse_repeated(text, here, step)
        child = here.child(step)
        if child is None:
            yield from _additions(text, here, step, _nested(path[number + 1 :], value), top=parent is None)
            return
        key = next((k for k, v in zip(here.keys, here.items, strict=False) if v is child), None)
        parent, here = here, child
    else:
        number += 1
    if here.kind == "alias" and number < len(path):
        return
    yield from _replacements(text, parent, key, here, _nested(path[number:], value))


def _refuse_repeated(text: str, here: YamlPlace, step: str | int) -> None:
    """Raise InvalidInput where the key stands twice: which of the two is meant, a person must say."""
    named = [key for key in here.keys if key.word == step]
    if len(named) > 1:
        line = len(BREAK.findall(text[: named[-1].start])) + 1
        raise InvalidInput(f'line {line}: found duplicate key "{step}"; mend that by hand, then try again')


def _nested(path: Path, value: object) -> object:
    for step in reversed(path):
        value = [value] if step == "+" else {step: value}
    return value


def _additions(text: str, here: YamlPlace, step: str | int, value: object, *, top: bool) -> Iterator[str]:
    """A new item or key, behind the last one of a list or mapping."""
    if here.style == "flow":
        at = here.items[-1].end
        said = in_flow(value) if here.kind == "list" else f"{in_flow(step)}: {in_flow(value)}"
        yield f"{text[:at]}, {said}{text[at:]}"
        return
    lines = render([value] if here.kind == "list" else {step: value})
    if top and here.kind == "mapping":
        yield _inserted(text, len(text), lines, here.column)
    at = yaml_places.behind_comments(text, yaml_places.behind(text, here), here.column)
    yield _inserted(text, at, lines, here.column)


def _replacements(
    text: str, parent: YamlPlace | None, key: YamlPlace | None, old: YamlPlace, value: object
) -> Iterator[str]:
    """A value in the place of another one."""
    start, end = old.start, _end_of(text, old)
    if parent is None or parent.style == "flow":
        whole = parent is None and value not in ([], {}) and isinstance(value, (dict, list))
        yield f"{text[:start]}{render(value) if whole else in_flow(value)}{text[end:]}"
        return
    gap = text[key.end : start] if key else ""
    on_next_line = key and old.is_block and not gap.replace(":", "", 1).strip()
    word = in_block(value)
    if word:
        if on_next_line and key:
            start = key.end + gap.find(":") + 1
        space = "" if text[start - 1 : start].isspace() else " "
        yield f"{text[:start]}{space}{word}{text[end:]}"
    elif key is None or (on_next_line and BREAK.search(gap)):
        column = yaml_places.column_of(text, start)
        yield f"{text[:start]}{_lines(render(value), column, _newline(text, start)).rstrip().lstrip(' ')}{text[end:]}"
    else:
        below = yaml_places.line_end(text, end)
        head, rest = text[:start].rstrip(" "), text[end:below]
        column = parent.column + (2 if isinstance(value, dict) or _lists_are_set_in(text) else 0)
        left = closed(f"{head}{' ' if rest.strip() and not rest[0].isspace() else ''}{rest}")
        yield f"{left}{_lines(render(value), column, _newline(text, start))}{text[below:]}"
    yield f"{text[:start]} {in_flow(value)}{text[end:]}"


def _end_of(text: str, place: YamlPlace) -> int:
    """The end of the value without the line break behind it."""
    leaf = place.last()
    if leaf.style not in ("|", ">"):
        return leaf.end
    end = yaml_places.behind(text, place)
    return end - len(_final_break(text[:end]))


def _final_break(text: str) -> str:
    return "\r\n" if text.endswith("\r\n") else text[-1:] if BREAK.fullmatch(text[-1:]) else ""


def _inserted(text: str, at: int, lines: str, column: int) -> str:
    head = closed(text[:at]) if at == len(text) else text[:at]
    return f"{head}{_lines(lines, column, _newline(text, at))}{text[at:]}"


def _lines(rendered: str, column: int, newline: str) -> str:
    lines = BREAK.sub(lambda found: f"{found[0]}\0", rendered.rstrip("\n") + "\n").split("\0")
    moved = (" " * column + line if line.strip("\n") else line for line in lines if line)
    return "".join(moved).replace("\n", newline)


def _newline(text: str, at: int) -> str:
    """How the line before ends, or the first one."""
    end = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))
    if end < 0:
        found = re.search(r"\r\n|\n|\r", text)
        return found[0] if found else "\n"
    return "\r\n" if text[end - 1 : end + 1] == "\r\n" else text[end]


def _lists_are_set_in(text: str) -> bool:
    """Whether people write the lists of this file deeper than their keys."""
    return bool(re.search(r"^( *)[^\s#-].*:[ \t]*\n(?: *#.*\n|\s*\n)*\1 +- ", text, re.MULTILINE))


def _refusal(text: str, path: Path) -> str:
    """Why no splice says what was asked for."""
    here, shown, line = yaml_places.places(text), list[str](), 1
    aliased = yaml_places.aliased(text)
    for step in path:
        if here is None or here.kind == "alias" or here.anchor in aliased:
            break
        here, shown = here.child(step), [*shown, str(step)]
        line = len(BREAK.findall(text[: here.start])) + 1 if here else line
    where = ".".join(shown) or "the file"
    if here is not None and (here.kind == "alias" or here.anchor in aliased):
        return f"line {line}: {where} is shared by an alias (*); write its values out, then try again"
    return (
        f"line {line}: {where} cannot be changed without changing other bytes of the file; "
        "edit it by hand, or write it as a plain block, then try again"
    )


def _check_list(data: object, path: str) -> None:
    """Raise InvalidInput where the path cannot lead to a list."""
    if data is not None and not isinstance(data, dict):
        raise InvalidInput("the top of the file is not a mapping; nothing can be appended to it")
    here: Any = data or {}
    *outer, last = path.split(".")
    for key in outer:
        here = here.get(key)
        if here is not None and not isinstance(here, dict):
            raise NotThere(f"cannot append at {path!r}: {key!r} is not a mapping")
        here = here or {}
    existing = here.get(last)
    if existing is not None and not isinstance(existing, list):
        raise InvalidInput(f"cannot append at {path!r}: it holds {type(existing).__name__}, not a list")


def _check_id(data: object, item: object) -> None:
    wanted = item.get("id") if isinstance(item, dict) else None
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    if wanted and any(isinstance(one, dict) and one.get("id") == wanted for items in lists for one in items):
        raise IdTaken(f"there is an item with the id {wanted!r} in this file already; change that one")
