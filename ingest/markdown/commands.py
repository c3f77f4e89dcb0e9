"""The commands in code blocks: what somebody would type, without prompts, comments and output."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.markdown.blocks import Block
from ingest.markdown.struck import without_struck
from kb.expression import expression

_LANGUAGES = (
    "bash sh shell console shell-session sh-session zsh ksh fish terminal powershell ps1 pwsh bat cmd"
)
SHELL_LANGUAGES = frozenset(_LANGUAGES.split())

_TOOLS = """
    kubectl oc helm docker podman crictl nerdctl ctr systemctl journalctl curl wget ssh scp rsync
    sudo ls cat cd rm cp mv mkdir chmod chown grep egrep awk sed jq yq tail df du ps dmesg lsblk
    umount lsof netstat ss ip ping dig nslookup traceroute openssl etcdctl ceph rados rbd virtctl
    promtool amtool logcli mimirtool cortextool gcloud aws az terraform tofu ansible
    ansible-playbook git psql mysql mysqladmin redis-cli mongo mongosh kafka-topics.sh pip python
    python3 npm apt apt-get yum dnf echo chef knife glab gh nomad consul vault nc tcpdump strace
    iptables nft sysctl cilium calicoctl istioctl linkerd argocd kustomize kubeadm rabbitmqctl
    nodetool clickhouse-client influx pg_ctl pgbackrest pg_dump patronictl pg_dumpall tmux pm2 nginx
    supervisorctl fallocate iptables-save zfs zpool fail2ban-client longhornctl instance-manager
    gitlab-runner gitlab-ctl gitlab-rake
"""
_WORDS_TOO = "service find head less free top kill mount host for while watch make export source npx node"
"""Tools that are English words as well: a line that starts with one is a command only after a sure prompt."""

_NO_LANGUAGE = frozenset(("text", "txt", "plain", "plaintext"))
_FEW_LINES = 3
"""Lines of a block that is called text and may still be what to type."""

_TOOL = expression(
    rf"^(?:\w+=\S*\s+)*(?:\./|/[\w./-]+/)?(?:{'|'.join(map(re.escape, _TOOLS.split()))})(?:\s|$)"
)
_TOOL_OR_WORD = expression(rf"^(?:{'|'.join(_WORDS_TOO.split())})\s+[\w./$-]")
_TICKED = expression(r"(?<!`)`([^`\n]+)`(?!`)")
_WHOLE_CELL = expression(r"`([^`]+)`")
_BEHIND_COLON = expression(r":\s+(?P<command>[a-z][\w./-]*\s[^`]*[^\s.,;`])$")
_PROMPT = expression(
    r"^\s*(?:(?:\([\w.-]+\)\s*|\[[^\]]{1,60}\]\s?)?[$❯]"
    r"|[\[(]?[\w.-]+@[\w.-]+[^$#\n]{0,40}[$#])\s+(?P<typed>\S.*)$"
)
_ROOT_PROMPT = expression(r"^\s*#\s+(?P<typed>\S.*)$")
_USED_AS_COMMAND = expression(
    r"^(?:[A-Za-z_]\w*=\S|\.{0,2}~?/[\w./-]+(?:\s|$)|[a-z][\w.-]*(?:\s+[a-z][\w.-]*){0,3}(?:\s+-{1,2}\w"
    r"|\s+[<\"'$./]|$)"
    r"|[A-Z][a-z]+-[A-Z]\w+)(?!.*, )"
)
_OPENERS = expression(r"(?:^\s*|[;&|]\s*)(?:for|while|until|if|case)\b", re.M)
_CLOSERS = expression(r"(?:^|[;\s])(?:done|fi|esac)\b")
_HEREDOC = expression(r"<<-?\s*['\"]?(\w+)['\"]?")


def commands_in(blocks: Iterable[Block]) -> tuple[str, ...]:
    """The commands of all shell blocks and those that stand in a line of text, in order, each once."""
    blocks = list(blocks)
    typed = frozenset(line for block in blocks if block.kind == "code" for line in block.text.split("\n"))
    return tuple(dict.fromkeys(command for block in blocks for command in _commands_of(block, typed)))


def _commands_of(block: Block, typed: frozenset[str]) -> list[str]:
    """The commands of one block; lines that are `typed` in code stand in its item, too, and are no text."""
    if block.kind == "code":
        return _commands(block)
    if block.kind != "table":
        return inline_commands("\n".join(line for line in block.text.split("\n") if line not in typed))
    return [command for row in block.rows[1:] for cell in row for command in _in_cell(cell)]


def _in_cell(cell: str) -> list[str]:
    """The commands of a cell; one that is nothing but code is one, whatever tool it is."""
    whole = _WHOLE_CELL.fullmatch(cell.strip())
    if whole and _USED_AS_COMMAND.match(whole[1]) and len(whole[1].split()) > 1:
        return [whole[1].strip()]
    return inline_commands(cell)


def inline_commands(text: str) -> list[str]:
    """Commands in code marks, or at the end of a line behind a colon: a known tool with what it is to do."""
    found: list[str] = []
    for line in without_struck(text).split("\n"):
        ticked = [code.strip() for code in _TICKED.findall(line)]
        told = _BEHIND_COLON.search(line) if not ticked else None
        found += [code for code in ticked if _is_whole(code)]
        if told and _is_whole(told["command"]):
            found.append(told["command"].strip())
    return found


def _is_whole(code: str) -> bool:
    return (
        bool(_TOOL.match(code))
        and (len(code.split()) > 2 or re.search(r"\s-{1,2}\w", code) is not None)
        and not re.search(r"\s(?:…|\.\.\.)?$|^\w+ (?:and|or|is)\b", code)
    )


def is_shell(block: Block) -> bool:
    """Whether a code block is something to type rather than output or configuration."""
    if block.kind != "code":
        return False
    if block.lang in SHELL_LANGUAGES:
        return True
    lines = block.text.split("\n")
    if block.lang in _NO_LANGUAGE and len(lines) <= _FEW_LINES:
        return bool(_TOOL.match(lines[0].strip()))
    return not block.lang and any(_typed(line) or _TOOL.match(line.strip()) for line in lines)


def begins_with_command(block: Block) -> bool:
    """Whether a block in a shell's language begins with something to type; output may stand below it."""
    first = next((line for line in block.text.split("\n") if line.strip()), "")
    return block.lang in SHELL_LANGUAGES and bool(_typed(first) or _starts(first, block))


def _typed(line: str) -> str | None:
    """What stands after the prompt, if the line has one.  A `#` is a prompt only before a known tool."""
    if match := _PROMPT.match(line):
        return match["typed"]
    match = _ROOT_PROMPT.match(line)
    return match["typed"] if match and _TOOL.match(match["typed"]) else None


def _commands(block: Block) -> list[str]:
    if not is_shell(block):
        return []
    lines = block.text.split("\n")
    prompted = any(_typed(line) for line in lines)
    found: list[str] = []
    current: list[str] = []
    for line in lines:
        typed = _typed(line)
        if current and not typed and _goes_on(current):
            current.append(line.rstrip())
            continue
        if current:
            found.append(_joined(current))
            current = []
        if typed:
            current = [typed]
        elif not prompted and _starts(line, block):
            current = [line.strip()]
        elif not prompted and found and line.lstrip().startswith(("|", "--", "&&")):
            current = [found.pop(), line.strip()]
    found += [_joined(current)] if current else []
    return [command for command in found if re.search(r"\w", command)]


def _starts(line: str, block: Block) -> bool:
    """Whether an unprompted line starts a command.  Output stands in shell blocks too, so a word that
    is no known tool must at least be used like one."""
    said = line.strip()
    if not said or said.startswith("#"):
        return False
    if _TOOL.match(said) or _TOOL_OR_WORD.match(said):
        return True
    return block.lang in SHELL_LANGUAGES and bool(_USED_AS_COMMAND.match(said))


def _goes_on(lines: list[str]) -> bool:
    """Whether the command so far waits for more: a continuation, an open quote, loop or here-document."""
    so_far = "\n".join(lines)
    if here := _HEREDOC.search(so_far):
        return here[1] not in [line.strip() for line in lines[1:]]
    if lines[-1].rstrip().endswith(("\\", "|", "&&", "||")):
        return True
    bare = re.sub(r"\\.", "", so_far, flags=re.S)
    if len(re.findall(r"'", re.sub(r'"[^"]*"', "", bare))) % 2 or bare.replace("'\"'", "").count('"') % 2:
        return len(lines) < 40
    return len(_OPENERS.findall(so_far)) > len(_CLOSERS.findall(so_far)) and len(lines) < 40


def _joined(lines: list[str]) -> str:
    """One command: continuation lines on one line, blocks and here-documents as they stand."""
    text = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    return text.strip().rstrip("\\").strip()
