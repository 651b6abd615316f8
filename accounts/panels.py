"""What higher apps show on pages of this one: lists that they fill in their `apps.py` (ARCHITECTURE, "Floors")."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from fleetportal.core.lists import ExtraColumn
from fleetportal.core.registry import Registry

Context = Callable[[HttpRequest, Any, set[str]], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A part of a page about one thing, shown to those who may `may` with it.

    `place` is "top" (above everything: the brake), "actions" (buttons in the head), "body" (sections) or "aside" (side panels).
    `context(request, thing, held)` gives what `template` needs, or None to show nothing; `held` is what the user may with it.
    """

    template: str
    context: Context
    place: str = "body"
    may: str = "see_customers"


@dataclass(frozen=True)
class Figure:
    """One number under the head; it opens its list."""

    label: Any
    value: Any
    note: Any = ""
    url: str = ""


# (request, company, what the user may with it) -> the figure, or None
Figures = Callable[[HttpRequest, Any, set[str]], Figure | None]

dossier_panels: Registry[Panel] = Registry("dossier panels")
dossier_figures: Registry[Figures] = Registry("dossier figures")
vehicle_panels: Registry[Panel] = Registry("vehicle panels")
company_columns: Registry[ExtraColumn] = Registry("columns of the companies list")
vehicle_columns: Registry[ExtraColumn] = Registry("columns of the vehicles list")


def shown(panels: Registry[Panel], request: HttpRequest, thing: Any, held: set[str]) -> dict[str, list[SafeString]]:
    """The panels of a page, rendered, by place."""
    places: dict[str, list[SafeString]] = {"top": [], "actions": [], "body": [], "aside": []}
    for panel in panels:
        context = panel.context(request, thing, held) if panel.may in held else None
        if context is not None:
            places[panel.place].append(render_to_string(panel.template, {**context, "held": held}, request))
    return places
