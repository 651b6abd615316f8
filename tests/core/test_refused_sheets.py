"""Strangers' files: what is refused and why, and what the reading costs (R17, R18)."""

import io
import os
import resource
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from fleetportal.core import sheets
from fleetportal.core.sheets import SheetRefused, processes
from tests.core.reading import read
from tests.factories.sheets import make_workbook_by_hand, make_xlsx

pytestmark = pytest.mark.once

MEBIBYTE = 1024 * 1024
REFUSED_WITHIN = 2.0  # R18
REFUSED_BELOW = 200 * MEBIBYTE


def processor_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def measured(path, ending, tmp_path):
    """(what the reading process answers, the seconds of processor time and the most memory it used)."""
    command = [sys.executable, "-m", "work.reading", str(path), ending, str(tmp_path / "spool")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    script = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True, text=True);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(used.ru_maxrss * 1024, used.ru_utime + used.ru_stime, done.returncode); print(done.stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(processes.HERE)}, timeout=60,
    )  # fmt: skip
    first, _newline, answer = done.stdout.partition("\n")
    assert before >= 0
    memory, seconds, _code = first.split()
    return answer, float(seconds), int(memory)


@pytest.mark.parametrize("module", ["reading", "marking"])
def test_the_process_that_touches_a_file_imports_neither_django_nor_the_house(module):
    script = f"import sys, work.{module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    environment = {"PYTHONPATH": str(processes.HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment, timeout=60)
    imported = set(done.stdout.split())
    assert "work" in imported
    assert not imported & {"django", "fleetportal"}


def cell(reference, text="x"):
    row = "".join(sign for sign in reference if sign.isdigit())
    return f'<row r="{row}"><c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def far_cells(path):
    return make_workbook_by_hand(path, sheet=cell("A1") + "".join(cell(f"XFD{row}") for row in range(1_048_500, 1_048_577)))


def wide(path):
    cells = "".join(f"<c><v>{n}</v></c>" for n in range(1_000_000))
    return make_workbook_by_hand(path, sheet=f"<row>{cells}</row>")


def long_cell(path):
    return make_workbook_by_hand(path, sheet=cell("A1", "A" * 100 * MEBIBYTE), level=9)


def ten_gigabytes(path):
    make_workbook_by_hand(path, sheet=cell("A1"))
    zeros = io.BytesIO()
    with (
        zipfile.ZipFile(zeros, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("xl/media/big.bin", "w", force_zip64=True) as part,
    ):
        for _n in range(40):
            part.write(b"\0" * MEBIBYTE)
    content = bytearray(zeros.getvalue())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = (4_000_000_000).to_bytes(4, "little")  # says it unpacks to four gigabytes
    path.write_bytes(content)
    return path


def laughs(path):
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    more = {"xl/sharedStrings.xml": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><sst><si><t>&l9;</t></si></sst>'}
    return make_workbook_by_hand(path, sheet=cell("A1"), more=more)


def external(path):
    more = {"xl/comments1.xml": '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/hostname">]><x>&y;</x>'}
    return make_workbook_by_hand(path, sheet=cell("A1"), more=more)


def nested(path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", "y")
    return make_workbook_by_hand(path, sheet=cell("A1"), more={"xl/embeddings/data.bin": inner.getvalue()})


def macros(path):
    return make_workbook_by_hand(path, sheet=cell("A1"), more={"xl/vbaProject.bin": b"macro"})


def many_parts(path):
    return make_workbook_by_hand(path, sheet=cell("A1"), more={f"xl/p{n}.xml": "<x/>" for n in range(5_000)})


def sixteen_bits(path):
    return make_workbook_by_hand(
        path, sheet=cell("A1"), more={"xl/comments1.xml": '<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'.encode("utf-16")}
    )


def repeated_ods(path):
    body = (
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384" '
        'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", body)
    return path


@pytest.mark.parametrize(
    ("bomb", "ending", "code"),
    [
        (far_cells, "xlsx", "too_many_columns"),
        (wide, "xlsx", "too_many_columns"),
        (long_cell, "xlsx", "unpacks_too_big"),
        (ten_gigabytes, "xlsx", "unpacks_too_big"),
        (laughs, "xlsx", "declares_entities"),
        (external, "xlsx", "declares_entities"),
        (nested, "xlsx", "nested"),
        (macros, "xlsx", "macros"),
        (macros, "xlsm", "macros"),
        (many_parts, "xlsx", "too_many_parts"),
        (sixteen_bits, "xlsx", "damaged"),
        (repeated_ods, "ods", "too_many_columns"),
        (macros, "csv", "other_kind"),
        (macros, "ods", "macros"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_bomb_is_refused_at_once_and_without_memory(tmp_path, bomb, ending, code):
    answer, seconds, memory = measured(bomb(tmp_path / "bomb"), ending, tmp_path)
    assert f'"refused": "{code}"' in answer
    assert seconds < REFUSED_WITHIN
    assert memory < REFUSED_BELOW


def test_a_table_far_larger_than_allowed_ends_its_own_process_only(tmp_path):
    cells = "".join(f'<row><c t="inlineStr"><is><t>{n}</t></is></c></row>' for n in range(300_000))
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, make_workbook_by_hand(tmp_path / "l.xlsx", sheet=cells).read_bytes(), "l.xlsx")
    assert refused.value.code == "too_many_rows" and "l.xlsx" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b"\xef\xbb\xbf", "a.csv", "empty"),
        (b"  \n \r\n", "a.csv", "empty"),
        (b"<html><table></table></html>", "a.csv", "web_page"),
        (b"<html><table></table></html>", "a.xls", "web_page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, "a.xls", "old_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, "a.xlsx", "locked"),
        (b"PK\x03\x04" + b"\0" * 64, "a.xlsx", "damaged"),
        (b"a,b\n1,2\n", "a.xlsx", "other_kind"),
        (b"a,b\n1,2\n", "a.exe", "unknown_ending"),
        (b"a,b\n1,2\n", "nameless", "unknown_ending"),
        (b"%PDF-1.7 ...", "a.csv", "no_list"),
        (bytes(range(1, 9)) * 500, "a.csv", "no_table"),
        (b'a,b\n1,"never closed\n2,3\n', "a.csv", "open_quote"),
        (b'a,b\n1,2\n3,"end', "a.csv", "open_quote"),
    ],
)
def test_what_is_no_table_is_refused_with_the_cure(tmp_path, content, name, code):
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, content, name)
    assert refused.value.code == code
    assert name in str(refused.value) and str(refused.value).endswith(".")


def test_a_quote_that_never_closes_is_named_by_row_column_and_value(tmp_path):
    with pytest.raises(SheetRefused) as refused:
        read(tmp_path, b'Company,Note\nAcme,"never closed\nBeta,x\n')
    assert refused.value.facts["row"] == 2 and refused.value.facts["column"] == 2 and "never closed" in str(refused.value)


@pytest.mark.samples
def test_every_hostile_file_is_read_or_refused_within_its_limits(tmp_path):
    refused = {}
    for path in sorted(Path(os.environ["SAMPLES_DIR"], "naughty", "hostile_files").iterdir()):
        began = processor_seconds()
        try:
            sheets.read(path, name=path.name, spool=tmp_path / "spool")
        except SheetRefused as error:
            refused[path.name] = error.code
        assert processor_seconds() - began < REFUSED_WITHIN * 2, path.name  # a slow machine is no fault of the file
    assert refused == {
        "billion_laughs_sharedstrings.xlsx": "declares_entities",
        "empty.csv": "empty",
        "html_renamed.xls": "web_page",
        "not_a_zip.xlsx": "damaged",
        "only_bom.csv": "empty",
        "unterminated_quote.csv": "open_quote",
        "xxe_external_entity.xlsx": "declares_entities",
        "zip_bomb_20MB_sheet.xlsx": "unpacks_too_big",
        "zip_slip.xlsx": "strange_part",
    }


def test_mutated_workbooks_never_hurt_the_reader(tmp_path, chance):
    whole = make_xlsx({"S": [["Company", "VAT"], *[[f"Firm {n}", n] for n in range(50)]]}).read()
    for _n in range(12):
        broken = bytearray(whole)
        for _m in range(chance.randrange(1, 30)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read(tmp_path, bytes(broken), "m.xlsx")
        except SheetRefused as refused:
            assert refused.code in (
                "damaged",
                "no_workbook",
                "macros",
                "strange_part",
                "locked",
                "other_kind",
                "empty",
                "unpacks_too_big",
                "too_many_parts",
            )
