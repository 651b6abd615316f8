"""The list page: a table, a filter that reads as one sentence, sorting and paging, all in the address, an export of the result, and
actions on the selected rows.

A page declares its parts; `get_queryset` narrows the rows to what the user may see, `for_list` (of the queryset) adds what a
row shows. Columns, sort and export come from a django-tables2 table, the filter from a django-filter set.
"""

from fleetportal.core.web.lists.columns import CHUNK, TYPES, ExtraColumn, TableColumn, label_of
from fleetportal.core.web.lists.page import ListPage, listed
from fleetportal.core.web.lists.paging import COUNTED_UP_TO, said_count
from fleetportal.core.web.lists.parts import Bulk, Empty, Preset
from fleetportal.core.web.lists.selection import at_once, clean, named, selected_keys
from fleetportal.core.web.lists.sentence import Sentence, Word

__all__ = [
    "CHUNK",
    "COUNTED_UP_TO",
    "TYPES",
    "Bulk",
    "Empty",
    "ExtraColumn",
    "ListPage",
    "Preset",
    "Sentence",
    "TableColumn",
    "Word",
    "at_once",
    "clean",
    "label_of",
    "listed",
    "named",
    "said_count",
    "selected_keys",
]
