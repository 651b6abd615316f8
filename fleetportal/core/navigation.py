"""The staff pages' navigation: apps add their pages in `apps.py`, a user sees those they may open."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

COUNT_STAYS_SECONDS = 60


@dataclass(frozen=True)
class Item:
    """One page in the rail: shown to users who hold `may`.

    `order` gives its place; hundreds part the groups that a line separates. `tab` gives its place in the phone's bar.
    `count` answers the figure beside it (or None) and is asked at most once a minute for each user.
    """

    label: str | Promise
    icon: str
    url_name: str
    may: str
    order: int
    tab: int | None = None
    rail: bool = True
    count: Callable[[Any], str | int | None] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Shown:
    """An item as one user sees it now."""

    label: str | Promise
    icon: str
    url: str
    current: bool
    count: str | int | None
    order: int


items: list[Item] = []  # filled from the apps' `ready()`
