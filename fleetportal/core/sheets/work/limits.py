"""The limits on files, and the refusal that names the one exceeded."""

MEBIBYTE = 1024 * 1024

BYTES = 32 * MEBIBYTE  # of the file as it comes
UNPACKED_BYTES = 320 * MEBIBYTE  # of all parts of a workbook together
PART_BYTES = 256 * MEBIBYTE  # of one part of a workbook
RATIO = 200  # unpacked : packed, of a part of more than RATIO_FROM bytes
RATIO_FROM = 4 * MEBIBYTE
ENTRIES = 2_000  # parts in a workbook
DIRECTORY_BYTES = 1 * MEBIBYTE  # of the zip directory; it is read as a whole
SHEETS = 100
ROWS = 250_000
COLUMNS = 1_024
CELLS = 6_000_000  # rows × columns of one sheet, all in the parser's memory
CELL_CHARACTERS = 32_767  # a spreadsheet program's own maximum for a cell
SECONDS = 25  # of processor time
MEMORY = 640 * MEBIBYTE  # address space of the process, including libraries and reserves; the memory in use stays below 512


class Unreadable(Exception):
    """The file is refused; `code` names the rule and `facts` has the details."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
