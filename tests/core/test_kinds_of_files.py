"""Files that are something else than their names say: refused with what they are, and sheets that are hidden are named."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from fleetportal.core.sheets import SheetRefused
from tests.core.reading import read
from tests.factories.sheets import make_ods, make_xlsx

pytestmark = pytest.mark.once

SAMPLES = Path(__file__).parents[1] / "data" / "locked"
ODT, ODP = b"application/vnd.oasis.opendocument.text", b"application/vnd.oasis.opendocument.presentation"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def packed(**parts: bytes) -> bytes:
    """A zip with these parts; "__" in a name is a slash, "_dot_" a dot."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def refusal(tmp_path, content, name):
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, content, name)
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PNG, "a picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a picture"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a picture"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\n%PDF-1.4 ...", "a PDF"),
        (b"{\\rtf1\\ansi Hansa Bau}", "a text document"),
        (packed(word__document_dot_xml=b"<w/>"), "a text document"),
        (packed(mimetype=ODT), "a text document"),
        (packed(ppt__presentation_dot_xml=b"<p/>"), "a presentation"),
        (packed(mimetype=ODP), "a presentation"),
        (b"Received: from mail.example\r\nSubject: list\r\n", "an e-mail"),
        (b"MZ\x90\0\x03", "a program"),
        (b"SQLite format 3\0", "a database"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "an archive"),
        (b"Rar!\x1a\x07\0", "an archive"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(tmp_path, content, said, name):
    code, words = refusal(tmp_path, content, name)
    assert code == "no_list" and said in words


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (packed(Index__Document_dot_iwa=b"x"), "list.xlsx", "old_format"),
        (packed(Index__Document_dot_iwa=b"x"), "list.csv", "old_format"),
        (packed(xl__workbook_dot_bin=b"x"), "list.xlsx", "old_format"),
        (packed(fleet_dot_csv=b"a;b\n1;2\n"), "list.csv", "no_list"),
        (packed(fleet_dot_csv=b"a;b\n1;2\n"), "list.xlsx", "no_workbook"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "list.xls", "web_page"),
        ("<html><table></table></html>".encode("utf-16"), "list.xls", "web_page"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "list.xls", "web_page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook></Workbook>', "list.xlsx", "web_page"),
        (b"Firma\tKennzeichen\nHansa Bau AG\tHH-AB 12\n", "list.xls", "other_kind"),
        (b"Firma\tKennzeichen\nHansa Bau AG\tHH-AB 12\n", "list.xlsx", "other_kind"),
        *((b"", name, "empty") for name in ("list.xlsx", "list.xls", "list.ods", "list.csv")),
    ],
)
def test_other_tables_and_pages_are_refused_for_the_true_reason(tmp_path, content, name, code):
    assert refusal(tmp_path, content, name)[0] == code


@pytest.mark.parametrize("name", ["list.xls", "list.csv"])
def test_a_workbook_under_another_ending_is_told_as_one(tmp_path, name):
    code, words = refusal(tmp_path, make_xlsx({"S": [["Firma"], ["Hansa Bau AG"]]}).read(), name)
    assert code == "other_kind" and "(xlsx)" in words


@pytest.mark.parametrize("name", ["agile.xlsx", "agile.xls", "agile.csv"])
def test_an_encrypted_workbook_is_said_to_have_a_password(tmp_path, name):
    code, words = refusal(tmp_path, (SAMPLES / "agile.xlsx").read_bytes(), name)
    assert code == "locked" and "password" in words


@pytest.mark.parametrize("name", ["biff8.xls", "biff8.xlsx", "biff8.csv"])
def test_an_old_workbook_is_not_said_to_have_a_password(tmp_path, name):
    code, words = refusal(tmp_path, (SAMPLES / "biff8.xls").read_bytes(), name)
    assert code == "old_format" and ".xls." in words


# --- hidden sheets ----------------------------------------------------------------------------------------------------------


def hidden_xlsx(*, state: str, shown: bool = True) -> bytes:
    rows = [["Firma", "Ort"], ["Hansa Bau AG", "Kiel"]]
    book = openpyxl.load_workbook(make_xlsx({**({"Kunden": rows} if shown else {}), "Alt": rows, "Leer": []}))
    for name in ("Alt", "Leer"):
        book[name].sheet_state = state
    file = io.BytesIO()
    if not shown:
        book.create_sheet("Deckblatt")
        book.active = book.sheetnames.index("Deckblatt")
    book.save(file)
    return file.getvalue()


def hidden_ods() -> bytes:
    """The second sheet has a style that does not show it."""
    rows = [["Firma", "Ort"], ["Hansa Bau AG", "Kiel"]]
    made = io.BytesIO()
    with zipfile.ZipFile(make_ods({"Kunden": rows, "Alt": rows})) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.namelist():
            content = source.read(part)
            if part == "content.xml":
                style = (
                    b'<office:automatic-styles><style:style xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" style:name="t2"'
                    b' style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>'
                )
                content = content.replace(b"<office:body>", style + b"<office:body>")
                content = content.replace(b'table:name="Alt"', b'table:name="Alt" table:style-name="t2"')
            target.writestr(part, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (hidden_xlsx(state="hidden"), "list.xlsx"),
        (hidden_xlsx(state="veryHidden"), "list.xlsx"),
        (hidden_ods(), "list.ods"),
    ],
)
def test_a_hidden_sheet_that_holds_something_is_named(tmp_path, content, name):
    book = read(tmp_path, content, name)
    assert [sheet.name for sheet in book.sheets] == ["Kunden"] and book.hidden == ("Alt",)


def test_a_workbook_whose_sheets_are_all_hidden_is_not_called_empty(tmp_path):
    code, words = refusal(tmp_path, hidden_xlsx(state="hidden", shown=False), "list.xlsx")
    assert code == "all_hidden" and "Alt" in words
