"""Resources: the memory files and the entries, for clients that attach them to a conversation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.server.mcpserver.resources import FunctionResource

from kb.errors import KbError
from kb.knowledge import KnowledgeBase
from kb.server.offers import PAGE
from kb.server.worker import Call, Workers

if TYPE_CHECKING:
    from mcp.server import MCPServer

_YAML = "application/yaml"


class Resources:
    """`kb://memory/{folder}/{name}` and `kb://entry/{entry_id}`."""

    def __init__(self, kb: KnowledgeBase, workers: Workers) -> None:
        self._home, self._workers = kb.home, workers

    def add_to(self, server: MCPServer[Any]) -> None:
        """Register the files that are there as resources, and both patterns as templates."""
        for folder, path in self._files():
            resource = FunctionResource(
                uri=f"kb://memory/{folder}/{path}",
                name=f"{folder}/{path}",
                description=f"The memory file {folder}/{path}.yaml, cut to its newest items where it is large.",
                mime_type=_YAML,
                fn=partial(self.memory, folder, path),
            )
            server.add_resource(resource)
        server.resource(
            "kb://memory/{folder}/{name}", name="memory file", mime_type=_YAML,
            description="A memory file, such as kb://memory/learned/patterns.",
        )(self.memory)  # fmt: skip
        server.resource(
            "kb://entry/{entry_id}", name="entry", mime_type=_YAML,
            description="One entry, whole: ids come from check_known_issues and search_incidents.",
        )(self.entry)  # fmt: skip

    def _files(self) -> list[tuple[str, str]]:
        return [
            (folder.name, path.stem)
            for folder in (self._home.learned, self._home.state)
            for path in sorted(folder.glob("[!.]*.yaml"))
        ]

    async def memory(self, folder: str, name: str) -> str:
        """The content of a memory file as YAML."""
        return await self._read(partial(_memory, f"{folder}/{name}"))

    async def entry(self, entry_id: str) -> str:
        """Everything that an entry says, as YAML."""
        return await self._read(partial(_entry, entry_id))

    async def _read(self, call: Call[str]) -> str:
        try:
            return await self._workers.run(call)
        except KbError as error:
            raise ResourceNotFoundError(str(error)) from None


def _memory(key: str, kb: KnowledgeBase) -> str:
    from kb.server.fit import fit
    from kb.server.replies import plain
    from kb.storage.yamledit import render

    whole = {"content": kb.memory.read(key)}
    cut = fit(whole, PAGE, newest=True, more="the tool memory_query shows the rest by a filter")
    return labelled(render(plain(cut["content"] if cut is whole else cut)))


def _entry(entry_id: str, kb: KnowledgeBase) -> str:
    from kb.server.fit import fit
    from kb.server.replies import plain
    from kb.storage.codec import to_builtins
    from kb.storage.yamledit import render

    entry = kb.get(entry_id)
    said = {key: value for key, value in to_builtins(entry).items() if value not in (None, "", [], {})}
    return labelled(render(plain({"kind": entry.kind, **fit({"entry": said}, 4 * PAGE)})))


def labelled(yaml_text: str) -> str:
    """YAML that says where it comes from; it stays YAML."""
    from kb.server.replies import LABEL

    return f"# {LABEL}\n{yaml_text}"
