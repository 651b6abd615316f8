"""Rows whose company nobody knows by its number: which columns of words the sheet has beside it."""

from collections.abc import Iterable
from dataclasses import replace

from intake.reading.rows import Row
from intake.reading.sheets import ImportColumn, Sheet

NUMBER_ONLY = "company.number_only"
SHOWN = 6  # columns


def name_columns(sheet: Sheet, rows: Iterable[Row]) -> None:
    """Says beside each number that no company here has which columns were left out: one of them may hold the names."""
    left_out = [column.title for column in sheet.columns if not column.key and column.title and holds_words(column)]
    if not left_out:
        return
    columns = ", ".join(left_out[:SHOWN])
    for row in rows:
        row.problems = [
            replace(one, reason="company.number_beside", facts={**one.facts, "columns": columns}) if one.reason == NUMBER_ONLY else one
            for one in row.problems
        ]


def holds_words(column: ImportColumn) -> bool:
    """True where most cells that were looked at are words rather than numbers or days."""
    words = [sample for sample in column.samples if sum(map(str.isalpha, sample)) > len(sample) / 2]
    return len(words) * 2 > len(column.samples)
