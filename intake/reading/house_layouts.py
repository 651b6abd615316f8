"""Layouts of programs that name themselves: what their columns mean is fixed, whatever the titles would say alone.

Described, with source and version, in docs/layouts.md.
"""

import re
from collections.abc import Mapping, Sequence

from fleetportal.core.sheets.book import Cell
from intake.reading.cells import flag, text_of
from intake.reading.sheets import COMPANIES, SURE, Sheet
from intake.reading.tables import Table
from intake.reading.vocabulary import words_of

DATEV = "datev"
DATEV_MARK = re.compile(r"\bextf \d{3} 16 debitoren kreditoren\b")
DATEV_COLUMNS: Mapping[str, str] = {  # format category 16, by title in words; every other column is left out
    "konto": "company.id",
    "name adressattyp unternehmen": "company.name",
    "name adressattyp naturl person": "person.last_name",
    "vorname adressattyp naturl person": "person.first_name",
    "name adressattyp keine angabe": "company.name",
    "adressattyp": "company.address_type",
    "eu land": "company.vat_country",
    "eu mitgliedstaat": "company.vat_country",
    "eu ustid": "company.vat",
    "eu ust id": "company.vat",
    "eu ust id nr": "company.vat",
    "anrede": "person.salutation",
    "strasse": "company.street",
    "postleitzahl": "company.postcode",
    "ort": "company.city",
    "land": "company.country",
    "telefon": "company.phone",
    "e mail": "company.email",
    "ansprechpartner": "person.name",
    "internet": "company.website",
}
USUAL = 4  # cells of a usual row, or a heading does not show
SUPPLIERS_FROM = "7"  # the first digit of their accounts; those of customers begin with 1 to 6


def put_fixed(sheet: Sheet, table: Table) -> None:
    """The columns of a sheet whose program names itself in the line above the titles mean what that program means by them."""
    if DATEV_MARK.search(table.words):
        fixed(sheet, DATEV_COLUMNS)
        sheet.program, sheet.country = DATEV, sheet.country or "DE"


def fixed(sheet: Sheet, meanings: Mapping[str, str]) -> None:
    """Gives the columns the meanings of a known program, by title; all others are left out, and nothing is asked."""
    taken: set[str] = set()
    for column in sheet.columns:
        key = meanings.get(words_of(column.title), "")
        column.person = 0
        column.set_meaning("" if key in taken and key != "company.name" else key, SURE)
        taken.add(key)
    sheet.kind, sheet.refusal, sheet.is_taken, sheet.asks_owner = COMPANIES, None, True, False


def is_heading(sheet: Sheet, cells: Sequence[Cell]) -> bool:
    """True for a name without a tax number and nearly nothing else, in a list that tells the number of everybody: a group of 1C's."""
    vat, named = sheet.index_of("company.vat"), sheet.index_of("company.name")
    if vat is None or named is None or sheet.kind != COMPANIES or sheet.fill < USUAL:
        return False
    filled = [index for index, cell in enumerate(cells) if text_of(cell)]
    return named in filled and vat not in filled and len(filled) <= 2


def passed_over(sheet: Sheet, cells: Sequence[Cell]) -> str | None:
    """Why a row that looks like data is none: a supplier among customers, a group of a tree of companies; None where it is some."""
    group = sheet.index_of("company.group_row")
    if group is not None and group < len(cells) and flag(cells[group]):
        return "section"
    if sheet.language == "ru" and is_heading(sheet, cells):
        return "section"
    account = sheet.index_of("company.id") if sheet.program == DATEV else None
    if account is not None and account < len(cells) and text_of(cells[account]).startswith(SUPPLIERS_FROM):
        return "supplier"
    return None
