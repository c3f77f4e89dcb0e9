from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.tokens import bigrams, char_ngrams, stem, tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("KubePodCrashLooping", ["kubepodcrashlooping", "kube", "pod", "crash", "loop"]),
        ("OOMKilled", ["oomkilled", "oom", "kill"]),
        ("max_open_files", ["max_open_files", "max", "open", "file"]),
        ("--max-old-space", ["max-old-space", "max", "old", "spac"] if stem("space") == "spac" else []),
        ("/var/lib/kubelet", ["var/lib/kubelet", "var", "lib", "kubelet"]),
        ("io.netty.Channel", ["io.netty.channel", "io", "netty", "channel"]),
        ("x509: ORA-12541", ["x509", "ora-12541", "ora", "12541"]),
        ("the pod is down", ["pod", "down"]),
        ("node {{ $labels.node }} lost <*> twice", ["node", "lost", "twic"]),
        ("", []),
        ("\x00 😀 ...", []),
        ("сервер недоступен", ["сервер", "недоступен"]),
    ],
)
def test_identifiers_are_kept_whole_and_split(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@pytest.mark.parametrize(
    "forms",
    [
        ["restart", "restarts", "restarted", "restarting"],
        ["stop", "stops", "stopped", "stopping"],
        ["transfer", "transfers", "transferred"],
        ["deny", "denies", "denied"],
        ["cache", "caches", "cached"],
        ["pass", "passes", "passed"],
    ],
)
def test_the_forms_of_a_word_meet(forms: list[str]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("joined", "part"), [("alertmanagerring", "alertmanager"), ("distributorring", "distributor")]
)
def test_two_words_joined_are_not_a_form_of_the_first(joined: str, part: str) -> None:
    assert stem(joined) != stem(part)


def test_pairs_and_character_runs() -> None:
    assert bigrams(["a", "b", "c"]) == ["a b", "b c"]
    assert bigrams(["a"]) == []
    assert char_ngrams("Disk-full", 4)[:3] == ["disk", "isk ", "sk f"]
    assert char_ngrams("ab") == ["ab"]
    assert char_ngrams("") == []


@given(st.text())
def test_tokens_are_never_empty_and_in_lower_case(text: str) -> None:
    assert all(token and token == token.lower() for token in tokenize(text))


def test_ten_megabytes_without_a_blank_are_tokenised() -> None:
    assert tokenize("a" * 10_000_000) != []
