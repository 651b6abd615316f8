"""An import from the file to the last row, beside reading the file and writing the same rows bare."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from python_calamine import CalamineWorkbook

from accounts.models import Centre
from bench.measure import Figure, peak_mb, seconds
from intake import actions as imports

APPS = {"accounts", "contacts", "core"}


def figures(size: int) -> Iterator[Figure]:
    """As many rows as the base has companies."""
    path = Path(settings.FILES_ROOT) / f"import-{size}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, size)
    highest = {table: top(table) for table in tables()}
    before = peak_mb()
    ours = seconds(lambda: import_file(path))
    above = peak_mb() - before
    written = {table: rows_above(table, last) for table, last in highest.items()}
    theirs = seconds(lambda: read_and_write(path, written))
    rate = size / ours
    yield Figure(
        f"import of {size:,} rows",
        size,
        "s",
        ours,
        None,
        "calamine and executemany",
        theirs,
        ours / theirs,
        "<= 5",
        None,
        above,
        note=f"{rate:.0f}/s",
    )


def write(path: Path, rows: int) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Company", "Postcode", "City", "Plate", "Make", "Model", "First name", "Last name", "E-mail"])
    for number in range(rows):
        company = number // 10
        who = ("Alex", f"Muster{number}", f"alex{number}@bench{company}.example")
        sheet.write_row(
            number + 1, 0, [f"Benchfirma {company} GmbH", f"{company % 90000 + 10000}", "Hamburg", f"B-FP {number}", "Opel", "Vivaro", *who]
        )
    book.close()


def import_file(path: Path) -> None:
    with path.open("rb") as file:
        run = imports.bring(file, name=path.name, by=None, centre=Centre.objects.order_by("pk").first())
    imports.judge(run, by=None, in_background=False)
    imports.work(run)
    imports.apply(run, by=None, in_background=False)
    imports.work(run)


def tables() -> list[str]:
    return [
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in APPS and model._meta.pk.get_internal_type() == "BigAutoField"
    ]


def top(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')
        return int(cursor.fetchone()[0])


def rows_above(table: str, last: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE id > %s', [last])
        return cursor.fetchall()


def read_and_write(path: Path, written: dict[str, list[Any]]) -> None:
    """The minimum: read every row of the file, and write every row of the import again, in one go."""
    for _row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows():
        pass
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in written.items():
            if rows:
                cursor.execute(f'CREATE TEMPORARY TABLE "bare_{table}" AS SELECT * FROM "{table}" WHERE 1 = 0')
                bare_rows(cursor, f"bare_{table}", rows)
                cursor.execute(f'DROP TABLE "bare_{table}"')


def bare_rows(cursor: Any, table: str, rows: list[Any]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            for row in rows:
                copy.write_row([str(value) if isinstance(value, dict | list) else value for value in row])
        return
    placeholders = ", ".join(["%s"] * len(rows[0]))
    cursor.executemany(f'INSERT INTO "{table}" VALUES ({placeholders})', rows)
