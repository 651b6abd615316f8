"""How large a file may be, and the refusal that says which limit it broke."""

MEBIBYTE = 1024 * 1024

BYTES = 32 * MEBIBYTE  # of the file as it comes
UNPACKED_BYTES = 320 * MEBIBYTE  # of all parts of a workbook together
PART_BYTES = 256 * MEBIBYTE  # of one part of a workbook
RATIO = 200  # unpacked : packed, of a part of more than RATIO_FROM bytes
RATIO_FROM = 4 * MEBIBYTE
ENTRIES = 2_000  # parts in a workbook
DIRECTORY_BYTES = 1 * MEBIBYTE  # of the list of parts; it is read as a whole
SHEETS = 100
ROWS = 250_000
COLUMNS = 1_024
CELLS = 6_000_000  # rows × columns of one sheet, as the parser holds them
CELL_CHARACTERS = 32_767  # what a spreadsheet program itself holds in a cell
SECONDS = 25  # of processor time
MEMORY = 640 * MEBIBYTE  # address space of the process; libraries and reserves count, so that the memory in use stays below 512


class Unreadable(Exception):
    """The file is refused; `code` says by which rule and `facts` what the rule saw."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
