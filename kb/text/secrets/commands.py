"""Secrets that commands take without a name: `mysql -p…`, `redis-cli -a …`, `curl -u user:…`.

Options that say what they take (`--password …`) are found by their names, in `assignments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.expression import expression
from kb.text.secrets.names import Names
from kb.text.secrets.reading import Find, Finder, Secret
from kb.text.secrets.values import is_random_word, is_secret

_ARGUMENTS = r"[^\n|;]{0,300}?"
_VALUE = r"(?:\"(?P<double>[^\"\n]{1,256})\"|'(?P<single>[^'\n]{1,256})'|(?P<bare>[^\s\"'|;<>]{1,256}))"
_USER = r"(?P<quote>[\"']?)[^\s:\"']{1,80}:(?P<bare>[^\s\"']{1,256})"


def _after(options: str, value: str = _VALUE, gap: str = r"[ \t]+") -> str:
    return rf"{_ARGUMENTS}[ \t](?:{options}){gap}{value}"


_COMMANDS: tuple[tuple[str, str], ...] = (
    ("mysql,mariadb", r"(?:mysql|mariadb)[\w-]{0,12}\b" + _after("-p", gap="")),
    ("redis-cli,valkey-cli,keydb-cli", r"\w+-cli\b" + _after("-a|--pass")),
    ("mongo", r"mongo\w{0,12}\b" + _after("-p")),
    (
        "docker,podman,nerdctl,helm,buildah,skopeo,oras,crane,regctl",
        r"(?:docker|podman|nerdctl|helm|buildah|skopeo|oras|crane|regctl)\b[^\n|;]{0,60}?\blogin\b"
        + _after("-p", gap=r"[ \t]*"),
    ),
    ("az login", r"az login\b" + _after("-p")),
    ("sshpass", r"sshpass\b(?:[ \t]+-[veP]\S*)*[ \t]+-p[ \t]*" + _VALUE),
    ("plink,pscp,psftp", r"p(?:link|scp|sftp)\b" + _after("-pw")),
    ("curl", r"curl\b" + _after("-u|--user|--proxy-user|-U", _USER, r"[ \t=]*")),
    ("http --auth,https --auth,xh --auth", r"(?:https?|xh)\b" + _after("--auth|-a", _USER, r"[ \t=]*")),
    ("ldap", r"ldap\w{2,12}\b" + _after("-w")),
    ("htpasswd", r"htpasswd[ \t]+-\w*b\w*[ \t]+\S{1,200}[ \t]+\S{1,80}[ \t]+" + _VALUE),
    ("snmp", r"snmp\w{2,12}\b" + _after("-c|-A|-X")),
    ("ipmitool", r"ipmitool\b" + _after("-P")),
    ("pass:", r"(?<=[ \t=])pass:" + _VALUE),
    (
        "sqlplus,expdp,impdp,sqlldr,rman ",
        r"(?:sqlplus|expdp|impdp|sqlldr|rman)\b[^\n|;]{0,60}?[ \t\"']\w{1,40}/"
        r"(?P<bare>[^\s@\"'/]{1,128})(?=@|[ \t]|$)",
    ),
    ("sqlcmd,bcp,osql,isql", r"(?:sqlcmd|bcp|osql|isql)\b" + _after("-P", gap=r"[ \t]*")),
    (
        "rabbitmqctl",
        r"rabbitmqctl\b[^\n|;]{0,80}?[ \t](?:add_user"
        r"|change_password|authenticate_user)[ \t]+\S{1,80}[ \t]+" + _VALUE,
    ),
    (
        "smbclient,rpcclient,net rpc,winexe,wmic",
        r"(?:smbclient|rpcclient|winexe|wmic|net rpc)\b"
        + _after("-U|--user", r"[\"']?[^\s%\"']{1,80}%(?P<bare>[^\s\"']{1,256})", r"[ \t=]+"),
    ),
    ("zip,unzip", r"(?:un)?zip\b" + _after("-P")),
    ("7z x ,7z a ,7za , 7z ,unrar,rar ", r" ?(?:7za?|unrar|rar)\b" + _after("-p", gap="")),
    ("cqlsh", r"cqlsh\b" + _after("-p")),
    ("vault login", r"vault login[ \t]+(?:-\S+[ \t]+)*" + _VALUE),
    ("net use", r"net use\b[^\n]{0,200}?/user:\S{1,80}[ \t]+" + _VALUE),
    ("convertto-securestring", r"(?i:ConvertTo-SecureString)[ \t]+(?:-String[ \t]+)?" + _VALUE),
    ("requirepass,masterauth", r"(?:requirepass|masterauth)[ \t]+" + _VALUE),
    (
        "config set,configure set,conf set",
        r"(?:config(?:ure)?|conf) set[ \t]+\S{0,120}?(?:token"
        r"|password|secret|secret_access_key|_auth)\w{0,10}[ \t]+" + _VALUE,
    ),
    (
        "sp_addlogin,sp_password",
        r"sp_(?:addlogin|password)[ \t]+"
        r"(?:@\w+[ \t]*=[ \t]*)?N?'[^'\n]{0,80}'[ \t]*,[ \t]*"
        r"(?:@\w+[ \t]*=[ \t]*)?N?" + _VALUE,
    ),
    ("assword:", r"assword:?[ \t]*\"[^\n]{0,40}\n?[^\n]{0,40}send[ \t]+\"(?P<bare>[^\"\\\n]{3,128})\\"),
    ("--with-token <<<,stdin <<<", r"--[\w-]{4,20} <<<[ \t]*" + _VALUE),
    ("/p:", r"(?<=[ \t])/p:" + _VALUE),
)
_USERS = expression(r"[ \t](?:-u|-U|--user|--username|--login)(?:[ \t=]|\w)")
_AFTER_USER = expression(r"-[pP](?:[ \t=]+)(?:[\"']?)(?P<bare>[^\s\"'|;<>]{8,256})")
_USER_AND_PASSWORD = expression(
    r"(?:-u|-U|--user|--auth|--creds|--credentials)[ \t=]+[\"']?[\w.@\\-]{1,80}:(?P<bare>[^\s\"'/]{6,256})"
)
_PIPED = expression(
    r"(?:echo|printf|print)[ \t]+(?:-\w+[ \t]+)?(?:[\"']?%s(?:\\n)?[\"']?[ \t]+)?(?:\""
    r"(?P<double>[^\"\n]{2,256})\"|'"
    r"(?P<single>[^'\n]{2,256})'|(?P<bare>[^\s\"'|]{2,256}))"
    r"[ \t]*\|[ \t]*$"
)
_BLANKS = expression(r"[ \t]*")
_TAKES = expression(
    r"(?:sudo[ \t]+)?(?:\S*/)?(?:(?:docker|podman|helm|nerdctl|skopeo|oras|crane|aws|gh"
    r"|glab)\b[^\n|]{0,200}--(?:pass(?:word)?-stdin|with-token)"
    r"|sudo[ \t]+-\w*S|passwd[ \t]+--stdin"
    r"|chpasswd|cryptsetup|kinit)"
)


def _command(pattern: str) -> Find:
    compiled: list[re.Pattern[str]] = []

    def find(text: str, place: int) -> Iterator[Secret]:
        if not compiled:
            compiled.append(re.compile(pattern))
        found = compiled[0].match(text, place)
        if found is None:
            return
        group = next((name for name in ("double", "single", "bare") if found.groupdict().get(name)), None)
        if (
            group
            and is_secret(found[group], Names.PASSWORD, surely=True)
            and not found[group].startswith("-")
        ):
            yield Secret(*found.span(group), "password")

    return find


def _of_any_command(text: str, place: int) -> Iterator[Secret]:
    """`COMMAND -u NAME -p X`, `COMMAND -u NAME:X`, of any command: what looks drawn, as ports and folders do not."""
    place += 1
    found = _USER_AND_PASSWORD.match(text, place)
    if found is None and (found := _AFTER_USER.match(text, place)) is not None:
        start = text.rfind("\n", max(0, place - 300), place) + 1
        if _USERS.search(text, max(start, place - 300), place) is None:
            return
    if (
        found is not None
        and is_random_word(found["bare"])
        and is_secret(found["bare"], Names.SECRET, surely=True)
    ):
        yield Secret(*found.span("bare"), "password")


def _piped(text: str, place: int) -> Iterator[Secret]:
    """`echo X | docker login --password-stdin`, `echo user:X | chpasswd`."""
    start = text.rfind("\n", max(0, place - 400), place) + 1
    pipe = text.rfind("|", start, place)
    if pipe < 0:
        return
    behind = _BLANKS.match(text, pipe + 1)
    taken = _TAKES.match(text, behind.end() if behind else pipe + 1, place + 100)
    found = _PIPED.search(text, max(start, pipe - 300), pipe + 1) if taken else None
    if found is not None and taken is not None:
        group = next(name for name in ("double", "single", "bare") if found[name])
        value = found[group]
        skip = value.find(":") + 1 if taken.group().endswith("chpasswd") else 0
        if is_secret(value[skip:], Names.PASSWORD, surely=True):
            yield Secret(found.start(group) + skip, found.end(group), "password")


FINDERS = (
    *(Finder(tuple(marks.split(",")), _command(pattern)) for marks, pattern in _COMMANDS),
    Finder(
        ("--password-stdin", "--pass-stdin", "--with-token", "sudo -s", "passwd --stdin", "chpasswd"), _piped
    ),
    Finder(
        (" -p ", " -p=", " -u ", " --user ", " --user=", " --auth ", " --auth=", " --creds "), _of_any_command
    ),
)
