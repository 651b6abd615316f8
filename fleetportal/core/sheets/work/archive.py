"""Checks a workbook's zip directory and parts before any parser reads them."""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from . import limits
from .limits import Unreadable

CHUNK = 256 * 1024
END_RECORD = struct.Struct("<4s4H2LH")
END_SIGNATURE = b"PK\x05\x06"
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
MACRO_PARTS = ("vbaproject.bin", "vbadata.xml", "xl/macrosheets/", "basic/", "scripts/")
ARCHIVE_ENDINGS = (".zip", ".xlsx", ".xlsm", ".xlsb", ".ods", ".docx", ".7z", ".gz", ".rar", ".jar")
ARCHIVE_STARTS = (b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b\x08")
XML_ENDINGS = (".xml", ".rels", ".vml")
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Z]{1,4})([0-9]{1,8})[\"'][^>]*>")
ODS_CELL = re.compile(
    rb"<table:table\s[^>]*>|</table:table>|<table:table-row(?:\s[^>]*)?>|</table:table-row>|<table:(?:covered-)?table-cell(?:\s[^>]*)?>"
)
REPEATED = re.compile(rb"table:number-(rows|columns)-repeated=\"([0-9]{1,9})\"")


def check(path: Path, ending: str) -> None:
    """Check that the workbook at `path` can be parsed as `ending`; raises Unreadable for the first rule it breaks. Memory stays
    constant."""
    check_directory_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            check_entries(entries)
            check_kind(archive, ending)
            for entry in entries:
                check_part(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, OSError, ValueError) as error:
        raise Unreadable("damaged") from error


def check_directory_size(path: Path) -> None:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(END_SIGNATURE)
    if at < 0 or len(tail) - at < END_RECORD.size:
        raise Unreadable("damaged")
    record = END_RECORD.unpack_from(tail, at)
    if record[5] > limits.DIRECTORY_BYTES or record[4] > limits.ENTRIES:
        raise Unreadable("too_many_parts", limit=limits.ENTRIES)


def check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > limits.ENTRIES:
        raise Unreadable("too_many_parts", limit=limits.ENTRIES)
    if len({name.lower() for name in names}) != len(names):
        raise Unreadable("damaged")
    if sum(entry.file_size for entry in entries) > limits.UNPACKED_BYTES:
        raise Unreadable("unpacks_too_big", limit=limits.UNPACKED_BYTES)
    for entry in entries:
        check_entry(entry)


def check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename.lower()
    if entry.flag_bits & 0x1:
        raise Unreadable("locked")
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name.split("/")[0]:
        raise Unreadable("strange_part", part=entry.filename[:80])
    if any(macro in name for macro in MACRO_PARTS):
        raise Unreadable("macros")
    if name.endswith(ARCHIVE_ENDINGS):
        raise Unreadable("nested", part=entry.filename[:80])
    if entry.file_size > limits.PART_BYTES:
        raise Unreadable("unpacks_too_big", limit=limits.UNPACKED_BYTES)
    if entry.file_size > limits.RATIO_FROM and entry.file_size > limits.RATIO * max(entry.compress_size, 1):
        raise Unreadable("unpacks_too_big", limit=limits.UNPACKED_BYTES)


def check_kind(archive: zipfile.ZipFile, ending: str) -> None:
    names = set(archive.namelist())
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 200 and archive.read("mimetype").strip() == ODS_TYPE:
        found = "ods"
    elif "xl/workbook.xml" in names:
        found = "xlsx"
    elif "xl/workbook.bin" in names:
        raise Unreadable("old_format", found="xlsb")
    else:
        raise Unreadable("no_workbook")
    if found == "xlsx" and b"macroEnabled" in archive.read("[Content_Types].xml")[:100_000] if "[Content_Types].xml" in names else False:
        raise Unreadable("macros")
    if found != ending:
        raise Unreadable("other_kind", found=found, ending=ending)


def check_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Check that the part unpacks to the size in the directory and, if it is XML, declares no entities and has no cells too far
    away."""
    is_xml = entry.filename.lower().endswith(XML_ENDINGS)
    watch = watcher(entry.filename) if is_xml else None
    read, rest = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(CHUNK):
            if not read and chunk.startswith(ARCHIVE_STARTS):
                raise Unreadable("nested", part=entry.filename[:80])
            read += len(chunk)
            if read > entry.file_size:
                raise Unreadable("damaged")
            if is_xml:
                rest = look_through(rest + chunk, watch)
    if read != entry.file_size:
        raise Unreadable("damaged")


def look_through(text: bytes, watch: Callable[[bytes], None] | None) -> bytes:
    """Check `text`; its incomplete end, for the next call."""
    if b"\x00" in text:
        raise Unreadable("damaged")  # XML in UTF-16: no known program writes it, and it would hide declarations
    if any(word in text for word in DECLARATIONS):
        raise Unreadable("declares_entities")
    cut = text.rfind(b">") + 1
    if watch:
        watch(text[:cut])
    rest = text[cut:]
    if len(rest) > limits.CELL_CHARACTERS * 8:  # eight bytes: the longest way to write one character
        raise Unreadable("cell_too_long", limit=limits.CELL_CHARACTERS)
    return rest


def watcher(name: str) -> Callable[[bytes], None] | None:
    if name.startswith("xl/worksheets/"):
        return Extent(name).see_xlsx
    if name == "content.xml":
        return Extent(name).see_ods
    return None


class Extent:
    """The extent of a sheet's cells; refuses one too large for the parser's memory."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.row = self.column = 0
        self.ods_row = self.ods_column = self.ods_repeat = 0

    def reach(self, row: int, column: int) -> None:
        self.row, self.column = max(self.row, row), max(self.column, column)
        if self.column > limits.COLUMNS:
            raise Unreadable("too_many_columns", columns=self.column, limit=limits.COLUMNS)
        if self.row > limits.ROWS:
            raise Unreadable("too_many_rows", rows=self.row, limit=limits.ROWS)
        if self.row * self.column > limits.CELLS:
            raise Unreadable("too_many_cells", rows=self.row, columns=self.column, limit=limits.CELLS)

    def see_xlsx(self, text: bytes) -> None:
        widest, lowest = 0, 0
        for match in CELL.finditer(text):
            if not match.group(0).endswith(b"/>"):
                letters, digits = match.groups()
                widest = max(widest, column_number(letters))
                lowest = max(lowest, int(digits))
        if lowest:
            self.reach(lowest, widest)

    def see_ods(self, text: bytes) -> None:
        for match in ODS_CELL.finditer(text):
            tag = match.group(0)
            if tag.startswith(b"<table:table-row"):
                self.ods_column, self.ods_repeat = 0, repeats(tag, b"rows")
            elif tag == b"</table:table-row>":
                self.ods_row += self.ods_repeat
            elif tag.startswith((b"<table:table ", b"</table:table>")):
                self.row = self.column = self.ods_row = 0
            else:
                self.ods_column += repeats(tag, b"columns")
                if b"office:value-type" in tag:
                    self.reach(self.ods_row + self.ods_repeat, self.ods_column)


def repeats(tag: bytes, what: bytes) -> int:
    return next((int(count) for kind, count in REPEATED.findall(tag) if kind == what), 1)


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
