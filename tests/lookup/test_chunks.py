from hypothesis import given
from hypothesis import strategies as st

from kb.model import Passage
from kb.text.entries.chunks import MAX_CHUNKS, TARGET_WORDS, chunk, spelled_out


def title(text):
    return Passage(role="title", text=text)


def body(text):
    return Passage(role="body", text=text)


def words(n, word="word"):
    return " ".join(f"{word}{i}" for i in range(n))


def test_nothing_gives_no_chunks():
    assert chunk([]) == []


def test_a_title_stands_alone_in_the_first_chunk_wherever_it_was_given():
    title_chunk, body_chunk = chunk([body("The pool is exhausted."), title("DbPoolExhausted")])

    assert (title_chunk.role, title_chunk.text) == ("title", "DbPoolExhausted")
    assert (body_chunk.role, body_chunk.text) == ("body", "The pool is exhausted.")


def test_the_model_sees_each_piece_under_the_title_with_identifiers_spelled_out():
    chunks = chunk([title("DbPoolExhausted"), body("Look at max_connections.")])

    assert [c.embedding_text for c in chunks] == [
        "Db Pool Exhausted",
        "Db Pool Exhausted. Look at max connections.",
    ]


def test_a_piece_ends_at_a_heading_and_keeps_the_heading_with_its_text():
    text = f"## Meaning\n\n{words(60, 'a')}\n\n## Impact\n\n{words(60, 'b')}"

    first, second = chunk([body(text)])

    assert first.text.startswith("## Meaning\n\na0")
    assert second.text.startswith("## Impact\n\nb0")


def test_short_paragraphs_share_a_piece():
    text = "\n\n".join(f"Step {n}: restart replica {n}." for n in range(5))

    assert len(chunk([body(text)])) == 1


def test_a_symptom_that_the_body_repeats_is_kept_once():
    symptom = "Connections time out\nafter five seconds."
    passages = [
        Passage(role="symptom", text=symptom),
        body(f"{symptom.replace(chr(10), ' ')}\n\nRaise the limit."),
    ]

    assert [c.text for c in chunk(passages)] == [symptom, "Raise the limit."]


def test_a_log_without_blank_lines_is_cut_at_line_ends():
    log = "\n".join(f"2024-05-01T10:00:{n:02d}Z ERROR worker {n} lost its lease" for n in range(60))

    pieces = [c.text for c in chunk([body(log)])]

    assert len(pieces) > 1
    assert "\n".join(pieces).replace("\n\n", "\n") == log


def test_a_text_without_spaces_is_cut_all_the_same():
    blob = "".join(f"{n:04d}" for n in range(2500))

    pieces = chunk([body(blob)])

    assert "".join(c.text for c in pieces) == blob
    assert len(pieces) > 1


def test_of_a_huge_entry_the_rest_is_still_found_by_its_words():
    text = "\n\n".join(words(TARGET_WORDS, f"paragraph{n}x") for n in range(MAX_CHUNKS + 5))

    chunks = chunk([title("Huge"), body(text)])

    assert len(chunks) == MAX_CHUNKS + 1
    assert chunks[-1].role == "rest"
    assert chunks[-1].embedding_text == ""
    assert f"paragraph{MAX_CHUNKS + 4}x7" in chunks[-1].text.split()


def test_identifiers_are_spelled_out():
    assert spelled_out("KubeAPIDown on etcd_server") == "Kube API Down on etcd server"


@given(
    st.lists(
        st.builds(Passage, role=st.sampled_from(["title", "symptom", "body"]), text=st.text(max_size=3000))
    )
)
def test_no_word_is_lost_and_ordinals_count_up(passages):
    chunks = chunk(passages)

    kept = "".join("".join(c.text.split()) for c in chunks).casefold()
    for passage in passages:
        for paragraph in passage.text.split("\n\n"):
            assert "".join(paragraph.split())[:40].casefold() in kept
    assert [c.ordinal for c in chunks] == list(range(len(chunks)))


@given(st.text(alphabet="ab #\n", max_size=4000))
def test_pieces_stay_within_their_size(text):
    for piece in chunk([body(text)]):
        assert len(piece.text.split()) <= TARGET_WORDS + 10
        assert piece.text.strip()
