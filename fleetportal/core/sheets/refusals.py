"""Messages for files that can't be read: what was found, and how to fix it."""

from collections.abc import Mapping

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused


class SheetRefused(Refused):
    """A file that can't be read; its `code` names the rule."""

    code = "sheet_refused"
    status = 422


WORDS = {
    "empty": _("The file contains no rows. Save it with its data and upload it again."),
    "too_big": _("The file is %(bytes)s; the limit is %(limit)s. Split it, or save it without pictures."),
    "unpacks_too_big": _(
        "The workbook unpacks to more than %(limit)s or is packed in an unusual way. Save the table as CSV and upload that file."
    ),
    "too_many_parts": _("The workbook consists of more than %(limit)s parts. Copy the table into a new workbook and upload that file."),
    "strange_part": _(
        "The workbook contains a part named “%(part)s”, which no spreadsheet program creates. Copy the table into a new workbook."
    ),
    "nested": _("The workbook contains another archive (“%(part)s”). Remove embedded files, or copy the table into a new workbook."),
    "macros": _("The workbook contains macros. Save it as “Excel workbook (.xlsx)” without macros and upload that file."),
    "locked": _("The workbook is password-protected. Save it without the password and upload it again."),
    "old_format": _("We can’t read the format .%(found)s. Open the file and save it as “Excel workbook (.xlsx)”."),
    "other_kind": _(
        "The file name ends in .%(ending)s, but the content is something else (%(found)s). Save the file again in the right format."
    ),
    "no_list": _("The file is %(found)s, although its name ends in .%(ending)s. Send the table itself, as XLSX, ODS or CSV."),
    "all_hidden": _("Every sheet with content is hidden (%(sheets)s). Show the sheets that count, save the file and upload it again."),
    "unknown_ending": _("We can’t read files ending in .%(ending)s. Save the table as XLSX, ODS or CSV."),
    "no_workbook": _("The file is an archive, not a workbook. Save the table as XLSX, ODS or CSV."),
    "no_table": _("The file doesn’t contain a table. Save the table as XLSX, ODS or CSV."),
    "web_page": _("The file is a web page or an XML file, not a table. Open it in a spreadsheet program and save it as XLSX."),
    "damaged": _("The file is damaged and can’t be opened. Open it in a spreadsheet program, save it again and upload the new file."),
    "declares_entities": _("The workbook declares XML entities, which no spreadsheet program does. Copy the table into a new workbook."),
    "cell_too_long": _("A cell contains more than %(limit)s characters. Shorten it and upload the file again."),
    "too_many_sheets": _("The workbook has more than %(limit)s sheets. Keep only the sheets with customers and vehicles."),
    "too_many_rows": _("%(where)s has content below row %(limit)s. Delete what is below the table, or split the file."),
    "too_many_columns": _("%(where)s has content to the right of column %(limit)s. Delete what is to the right of the table."),
    "too_many_cells": _(
        "A sheet extends from A1 to row %(rows)s, column %(columns)s, which is too large. Delete anything far away from the table."
    ),
    "open_quote": _("Row %(row)s, column %(column)s: the quotation mark before “%(value)s” is never closed. Close or remove it."),
    "unknown_encoding": _("We couldn’t detect this file’s text encoding. Save it as “CSV UTF-8” and upload that file."),
    "too_much_memory": _("The file needs too much memory. Split it, or save the table as CSV."),
    "too_slow": _("Reading the file took longer than %(seconds)s seconds. Split it, or save the table as CSV."),
}
FOUND = {  # what a file is, where its name says something else
    "picture": _("a picture"),
    "pdf": _("a PDF"),
    "document": _("a text document"),
    "slides": _("a presentation"),
    "mail": _("an e-mail"),
    "database": _("a database"),
    "program": _("a program"),
    "zip": _("an archive"),
    "packed": _("an archive"),
    "text": _("text"),
}
BYTES = {"too_big": ("bytes", "limit"), "unpacks_too_big": ("limit",)}


def refusal(code: str, facts: Mapping[str, str | int], *, name: str) -> SheetRefused:
    """The refusal for the reading process's answer about the file `name`."""
    shown: dict[str, object] = {key: filesizeformat(value) if key in BYTES.get(code, ()) else value for key, value in facts.items()}
    shown["found"] = FOUND.get(str(facts.get("found", "")), facts.get("found", ""))
    shown["where"] = _("Sheet “%(sheet)s”") % facts if facts.get("sheet") else _("The table")
    refused = SheetRefused(f"{name}: {WORDS[code] % shown}", facts={**facts, "file": name})
    refused.code = code
    return refused
