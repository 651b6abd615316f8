"""What a file is by its content, whatever its name says: so that a refusal names the true reason."""

import struct
import zipfile
from pathlib import Path

from . import archive, text

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PACKED_STARTS = (b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"8BPS")
PROGRAM_STARTS = (b"\x7fELF", b"MZ\x90")
PICTURE_BRANDS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif")  # from the fifth byte
MAIL_STARTS = (b"received:", b"return-path:", b"delivered-to:", b"x-mozilla-status:", b"from - ")
SAVED_PAGE = b"mime-version:"  # "single file web page", which a spreadsheet program calls .xls
OF_ZIP = {  # a part that only this kind has
    "word/document.xml": "document",
    "ppt/presentation.xml": "slides",
    "xl/workbook.bin": "xlsb",
    "xl/workbook.xml": "xlsx",
    "Index/Document.iwa": "numbers",
    "Index.zip": "numbers",
}
OF_TYPE = {  # of an OpenDocument
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.spreadsheet-template": "ods",
    b"application/vnd.oasis.opendocument.text": "document",
    b"application/vnd.oasis.opendocument.presentation": "slides",
    b"application/vnd.oasis.opendocument.graphics": "picture",
}
OF_OLE = {  # a stream that only this kind has
    "EncryptedPackage": "locked",
    "Workbook": "xls",
    "Book": "xls",
    "WordDocument": "document",
    "PowerPoint Document": "slides",
    "__properties_version1.0": "mail",
}
SECTORS = 64  # of the directory of an OLE file looked at


def found_in(source: Path, head: bytes) -> str:
    """What the file is, in a word of `refusals.FOUND`; "text" where it may be a table of text, "zip" for an archive of anything."""
    if head.startswith(OLE_START):
        return of_ole(source)
    if head.startswith(ZIP_STARTS):
        return of_zip(source)
    if text.is_web_page(head):
        return "web_page"
    for starts, kind in ((PACKED_STARTS, "packed"), (PICTURE_STARTS, "picture"), (PROGRAM_STARTS, "program")):
        if head.startswith(starts):
            return kind
    if head[4:12] in PICTURE_BRANDS or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "picture"
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0":
        return "picture"
    return of_text(head.removeprefix(b"\xef\xbb\xbf").lstrip())


def of_text(head: bytes) -> str:
    if head.startswith(b"%PDF"):
        return "pdf"
    if head.startswith(b"{\\rtf"):
        return "document"
    if head.startswith(b"SQLite format 3"):
        return "database"
    start = head[:40].lower()
    if start.startswith(SAVED_PAGE):
        return "web_page"
    return "mail" if start.startswith(MAIL_STARTS) else "text"


def of_zip(source: Path) -> str:
    """The kind of a zip by the names of its parts; "zip" where they are those of no kind that we know, or can't be read."""
    archive.check_directory_size(source)
    try:
        with zipfile.ZipFile(source) as packed:
            names = packed.namelist()
            if "mimetype" in names and packed.getinfo("mimetype").file_size < 200:
                return OF_TYPE.get(packed.read("mimetype").strip(), "zip")
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return "zip"
    return next((OF_ZIP[name] for name in names if name in OF_ZIP), "zip")


# --- OLE --------------------------------------------------------------------------------------------------------------------


def of_ole(source: Path) -> str:
    """The kind of an OLE file by the names in its directory; "ole" where none is known."""
    with source.open("rb") as file:
        try:
            names = ole_names(file.read())
        except (struct.error, IndexError, UnicodeDecodeError):
            names = []
    return next((OF_OLE[name] for name in OF_OLE if name in names), "ole")


def ole_names(data: bytes) -> list[str]:
    """The names in the directory of an OLE file: a chain of sectors, each with entries of 128 bytes (MS-CFB 2.6)."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    sector = struct.unpack_from("<I", data, 48)[0]
    tables = struct.unpack_from("<109I", data, 76)
    found: list[str] = []
    for _turn in range(SECTORS):
        start = (sector + 1) * size
        if start + 128 > len(data):
            break
        for at in range(start, min(start + size, len(data)), 128):
            length = struct.unpack_from("<H", data, at + 64)[0]
            if 2 < length <= 64:
                found.append(data[at : at + length - 2].decode("utf-16-le"))
        each = size // 4
        sector = struct.unpack_from("<I", data, (tables[sector // each] + 1) * size + sector % each * 4)[0]
    return found
