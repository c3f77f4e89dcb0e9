"""Lines of PDFs, as they stand on the page."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ingest.convert.pdf import MOST_PAGES, pdf_to_markdown

FONTS = {"F1": "/Helvetica", "F2": "/Helvetica-Bold", "F3": "/ABCDEF+DejaVuSansMono"}
TYPED = "F3"
Text = tuple[int, int, int, str] | tuple[int, int, int, str, str]
"""Where a text begins, from the left and from below, the size of its type, what it says, and its font where not F1."""


def pdf(*pages: list[Text], flipped: bool = False) -> bytes:
    """A PDF with each text as an object of its own; `flipped` measures from above, as Google Docs does."""
    writer = PdfWriter()
    fonts = DictionaryObject()
    for name, base in FONTS.items():
        fonts[NameObject(f"/{name}")] = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject(base),
            }
        )
    for texts in pages:
        page = writer.add_blank_page(612, 792)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        stream = DecodedStreamObject()
        begin = "1 0 0 -1 0 792 cm\n" if flipped else ""
        up = -1 if flipped else 1
        rows = (
            f"BT /{(*font, 'F1')[0]} {size} Tf 1 0 0 {up} {x} {792 - y if flipped else y} Tm ({said}) Tj ET"
            for x, y, size, said, *font in texts
        )
        stream.set_data((begin + "\n".join(rows)).encode())
        page[NameObject("/Contents")] = stream
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def words(line: str, y: int, size: int = 12) -> list[Text]:
    """Each word of a line as a text of its own."""
    x, placed = 72, list[Text]()
    for word in line.split():
        placed.append((x, y, size, word))
        x += int(size * 0.55 * (len(word) + 1))
    return placed


def test_words_that_are_set_one_by_one_are_one_line() -> None:
    texts = [
        *words("Restart the queue", 700, 20),
        *words("Run kubectl rollout restart deploy/queue now.", 660),
    ]

    for flipped in (False, True):
        assert pdf_to_markdown(pdf(texts, flipped=flipped))[0] == (
            "# Restart the queue\n\nRun kubectl rollout restart deploy/queue now.\n"
        )


def test_parts_of_a_word_are_not_torn_and_columns_are_not_joined() -> None:
    texts: list[Text] = [(72, 700, 12, "confi"), (99, 700, 12, "gure"), (300, 700, 12, "by hand")]

    assert pdf_to_markdown(pdf(texts))[0] == "configure by hand\n"


def test_what_stands_at_the_edge_of_every_page_is_no_part_of_the_text() -> None:
    def page(number: int, said: str) -> list[Text]:
        return [
            (72, 770, 10, "Queue outage - Postmortem"),
            (72, 600, 12, said),
            (72, 580, 12, "Then it went on."),
            (72, 560, 12, f"Until {number} o'clock nobody saw."),
            (72, 30, 10, f"{number} of 3 11/02/26, 10:04"),
        ]

    text, _ = pdf_to_markdown(pdf(page(1, "It began."), page(2, "It grew."), page(3, "It ended.")))

    assert "Postmortem" not in text
    assert "11/02/26" not in text
    assert [line for line in text.splitlines() if line.startswith("It")] == [
        "It began.",
        "It grew.",
        "It ended.",
    ]


def test_pages_after_the_most_that_are_read_are_counted() -> None:
    told, unread = pdf_to_markdown(pdf(*([[(72, 600, 12, f"Page {n}.")] for n in range(MOST_PAGES + 2)])))

    assert f"Page {MOST_PAGES - 1}." in told
    assert f"Page {MOST_PAGES}." not in told
    assert unread == f"unread: pages after the {MOST_PAGES}th (split it, a document a file): 2"


# WeasyPrint 70.0 and Chromium 156 draw a block that may scroll behind all others of the page, WeasyPrint the marks of a
# list, too; the places are those of WeasyPrint, shortened
DRAWN_OUT_OF_TURN: list[Text] = [
    (94, 449, 18, "Steps"),
    (114, 419, 12, "Look at the pods:"),
    (114, 367, 12, "Drain the node."),
    (94, 188, 18, "Rollback"),
    (94, 86, 12, "Undo it."),
    (99, 419, 12, "1. "),
    (114, 393, 10, "kubectl -n shop get pods", TYPED),
    (99, 367, 12, "2. "),
]


def test_what_a_page_draws_out_of_its_turn_stands_where_it_is_seen() -> None:
    assert pdf_to_markdown(pdf(DRAWN_OUT_OF_TURN))[0] == (
        "# Steps\n\n1. Look at the pods:\n```\nkubectl -n shop get pods\n```\n2. Drain the node.\n\n"
        "# Rollback\n\nUndo it.\n"
    )


def test_columns_stay_behind_one_another() -> None:
    left: list[Text] = [(72, 700, 12, "Stop the consumer."), (72, 680, 12, "Move the offset.")]
    right: list[Text] = [(320, 705, 12, "Call the owner."), (320, 690, 12, "Write it down.")]

    assert pdf_to_markdown(pdf(left + right))[0] == (
        "Stop the consumer.\nMove the offset.\nCall the owner.\nWrite it down.\n"
    )


def test_what_is_set_in_a_typewriters_letters_is_code() -> None:
    page: list[Text] = [
        (72, 700, 12, "Use"),
        (100, 700, 10, "kubectl drain node-7 --", TYPED),
        (72, 686, 10, "ignore-daemonsets", TYPED),
        (180, 686, 12, " only once."),
        (72, 640, 10, "# check", TYPED),
        (72, 626, 10, "curl -s http://ledger/health", TYPED),
        (72, 590, 12, "Never fail over twice within ten minutes, and tell who is on call before."),
    ]

    assert pdf_to_markdown(pdf(page))[0] == (
        "Use `kubectl drain node-7 --ignore-daemonsets`\nonly once.\n```\n# check\ncurl -s http://ledger/health\n```\n"
        "Never fail over twice within ten minutes, and tell who is on call before.\n"
    )


def test_a_document_in_nothing_but_a_typewriters_letters_is_text() -> None:
    page: list[Text] = [(72, 700, 12, "Restart the queue.", TYPED), (72, 680, 12, "Then wait.", TYPED)]

    assert pdf_to_markdown(pdf(page))[0] == "Restart the queue.\nThen wait.\n"


def test_a_blank_in_other_letters_changes_nothing_of_its_line() -> None:
    bold, more = "F2", "Then wait until the new leader has caught up with all that was written."
    page: list[Text] = [
        (72, 700, 12, "Mitigation", bold),
        (140, 700, 12, " "),
        (72, 660, 12, "Run"),
        (100, 660, 12, "kubectl get", TYPED),
        (166, 660, 12, " "),
        (172, 660, 12, "pods", TYPED),
        (72, 630, 12, more),
    ]

    assert pdf_to_markdown(pdf(page))[0] == f"**Mitigation**\n\nRun `kubectl get pods`\n{more}\n"
