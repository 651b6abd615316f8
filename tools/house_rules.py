"""`make check`, "house rules": rules that no linter checks.

No use of a higher model by reflection or by a relation's name, no import inside a function, no writes to a model except by its
verbs, no function over 40 lines, no module over 400 and no line over 140 characters, and each class name only once.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import upward, writers  # noqa: E402  the tool runs as a script
from tools.packages import APPS  # noqa: E402
from tools.trees import nodes_of, tree_of  # noqa: E402

# Attributes by which a model leads to others by name.
REFLECTION = {"related_model", "related_objects", "remote_field", "get_field", "get_fields", "fields_map", "get_model", "get_models"}
# Where reflection is allowed: code that works with any model passed to it.
REFLECTING = {
    "fleetportal/core": "knows no noun; works on the models that it is given",
    "intake/undoing.py": "asks of every table above whether a row of others names what an import made",
    "contacts/people/person_data.py": "finds the tables that name a person, for the test of both lists",
}
# Heavy libraries, each with the only module that may import it, inside a function, so that it does not slow down every start.
HEAVY = {
    "icalendar": "fleetportal/core/ical.py",
    "reportlab": "fleetportal/core/pdf.py",
    "segno": "gifts/pdf.py",
    "xlsxwriter": "fleetportal/core/sheets/writing.py",
}
LONGEST_FUNCTION, LONGEST_MODULE = 40, 400  # lines
LONGEST_LINE = 140  # characters; the linter lets a line without a blank be longer
# Class names required by Django or Wagtail in many modules.
FRAMEWORK = {"Command", "Meta", "Media", "Migration"}


def faults(path: str, source: str) -> Iterator[str]:
    """What is wrong with the module `path`, as "path:line: words"."""
    may_reflect = any(path == folder or path.startswith(f"{folder}/") for folder in REFLECTING)
    for node in nodes_of(source):
        if isinstance(node, ast.Attribute) and node.attr in REFLECTION and not may_reflect:
            yield f"{path}:{node.lineno}: `{node.attr}` reaches another model by its name; let it register, or move the verb up"
    for function, statement in imports_inside(source):
        if not is_allowed(path, function, statement):
            yield f"{path}:{statement.lineno}: an import inside `{function.name}` hides an arrow; import at the top"
    yield from too_long(path, source)
    yield from upward.faults(path, source, upward.house(), upward.stands_above)
    yield from writers.faults(path, source)


def too_long(path: str, source: str) -> Iterator[str]:
    """What is longer than a function or a module may be: another noun wants out."""
    if source.count("\n") > LONGEST_MODULE:
        yield f"{path}:{LONGEST_MODULE + 1}: more than {LONGEST_MODULE} lines; look for the noun that wants out"
    for number, line in enumerate(source.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            yield f"{path}:{number}: more than {LONGEST_LINE} characters; break it"
    for node in nodes_of(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
            yield f"{path}:{node.lineno}: `{node.name}` has more than {LONGEST_FUNCTION} lines; part it"


def imports_inside(source: str) -> "Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, ast.Import | ast.ImportFrom]]":
    """(function, import statement) of each import that runs only when the function does."""
    for function in nodes_of(source):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield function, node


def is_allowed(path: str, function: "ast.FunctionDef | ast.AsyncFunctionDef", statement: "ast.Import | ast.ImportFrom") -> bool:
    """In `ready` of apps.py, where models are loaded only then; and a heavy library in its own module."""
    if path.endswith("/apps.py") and function.name == "ready":
        return True
    names = [statement.module or ""] if isinstance(statement, ast.ImportFrom) else [alias.name for alias in statement.names]
    return all(HEAVY.get(name.partition(".")[0]) == path for name in names)


def class_names(path: str, source: str) -> Iterator[tuple[str, str]]:
    """(name, "path:line") of each class of the module that others can import; one declared in both branches of an `if` counts once."""
    seen = set()
    statements: list[ast.stmt] = list(tree_of(source).body)
    for statement in statements:
        if isinstance(statement, ast.If | ast.Try):
            statements.extend(statement.body + statement.orelse)
        elif isinstance(statement, ast.ClassDef) and statement.name not in FRAMEWORK | seen:
            seen.add(statement.name)
            yield statement.name, f"{path}:{statement.lineno}"


def repeated_classes(sources: Mapping[str, str]) -> Iterator[str]:
    """Class names that more than one of the modules (path: source) declares, as "path:line: words"."""
    first: dict[str, str] = {}
    for path, source in sources.items():
        for name, line in class_names(path, source):
            if first.setdefault(name, line) != line:
                yield f"{line}: `{name}` is also the name of a class in {first[name]}; give each the whole name of its noun"


def modules() -> Iterator[Path]:
    """The modules of the apps, without migrations, which look models up by name as Django means them to."""
    for app in APPS:
        yield from sorted(path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def main() -> int:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in modules()}
    found = [fault for path, source in sources.items() for fault in faults(path, source)]
    found += repeated_classes(sources)
    print("\n".join(found))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
