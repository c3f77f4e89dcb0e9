"""The peers of the benchmark really search: a comparison with a broken one would flatter us."""

from __future__ import annotations

import pytest

from benchmarks.peers import PEERS, of_peer
from benchmarks.peers_material import Document, Task, Vectors, asked, best_of_pieces, with_copies
from benchmarks.peers_words import Bm25s, Fts5, Grep, Substring
from kb.evaluation.cases import Case

SHELF = (
    Document("disk.md", "No space left on device", "The volume filled up with core dumps; delete them."),
    Document("pool.md", "Connection pool exhausted", "Sessions leak after the deploy, roll it back."),
    Document("cert.md", "Certificate expired", "Renew it and restart the proxy."),
)
BY_WORDS = [Fts5, Bm25s]


@pytest.mark.parametrize("peer", BY_WORDS, ids=lambda peer: peer.name)
def test_a_peer_by_words_puts_the_document_with_the_rare_words_first(peer) -> None:
    if peer is Bm25s:
        pytest.importorskip("bm25s")
    hits = peer(SHELF).search("sessions' leak: 'after' the (deploy) OR nothing")
    assert hits[0][0] == "pool.md"
    assert hits == sorted(hits, key=lambda hit: -hit[1])
    assert peer(SHELF).search("zebra") == []


def test_the_ancestor_finds_a_title_that_occurs_in_the_text_and_grep_the_reverse() -> None:
    assert [key for key, _ in Substring(SHELF).search("write: no space left on device (28)")] == ["disk.md"]
    assert Substring(SHELF).search("core dumps") == []
    assert [key for key, _ in Grep(SHELF).search("core dumps")] == ["disk.md"]


def test_peers_by_meaning_find_a_paraphrase(tmp_path) -> None:
    vectors = Vectors(tmp_path / "vectors.npz")
    for name in ("Chroma", "rank fusion (bm25s, Chroma)"):
        if "bm25s" in name:
            pytest.importorskip("bm25s")
        assert (
            PEERS[name](SHELF, vectors).search("TLS handshake fails, validity has run out")[0][0] == "cert.md"
        )
    assert Vectors(vectors.cache).of_documents(SHELF[0].pieces).shape == (len(SHELF[0].pieces), 384)


def test_a_peer_is_measured_by_the_documents_that_it_puts_first() -> None:
    cases = [
        Case(query="no space left on device", relevant=("disk.md",)),
        Case(query="certificate expired", relevant=("pool.md",)),
        Case(query="zebra", relevant=()),
    ]
    measured = of_peer(Substring(SHELF), cases)
    assert (measured.cases, measured.answerable) == (3, 2)
    assert measured.figures["recall@1"].value == 0.5
    assert measured.figures["auroc"].value == 1.0
    assert measured.latency["every"].n == 3


def test_placeholders_are_no_words_and_a_document_counts_by_its_best_piece() -> None:
    assert asked("pod <*>/<*> is\n down") == "pod / is down"
    assert best_of_pieces([("a", 0.2), ("b", 0.5), ("a", 0.7)]) == [("a", 0.7), ("b", 0.5)]


def test_a_copy_of_a_right_document_is_right_for_everybody() -> None:
    copied = (*SHELF, Document("mirror/pool.md", SHELF[1].title, f"{SHELF[1].body}\n"))
    task = Task("t", copied, (Case(query="pool", relevant=("pool.md",)), Case(query="x", relevant=())))
    assert [case.relevant for case in with_copies(task)] == [("pool.md", "mirror/pool.md"), ()]
