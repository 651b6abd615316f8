"""The house rule on writing: the intake and the demo write no noun by themselves, only through the verbs.

One door to each noun: what is derived, searched and noted with a row is the verb's business, and whoever writes past it forgets one.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping

from tools.trees import nodes_of

ROOMS = ("intake", "demo")
# What writes through a manager, a queryset or a row; `update` counts with names only, since sets and dictionaries have one too.
WRITING = {
    "abulk_create", "acreate", "adelete", "asave", "aupdate", "bulk_create", "bulk_update", "create", "delete", "get_or_create", "save",
    "update", "update_or_create",
}  # fmt: skip
OF_THE_BULK_WRITER = {"add", "add_missing", "execute_many", "update", "write"}  # of core.db.bulk; `new` and `reserve` write nothing
# The intake's own tables, and what its modules call their rows.
OWN = {"Import", "Layout", "Made", "StagedRow", "run", "staged", "step"}
# Who may write past the verbs, which rows, and why. This list only shrinks.
ALLOWED: Mapping[str, frozenset[str]] = {
    "intake/undoing.py": frozenset({"model"}),  # deletes, of whichever noun, what an import made
    "demo/staff.py": frozenset({"HouseBrand"}),  # a setting of Wagtail, whose own page saves it too: what follows is in its `save()`
}


def faults(path: str, source: str) -> Iterator[str]:
    """Where the module `path` writes a noun by itself, as "path:line: words"."""
    if not path.startswith(tuple(f"{room}/" for room in ROOMS)) or path == "intake/models.py":
        return
    for line, written in writes(nodes_of(source)):
        if written not in OWN and written not in ALLOWED.get(path, ()):
            yield f"{path}:{line}: `{written}` is written past its verb; call the verb, or add a bulk verb beside it"


def writes(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """(line, what is written) of each call that writes rows: the model, or the name of the row or rows."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "fleetportal.core.db.bulk":
            yield node.lineno, "bulk"  # by `from fleetportal.core.db import bulk`, or nobody sees who writes
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, receiver = node.func.attr, node.func.value
        if isinstance(receiver, ast.Name) and receiver.id == "bulk" and name in OF_THE_BULK_WRITER:
            yield node.lineno, last_name(node.args[0])
        elif name in WRITING and (name != "update" or (node.keywords and not node.args)):
            yield node.lineno, first_name(receiver)


def first_name(node: ast.expr) -> str:
    """`Company` of `Company.objects.filter(…)`, `run` of `run.rows`."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else "?"


def last_name(node: ast.expr) -> str:
    """`staged` of `self.staged`, `Made` of `Made`."""
    return node.attr if isinstance(node, ast.Attribute) else first_name(node)
