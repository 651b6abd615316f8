"""Why a file can't be read, in words: what was found, and how to mend it."""

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused


class SheetRefused(Refused):
    """A file that can't be read; its `code` names the rule."""

    code = "sheet_refused"
    status = 422


WORDS = {
    "empty": _("The file holds no rows. Save it again with its data and drop it here."),
    "too_big": _("The file has %(bytes)s; at most %(limit)s are read. Split it, or save it without pictures."),
    "unpacks_too_big": _(
        "The workbook unpacks to more than %(limit)s or is packed unlike any spreadsheet. Save the table as CSV and drop that."
    ),
    "too_many_parts": _("The workbook consists of more than %(limit)s parts. Copy the table into a new workbook and drop that."),
    "strange_part": _(
        "The workbook holds a part named “%(part)s”, which no spreadsheet program writes. Copy the table into a new workbook."
    ),
    "nested": _("The workbook holds another archive (“%(part)s”). Remove embedded files, or copy the table into a new workbook."),
    "macros": _("The workbook holds macros. Save it as “Excel workbook (.xlsx)” without macros and drop that."),
    "locked": _("The workbook is protected by a password. Save it without the password and drop it again."),
    "old_format": _("The format .%(found)s is not read. Open the file and save it as “Excel workbook (.xlsx)”."),
    "other_kind": _("The name ends in .%(ending)s, but the content is something else (%(found)s). Save it again under the right kind."),
    "unknown_ending": _("Files ending in .%(ending)s are not read. Save the table as XLSX, ODS or CSV."),
    "no_workbook": _("The file is an archive, but no workbook. Save the table as XLSX, ODS or CSV."),
    "no_table": _("The file holds no table of text. Save the table as XLSX, ODS or CSV."),
    "web_page": _("The file is a web page or XML, not a table. Open it in a spreadsheet program and save it as XLSX."),
    "damaged": _("The file is damaged: it can't be opened. Open it in a spreadsheet program, save it again and drop that."),
    "declares_entities": _("The workbook declares XML entities, which no spreadsheet program writes. Copy the table into a new workbook."),
    "cell_too_long": _("A cell holds more than %(limit)s characters. Shorten it and drop the file again."),
    "too_many_sheets": _("The workbook has more than %(limit)s sheets. Keep those with customers and vehicles."),
    "too_many_rows": _("%(where)s goes further down than row %(limit)s. Delete what stands below the table, or split the file."),
    "too_many_columns": _("%(where)s goes further right than column %(limit)s. Delete what stands right of the table."),
    "too_many_cells": _(
        "A sheet reaches from A1 to row %(rows)s, column %(columns)s: too much to hold. Delete what stands far from the table."
    ),
    "open_quote": _(
        "Row %(row)s, column %(column)s: a quotation mark opens before “%(value)s” and is never closed. Close it or take it away."
    ),
    "unknown_encoding": _("The letters of this file can't be told. Save it as “CSV UTF-8” and drop that."),
    "too_much_memory": _("The file needs more memory than one file may use. Split it, or save the table as CSV."),
    "too_slow": _("Reading the file took longer than %(seconds)s seconds. Split it, or save the table as CSV."),
}
BYTES = {"too_big": ("bytes", "limit"), "unpacks_too_big": ("limit",)}


def refusal(code: str, facts: dict[str, Any], *, name: str) -> SheetRefused:
    """The refusal for what the reading process answered about the file `name`."""
    words = {key: filesizeformat(value) if key in BYTES.get(code, ()) else value for key, value in facts.items()}
    words["where"] = _("Sheet “%(sheet)s”") % facts if facts.get("sheet") else _("The table")
    refused = SheetRefused(f"{name}: {WORDS[code] % words}", facts={**facts, "file": name})
    refused.code = code
    return refused
