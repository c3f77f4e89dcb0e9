"""Ids of any length go, codes that tell errors apart stay: for any id, in any line of kept words."""

from __future__ import annotations

import base64
import itertools
import re
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kb.text.masking import fingerprint, mask
from kb.text.masking_rules import looks_like_id

WORDS = [
    "upstream",
    "replica",
    "refused",
    "checkout",
    "while",
    "reading",
    "quota",
    "from",
    "the",
    "ledger",
    "store",
    "after",
    "commit",
]
NO_SIGNS = str.maketrans("+/", "7Q")
HEX = "0123456789abcdef"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def _base36(seed: int) -> str:
    rng = Random(seed)
    return "".join(rng.choices(BASE36, k=rng.randrange(12, 41)))


def _base64(seed: int) -> str:
    """Without the signs that also part paths and sums: they hide one id in 400."""
    rng = Random(seed)
    return base64.b64encode(rng.randbytes(rng.randrange(30, 80))).decode().translate(NO_SIGNS)


def _id_not_name(text: str) -> bool:
    """Nobody can tell letters alone, or letters with one number at the end, from a name."""
    return any(a.isdigit() and b.isalpha() for a, b in itertools.pairwise(text))


IDS = st.one_of(
    st.uuids().map(str),
    st.uuids().map(lambda value: value.hex.upper()),
    st.text(HEX, min_size=6, max_size=64),
    st.integers(0, 2**64).map(str),
    st.integers(0, 2**64).map(hex),
    st.integers().map(_base36).filter(_id_not_name),
    st.integers().map(_base64).filter(lambda text: not re.search("[a-z]{8}", text)),  # that may be a word
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6, network="2001:db8::/32").map(str),
)
LINES = st.lists(st.sampled_from(WORDS), min_size=3, max_size=6, unique=True)


@settings(max_examples=400, deadline=None)
@given(LINES, st.integers(0, 3), IDS, IDS)
def test_two_lines_that_differ_only_in_an_id_have_one_fingerprint(
    words: list[str], at: int, one: str, other: str
) -> None:
    lines = [" ".join([*words[:at], value, *words[at:]]) for value in (one, other)]
    assert fingerprint(lines[0]) == fingerprint(lines[1]) != "", (mask(lines[0]), mask(lines[1]))


@settings(max_examples=200, deadline=None)
@given(LINES, st.lists(st.integers(-(2**63), 2**63), min_size=1, max_size=9))
def test_a_list_is_as_long_as_it_happens_to_be(words: list[str], ids: list[int]) -> None:
    several = f"{' '.join(words)} blk_{' blk_'.join(map(str, ids))}"
    assert fingerprint(several) == fingerprint(f"{' '.join(words)} blk_7")


CODES = [
    ("upstream answered with HTTP {}", st.integers(100, 599)),
    ('"GET /orders HTTP/1.1" {} 512', st.integers(100, 599)),
    ("request failed with status code {}", st.integers(100, 599)),
    ("the job ended with exit code {}", st.integers(0, 255)),
    ("process exited with status {}", st.integers(0, 255)),
    ("child died on signal {}", st.integers(1, 31)),
    ("write failed: errno {}", st.integers(1, 133)),
    ("write failed: [Errno {}] while flushing", st.integers(1, 133)),
    ("query failed: ORA-{}: see the manual", st.integers(10000, 29999)),
    ("error[E{}]: cannot build", st.integers(1000, 9999)),
    ("insert refused, SQLSTATE {}", st.integers(10000, 99999)),
    ("error TS{}: no such property", st.integers(1000, 9999)),
    ("vulnerable to CVE-2021-{}", st.integers(10000, 49999)),
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CODES), st.data())
def test_different_codes_are_different_errors(
    code: tuple[str, st.SearchStrategy[int]], data: st.DataObject
) -> None:
    template, values = code
    one, other = data.draw(values), data.draw(values)
    assume(one != other)
    assert fingerprint(template.format(one)) != fingerprint(template.format(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("killed by SIGKILL", "killed by SIGSEGV"),
        ("java.io.IOException: broken", "java.io.EOFException: broken"),
        ("open /etc/resolv.conf: permission denied", "open /etc/hosts: permission denied"),
        ("dial unix /var/run/docker.sock: refused", "dial unix /run/containerd/containerd.sock: refused"),
        ('relation "orders" does not exist', 'relation "users" does not exist'),
        ("nginx.service: Failed with result", "docker.service: Failed with result"),
        ("user not found", "user not allowed"),
        ("pull from quay.io failed", "pull from ghcr.io failed"),
        ("failed: 502 Bad Gateway", "failed: 503 Service Unavailable"),
    ],
)
def test_names_that_tell_errors_apart_are_kept(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(
    ("line", "template"),
    [
        ("Deleting block blk_-1608 file /mnt/dfs/current/blk_-1608", "Deleting block blk_<*> file <*>"),
        ("Failed password for root from 10.0.0.7 port 22", "Failed password for <*> from <*> port <*>"),
        ("session closed for user alice", "session closed for user <*>"),
        ("Invalid user oracle from 10.0.0.9", "Invalid user <*> from <*>"),
        ("role 'app_rw' may not log in", "role '<*>' may not log in"),
        ("GET https://10.1.2.3:8443/api/v1/pods?limit=5: timeout", "GET https://<*>: timeout"),
        ("pull https://quay.io/v2/acme/web/manifests/1.2: denied", "pull https://quay.io/<*>: denied"),
        ("Address change. Old: msra-sa-41/10.190.173.170:9000", "Address change. Old: <*>"),
        ("close, 5248 bytes (5.12 KB) sent, lifetime <1 sec", "close, <*> sent, lifetime <*>"),
        ("boot = -37, init = 75", "boot = <*>, init = <*>"),
        ("attempt_1445144423722_0020_m_000003_0 died", "attempt_<*> died"),
        ("supported channels 1 2 3 36 40", "supported channels <*>"),
        ("Running on node worker-17: full", "Running on node <*>: full"),
        (r"Extract C:\Users\me\AppData\Local\x.tmp now", "Extract <*> now"),
        ("eth0: link down, sda1 gone", "<*>: link down, <*> gone"),
        ("in packet from (R62-M1-Nf-C:J03-U11)", "in packet from (<*>)"),
        ("lock held by ReentrantLock@deadbee", "lock held by ReentrantLock@<*>"),
        ("Log4jLoggerAdapter loaded", "Log<*>jLoggerAdapter loaded"),
    ],
)
def test_values_are_known_by_their_shape_or_by_the_word_before_them(line: str, template: str) -> None:
    assert mask(line) == template


@pytest.mark.parametrize(
    "name", ["node12x", "Log4jLogger", "md5sum", "storage1432", "io80211Family", "win32k"]
)
def test_a_name_with_a_number_is_no_id(name: str) -> None:
    assert not looks_like_id(name)


@pytest.mark.parametrize("value", ["a1b2c3", "x2x9p0", "01HQ3K7Z8M", "9f4abc77zz", "k8d7f6g5h4", "u12345678"])
def test_letters_and_digits_in_turns_are_an_id(value: str) -> None:
    assert looks_like_id(value)
