"""Every address of the resolver, with what its view declares."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern
from django.utils.regex_helper import normalize

from fleetportal.core.web.pages import Access
from tests.matrix.trees import TREES, Tree

CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver: `shape` like "companies/%(company_id)s/", the names of its kwargs, its view's declaration."""

    shape: str
    kwargs: tuple[str, ...]
    view: Any = field(compare=False, repr=False)
    name: str = ""

    def __str__(self) -> str:
        return "/" + re.sub(r"%\((\w+)\)s", r"<\1>", self.shape)

    @property
    def access(self) -> Access | None:
        return getattr(self.view, "access", None)

    @property
    def tree(self) -> Tree | None:
        """The third party's tree that the address belongs to; none for what declares itself."""
        if self.access is not None:
            return None
        return next((tree for prefix, tree in TREES.items() if self.shape.startswith(prefix)), None)

    @property
    def is_csrf_exempt(self) -> bool:
        return bool(getattr(self.view, "csrf_exempt", False))

    def path(self, values: Mapping[str, object]) -> str:
        return "/" + self.shape % values


def addresses() -> list[Address]:
    """All of them, each shape once, in the resolver's order."""
    found: dict[str, Address] = {}
    for address in walk(get_resolver().url_patterns):
        found.setdefault(address.shape, address)
    return list(found.values())


def walk(patterns: Any, shape: str = "", kwargs: tuple[str, ...] = (), space: str = "") -> Iterator[Address]:
    for pattern in patterns:
        part, names = shape_of(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(
                pattern.url_patterns, shape + part, kwargs + names, f"{space}{pattern.namespace}:" if pattern.namespace else space
            )
        elif isinstance(pattern, URLPattern):
            yield Address(shape + part, kwargs + names, pattern.callback, f"{space}{pattern.name or ''}")


def shape_of(pattern: Any) -> tuple[str, tuple[str, ...]]:
    """A pattern as text to fill in, and the names of what is to be filled in."""
    if isinstance(pattern, RoutePattern):
        route = str(pattern).replace("%", "%%")
        return CONVERTED.sub(r"%(\1)s", route), tuple(CONVERTED.findall(route))
    if isinstance(pattern, RegexPattern):
        (shape, names), *_others = normalize(str(pattern))
        return shape, tuple(names)
    return str(pattern), ()  # the prefix of a language
