"""The house rule on relations: no module uses a relation declared by a model in a higher module.

Django gives a model a name for each foreign key that points at it (`Company.drivers`), whichever module declares the key. Filtering
by that name, or following it, is an import in disguise. What is above what is read from the import contracts in pyproject.toml.
"""

import ast
import os
import re
import sys
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import django
from django.apps import apps

from tools.packages import APPS
from tools.trees import nodes_of, tree_of

ROOT = Path(__file__).resolve().parent.parent
# Calls whose keywords are lookups, and those whose texts are names of relations or fields.
BY_KEYWORD = {"filter", "exclude", "get", "get_or_create", "update_or_create", "Q", "When", "filter_by"}
BY_TEXT = {
    "annotate", "Avg", "Case", "Cast", "Coalesce", "Concat", "Count", "dates", "defer", "distinct", "F", "in_bulk", "Lower", "Max", "Min",
    "only", "order_by", "OuterRef", "Prefetch", "prefetch_related", "prefetch_related_objects", "select_related", "Subquery", "Sum",
    "values", "values_list",
}  # fmt: skip
NAMED = {"accessor", "field_name", "order_by"}  # keywords of tables and filters whose text is a lookup
PATH = re.compile(r"-?[a-z][a-z0-9]*(_[a-z0-9]+)*(__[a-z0-9]+(_[a-z0-9]+)*)+")  # a lookup of several steps


class Step(NamedTuple):
    """What a name of a model leads to: the model (None for a column), and the module that declares the key if it points back here."""

    target: str | None
    declared_in: str | None = None
    is_single: bool = False


class Noun(NamedTuple):
    """A model: its names in lookups, the attributes that hold its related rows, and the names of its querysets and managers."""

    lookups: Mapping[str, Step]
    attributes: Mapping[str, Step]
    querysets: Collection[str]


Nouns = Mapping[str, Noun]
IsAbove = Callable[[str, str], bool]


def faults(path: str, source: str, nouns: Nouns, is_above: IsAbove) -> Iterator[str]:
    """Where the module `path` names a relation that a module above it declares, as "path:line: words"."""
    module = module_of(path)
    related = {name for noun in nouns.values() for name in noun.attributes} - attributes_of(nodes_of(source))
    reader = Reader(nouns, lambda step: step.declared_in is not None and is_above(step.declared_in, module), related)
    for line, name in dict.fromkeys(sorted(reader.found_in(tree_of(source)))):
        yield f"{path}:{line}: `{name}` is a relation declared above; let the room above register, or ask it from there"


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def attributes_of(nodes: Collection[ast.AST]) -> set[str]:
    """The attributes that the classes of a module declare or set: `rows.made` of such a class is no relation."""
    declared = {node.target.id for node in nodes if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    return declared | {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}


class Reader(NamedTuple):
    """Reads a module for relations that are bad there. `related` are the attributes that can only be related rows."""

    nouns: Nouns
    is_bad: Callable[[Step], bool]
    related: Collection[str]

    def found_in(self, tree: ast.AST) -> Iterator[tuple[int, str]]:
        """(line, name) of each."""
        waiting: list[tuple[ast.AST, Collection[str]]] = [(tree, ())]  # with the models that `self` may be, or be a queryset of
        while waiting:
            node, models = waiting.pop()
            if isinstance(node, ast.ClassDef):
                models = [name for name, noun in self.nouns.items() if name == node.name or node.name in noun.querysets]
            for line, path, start in lookups(node, models, self.nouns):
                yield from ((line, name) for name in self.bad_steps(path, start))
            if isinstance(node, ast.Attribute):
                yield from self.bad_attributes(node, models)
            waiting.extend((child, models) for child in ast.iter_child_nodes(node))

    def bad_steps(self, path: str, start: Collection[str]) -> Iterator[str]:
        """The names in `path` that can be nothing else than a bad relation, from whichever model of `start`."""
        models: Collection[str] = start
        for name in path.lstrip("-").split("__"):
            steps = [self.nouns[model].lookups[name] for model in models if name in self.nouns[model].lookups]
            if steps and all(map(self.is_bad, steps)):
                yield name
            models = {step.target for step in steps if step.target is not None and step.target in self.nouns}

    def bad_attributes(self, node: ast.Attribute, models: Collection[str]) -> Iterator[tuple[int, str]]:
        """`company.drivers.all()`: related rows by attribute; one row, as `voucher.claim_made`, whatever is done with it."""
        rows = node.value if isinstance(node.value, ast.Attribute) else None
        for relation, is_single in ((rows, False), (node, True)):
            if relation is None or relation.attr not in self.related:
                continue
            is_self = isinstance(relation.value, ast.Name) and relation.value.id == "self" and models
            known = [self.nouns[model].attributes for model in (models if is_self else self.nouns)]
            having = [attributes[relation.attr] for attributes in known if relation.attr in attributes]
            if having and all(self.is_bad(step) and step.is_single is is_single for step in having):
                yield relation.lineno, relation.attr


def lookups(node: ast.AST, models: Collection[str], nouns: Nouns) -> Iterator[tuple[int, str, Collection[str]]]:
    """(line, path of names, models that it may start at) of each lookup that `node` itself writes down."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and PATH.fullmatch(node.value):
        yield node.lineno, node.value, nouns
    if isinstance(node, ast.keyword) and node.arg in NAMED and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        yield node.value.lineno, node.value.value, nouns
    if not isinstance(node, ast.Call):
        return
    called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    start = starts(node.func, models, nouns)
    if called in BY_KEYWORD:
        yield from ((word.value.lineno, word.arg, start) for word in node.keywords if word.arg)
    if called in BY_TEXT:
        texts = [given for given in node.args if isinstance(given, ast.Constant) and isinstance(given.value, str)]
        yield from ((given.lineno, str(given.value), start) for given in texts)


def starts(function: ast.expr, models: Collection[str], nouns: Nouns) -> Collection[str]:
    """The models that a lookup in a call of `function` starts at: `Company.objects…filter`, `self.filter` in a queryset; else any."""
    if not isinstance(function, ast.Attribute):
        return nouns
    node: ast.expr = function.value
    attributes = 0
    while isinstance(node, ast.Attribute | ast.Call):
        attributes += isinstance(node, ast.Attribute)
        node = node.value if isinstance(node, ast.Attribute) else node.func
    if isinstance(node, ast.Name) and node.id in nouns and attributes:
        return [node.id]
    return models if isinstance(node, ast.Name) and node.id == "self" and models and not attributes else nouns


# --- what is above what ---------------------------------------------------------------------------------------------------------


class Ladder(NamedTuple):
    """One contract: the layers from the top down, each with the packages on it."""

    layers: tuple[tuple[str, ...], ...]

    def layer_of(self, module: str) -> tuple[int, str] | None:
        """(which layer, which package of it) `module` belongs to."""
        found = [
            (package, number)
            for number, layer in enumerate(self.layers)
            for package in layer
            if module == package or module.startswith(f"{package}.")
        ]
        package, number = max(found, key=lambda one: len(one[0]), default=("", -1))
        return (number, package) if package else None


@cache
def contracts() -> tuple[Ladder, ...]:
    """The contracts on layers in pyproject.toml."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return tuple(ladder(contract["layers"], prefix) for contract in told if contract["type"] == "layers" for prefix in prefixes(contract))


def prefixes(contract: Mapping[str, list[str]]) -> list[str]:
    return [f"{container}." for container in contract.get("containers", [])] or [""]


def ladder(layers: list[str], prefix: str) -> Ladder:
    return Ladder(tuple(tuple(prefix + package.strip(" ()") for package in layer.split("|")) for layer in layers))


@cache
def stands_above(higher: str, lower: str) -> bool:
    """True when the module `lower` must not import the module `higher`: by a contract, or because that one imports it."""
    for contract in contracts():
        above, below = contract.layer_of(higher), contract.layer_of(lower)
        if above and below and (above[0] < below[0] or (above[0] == below[0] and above[1] != below[1])):
            return True
    return higher != lower and lower in imported_by(higher)


@cache
def imported_by(module: str) -> frozenset[str]:
    """The modules of the house that `module` imports, and those that they import."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = imports_of(waiting.pop()) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)


@cache
def imports_of(module: str) -> frozenset[str]:
    """The modules of the house that `module` names in an import, those for types only included."""
    file = file_of(module)
    nodes = nodes_of(file.read_text(encoding="utf-8")) if file else ()
    named = [name for node in nodes if isinstance(node, ast.ImportFrom) and node.module for name in names_of(node, node.module)]
    return frozenset(name for name in named if file_of(name))


def names_of(node: ast.ImportFrom, module: str) -> Iterator[str]:
    """What a module may be called of which `node` imports: the names are modules or what a module defines."""
    yield from (f"{module}.{alias.name}" if file_of(f"{module}.{alias.name}") else module for alias in node.names)


@cache
def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


# --- the models as Django knows them --------------------------------------------------------------------------------------------


@cache
def house() -> Nouns:
    """The models of the house by their names."""
    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleetportal.settings.test")
        sys.path.insert(0, str(ROOT))
        django.setup()
    models = [model for model in apps.get_models() if model.__module__.partition(".")[0] in APPS]
    return {model.__name__: noun(model) for model in models}


def noun(model: type) -> Noun:
    """What the lookups and attributes of `model` lead to."""
    lookups: dict[str, Step] = {}
    attributes: dict[str, Step] = {}
    for field in model._meta.get_fields():
        target = field.related_model.__name__ if field.is_relation and isinstance(field.related_model, type) else None
        is_back = field.auto_created and not field.concrete
        lookups[field.name] = Step(target, field.related_model.__module__ if is_back else None, is_back and field.one_to_one)
        if is_back:
            attributes[field.get_accessor_name()] = lookups[field.name]
        elif field.many_to_many:
            attributes[field.name] = lookups[field.name]
    managers = [type(manager) for manager in model._meta.managers] + [manager._queryset_class for manager in model._meta.managers]
    bases = {base.__name__ for kind in (*managers, model) for base in kind.__mro__}
    return Noun(lookups, attributes, bases - {"object", "Model", "QuerySet", "Manager", "BaseManager", "AltersData"})
