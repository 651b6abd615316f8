"""`make check`, "house rules": what no linter holds for us. No look at a higher noun by reflection, no import inside a function."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("fleetportal", "accounts", "contacts", "events", "gifts", "intake", "cms", "demo")

# Attributes that lead from a model to others by name.
REFLECTION = {"related_model", "related_objects", "remote_field", "get_field", "get_fields", "fields_map", "get_model", "get_models"}
# Where reflection may be used: what serves any model that is handed to it, whichever noun that is.
REFLECTING = {
    "fleetportal/core": "knows no noun; works on the models that it is given",
    "intake/undoing.py": "asks of every table above whether a row of others names what an import made",
    "contacts/people/person_data.py": "finds the tables that name a person, for the test of both lists",
}
# Heavy libraries, and the one module of ours that may import each inside a function: every process would pay for them at start.
HEAVY = {"reportlab": "fleetportal/core/pdf.py", "segno": "gifts/pdf.py"}


def faults(path: str, source: str) -> Iterator[str]:
    """What is wrong with the module `path`, as "path:line: words"."""
    tree = ast.parse(source)
    may_reflect = any(path == place or path.startswith(f"{place}/") for place in REFLECTING)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in REFLECTION and not may_reflect:
            yield f"{path}:{node.lineno}: `{node.attr}` reaches another model by its name; let it register, or move the verb up"
    for function, statement in imports_inside(tree):
        if not is_allowed(path, function, statement):
            yield f"{path}:{statement.lineno}: an import inside `{function.name}` hides an arrow; import at the top"


def imports_inside(tree: ast.AST) -> "Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, ast.Import | ast.ImportFrom]]":
    """(function, import statement) of each import that runs only when the function does."""
    for function in ast.walk(tree):
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


def modules() -> Iterator[Path]:
    """The modules of the apps, without migrations, which look models up by name as Django means them to."""
    for app in APPS:
        yield from sorted(path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def main() -> int:
    found = [fault for path in modules() for fault in faults(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))]
    print("\n".join(found))
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
