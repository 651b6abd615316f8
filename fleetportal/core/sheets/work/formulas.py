"""Finds a workbook's formulas without a stored result: the file was written by a program and never calculated by a spreadsheet."""

import re
import zipfile
from collections import defaultdict
from pathlib import Path
from posixpath import join, normpath

from defusedxml import ElementTree

from .archive import column_number

CHUNK = 1024 * 1024
MOST = 200_000  # cells remembered; a file with more has them in every row
CELL = re.compile(
    rb"<(?:\w+:)?c(\s[^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
ERROR = re.compile(rb"<(?:\w+:)?c(\s[^>]*\bt=\"e\"[^>]*)>")  # a result, and none that means anything
REFERENCE = re.compile(rb"\sr=[\"']([A-Z]{1,4})([0-9]{1,8})[\"']")
EMPTY_TEXT = re.compile(rb"\st=[\"']str[\"']")  # the result is stored, and empty
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Places = dict[int, list[int]]  # row, from 1 → columns, from 0


def without_result(path: Path) -> dict[str, Places]:
    """{name of the sheet: {row: columns}} of the XLSX at `path`, whose parts were checked before."""
    with zipfile.ZipFile(path) as archive:
        return {name: found for name, part in parts(archive).items() if (found := in_part(archive, part))}


def parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The path of each sheet in the archive, by its name."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {rel.get("Id"): rel.get("Target", "") for rel in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
    found = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(sheet.get(RELATION), "")
            part = normpath(target.lstrip("/") if target.startswith("/") else join("xl", target))
            if part in names:
                found[sheet.get("name", "")] = part
    return found


def in_part(archive: zipfile.ZipFile, part: str) -> Places:
    found: defaultdict[int, list[int]] = defaultdict(list)
    rest, count = b"", 0
    with archive.open(part) as file:
        while (chunk := file.read(CHUNK)) and count < MOST:
            text = rest + chunk
            cut = text.rfind(b"</row>") + 1 or len(text)
            empty = CELL.findall(text[:cut]) if b"f>" in text or b"<f" in text else []
            broken = ERROR.findall(text[:cut]) if b't="e"' in text else []
            for attributes in (*empty, *broken):
                reference = REFERENCE.search(attributes)
                if reference and not EMPTY_TEXT.search(attributes):
                    found[int(reference[2])].append(column_number(reference[1]) - 1)
                    count += 1
            rest = text[cut:]
    return found
