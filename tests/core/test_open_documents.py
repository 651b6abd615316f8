"""OpenDocument tables as other programs write them."""

import io
import zipfile

import pytest

from fleetportal.core.sheets.work import opendocument
from tests.core.reading import read
from tests.factories.sheets import make_ods

pytestmark = pytest.mark.once


def with_marks(**marks: str) -> bytes:
    """A table of one row; in its cells the words of `marks` are exchanged for what they stand for."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(make_ods({"Fleet": [["Plate", "Phones", "Driver"], ["aBREAKb", "cTABd", "e"]]})) as book,
        zipfile.ZipFile(made, "w") as copy,
    ):
        for name in book.namelist():
            text = book.read(name).decode()
            for word, mark in marks.items():
                text = text.replace(word, mark)
            copy.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize(
    ("line", "tab"),
    [
        ("<text:line-break/>", "<text:tab/>"),
        ("<text:line-break />", '<text:tab text:tab-ref="1"/>'),
        ("<text:line-break></text:line-break>", "<text:tab></text:tab>"),
        ("<text:span><text:line-break/></text:span>", "<text:span><text:tab/></text:span>"),
    ],
)
def test_a_line_break_or_a_tab_in_a_cell_keeps_the_words_apart(tmp_path, line, tab):
    book = read(tmp_path, with_marks(BREAK=line, TAB=tab), "list.ods")
    assert [cells for _number, cells in book.rows(book.sheets[0])][1] == ["a\nb", "c d", "e"]


def test_a_mark_across_two_pieces_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(opendocument, "CHUNK", 7)
    path = tmp_path / "list.ods"
    path.write_bytes(with_marks(BREAK="<text:line-break/>", TAB="<text:tab/>"))
    copy = opendocument.spaced(path)
    assert copy is not None
    content = zipfile.ZipFile(copy).read("content.xml").decode()
    assert "a\nb" in content and "c d" in content and "line-break" not in content and "text:tab" not in content


def test_a_table_without_such_marks_is_read_as_it_is(tmp_path):
    path = tmp_path / "list.ods"
    path.write_bytes(make_ods({"Fleet": [["Plate"], ["HH-AB 12"]]}).read())
    assert opendocument.spaced(path) is None
