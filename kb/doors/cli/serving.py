"""`kb mcp` and `kb serve`: the doors for agents, programs and people; `kb web` opens the page here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kb.doors.cli.printed.output import JSON, print_json, say
from kb.operations.operation import Toolset

if TYPE_CHECKING:
    from kb.home import Home

_HOST = typer.Option(
    "127.0.0.1", "--host", metavar="ADDRESS", help="Where to listen; elsewhere a token is needed."
)
_PORT = typer.Option(
    8765, "--port", metavar="NUMBER", min=0, max=65535, help="The port; 0 takes any free one."
)
_TOKENS = typer.Option(
    None,
    "--token-file",
    metavar="FILE",
    envvar="KB_TOKEN_FILE",
    show_envvar=False,
    help="Lines 'write: TOKEN' and 'read: TOKEN until 2026-12-31'; else KB_TOKEN_FILE, else KB_TOKEN, KB_READ_TOKEN.",
)
_TOOLSET = typer.Option(
    Toolset.CORE,
    "--toolset",
    envvar="KB_TOOLSET",
    show_envvar=False,
    help="Which tools are listed: core, read (those that write nothing) or all; all can be called (KB_TOOLSET).",
)
_SCHEMAS = typer.Option(
    False, "--output-schemas", help="List the schemas of answers, too: 12,000 tokens more."
)
_HOSTS = typer.Option([], "--allow-host", metavar="NAME", help="A name clients reach it by; may be repeated.")
_ORIGINS = typer.Option([], "--allow-origin", metavar="URL", help="A web page that may ask; may be repeated.")


def add_to(root: typer.Typer) -> None:
    """Put the commands of this file into the tree."""
    root.command("mcp", short_help="Serve agents over stdin and stdout (MCP).")(over_stdio)
    root.command("serve", short_help="Serve agents (MCP), programs and the page over HTTP.")(over_http)
    root.command("web", short_help="Open the page in the browser of this machine.")(in_browser)


def over_stdio(context: typer.Context, toolset: Toolset = _TOOLSET, output_schemas: bool = _SCHEMAS) -> None:
    """Serve agents over stdin and stdout: what an MCP client starts.

    Stdout carries the protocol alone; what there is to say goes to stderr.
    """
    from kb.doors.mcp.handshake import put_off_client, uncollected

    with uncollected():
        put_off_client()
        import anyio

        from kb.doors.calls.opening import opened_to_serve
        from kb.doors.mcp.server import KbServer

    _log_to_stderr()
    with opened_to_serve(context.obj or None) as (kb, load_model):
        # The client waits for its first answers: the model is loaded in the first pause.
        server = KbServer(kb, when_quiet=load_model, toolset=toolset, output_schemas=output_schemas)
        anyio.run(server.run_stdio_async)


def over_http(
    context: typer.Context,
    host: str = _HOST,
    port: int = _PORT,
    token_file: Path = _TOKENS,
    allow_host: list[str] = _HOSTS,
    allow_origin: list[str] = _ORIGINS,
    toolset: Toolset = _TOOLSET,
    output_schemas: bool = _SCHEMAS,
    access_log: bool = typer.Option(
        False, "--access-log", help="A line on stderr for each request: who, what, which answer, how long."
    ),
    as_json: bool = JSON,
) -> None:
    """Serve the page for people at /, agents at /mcp, and the webhooks of kb.toml at /hooks/; /healthz is for probes.

    With KB_TOKEN or KB_READ_TOKEN set, or --token-file, clients must send one as a bearer token.  The
    first may do everything, the second only read.  A token may have a last day: in the file, or in KB_TOKEN_UNTIL and
    KB_READ_TOKEN_UNTIL; after it whoever sends it is refused, and told why.  A line 'payments/write: TOKEN' is of the
    tenant 'payments' (the home in tenants/payments) alone; each tenant with a token is served, at /tenants/NAME/.
    """
    from kb.configuration.file import ConfigurationFile
    from kb.doors.calls.opening import opened_to_serve
    from kb.doors.http.access import load_tokens
    from kb.doors.http.server import Listening, check_access, check_sign_in, homes_of, serve
    from kb.home import SHARED, TENANTS, find_home

    _log_to_stderr()
    where = Listening(
        host=host,
        port=port,
        hosts=tuple(allow_host),
        origins=tuple(allow_origin),
        toolset=toolset,
        output_schemas=output_schemas,
        access_log=access_log,
    )
    tokens = load_tokens(token_file)
    check_access(where, tokens)
    homes = homes_of(find_home(context.obj or None), tokens)
    sign_in_notes = [
        note
        for name, home in homes.items()
        for note in check_sign_in(ConfigurationFile(home), tokens.of(name))
    ]

    def started(address: str, number: int) -> None:
        url = f"http://{f'[{address}]' if ':' in address else address}:{number}/mcp"
        if as_json:
            print_json({"url": url, "port": number, "asks_for_token": bool(tokens)})
        asks = "a token is asked for" if tokens else "without a token"
        alone, page = [*homes] == [SHARED], url.removesuffix("/mcp")
        say(f"serving {url} ({asks})" + (f"; people open {page}/ in a browser" if alone else ""))
        for note in [*tokens.notes(), *sign_in_notes]:
            say(note)
        for name, home in homes.items():
            below = "" if name == SHARED else f"/{TENANTS}/{name}"
            if not alone:
                say(f"{name}: people open {page}{below}/ in a browser")
            for note in _notes_of(home, below):
                say(note if alone else f"{name}: {note}")

    with opened_to_serve(context.obj or None) as (kb, load_model):
        kb.refresh()  # what changed meanwhile is taken in before anybody asks
        load_model()
        serve(kb, where, tokens, started)


def _notes_of(home: Home, below: str) -> list[str]:
    """What there is to say of a home's webhooks, whose addresses begin with `below`, and of who is told."""
    from kb.base import KnowledgeBase
    from kb.doors.http.hooks import hook_notes

    with KnowledgeBase(home) as kb:
        return [*hook_notes(home, below), *kb.notices.notes()]


def in_browser(
    context: typer.Context,
    port: int = typer.Option(
        0, "--port", metavar="NUMBER", min=0, max=65535, help="The port; 0 takes any free one."
    ),
    no_open: bool = typer.Option(False, "--no-open", help="Only print the address."),
    as_json: bool = JSON,
) -> None:
    """Show the page on this machine: a server that only it can reach, and its address in the browser.

    Nobody signs in: what is recorded stands in the name of who runs it.  Ctrl+C ends it; kb serve is for teams.
    """
    import webbrowser

    from kb.doors.calls.opening import opened_to_serve
    from kb.doors.http.access import Tokens
    from kb.doors.http.server import Listening, serve

    _log_to_stderr()

    def started(address: str, number: int) -> None:
        url = f"http://{address}:{number}/"
        if as_json:
            print_json({"url": url, "port": number})
        say(f"the page is at {url} until Ctrl+C")
        if not no_open and not webbrowser.open(url):
            say("no browser could be opened here; open the address in one")

    with opened_to_serve(context.obj or None) as (kb, load_model):
        kb.refresh()
        load_model()
        serve(kb, Listening(port=port), Tokens(), started)


def _log_to_stderr() -> None:
    import logging

    logging.getLogger("kb.access").setLevel(logging.INFO)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
