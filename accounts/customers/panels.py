"""What higher apps show on this app's pages: lists that they fill in their `apps.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.staff.requests import StaffRequest
from fleetportal.core.registry import Registry
from fleetportal.core.web.lists import Bulk, ExtraColumn

Context = Callable[[StaffRequest, Any, set[str]], dict[str, object] | None]


@dataclass(frozen=True)
class Panel:
    """A part of a page about one object, shown to users who hold `may` over it.

    `position` is "top" (above everything, for warnings), "actions" (buttons in the head), "body" (sections) or "aside" (side
    panels). `context(request, thing, held)` gives what `template` needs, or None to show nothing; `held` is the set of the user's
    rights over it. `later`: the page keeps a position for it, and a separate view (`views.panels.panel_page`) fills it after the
    page has loaded.
    """

    template: str
    context: Context
    position: str = "body"
    may: str = "see_customers"
    later: "Later | None" = None


@dataclass(frozen=True)
class Later:
    """The placeholder of a panel that loads after the page: its title, its URL and roughly how many lines it will have.

    `nothing` is the text shown where its context is None.
    """

    title: object
    url_name: str
    nothing: object
    lines: Callable[[Any], int] = lambda thing: 1


@dataclass(frozen=True)
class DossierFigure:
    """One figure in the head of the dossier, linked to its list."""

    label: object
    value: object
    note: object = ""
    url: str = ""


# (request, company, the user's rights over it) -> the figure, or None
Figures = Callable[[StaffRequest, Any, set[str]], DossierFigure | None]

dossier_panels: Registry[Panel] = Registry("dossier panels")
dossier_figures: Registry[Figures] = Registry("dossier figures")
vehicle_panels: Registry[Panel] = Registry("vehicle panels")
company_columns: Registry[ExtraColumn] = Registry("columns of the companies list")
vehicle_columns: Registry[ExtraColumn] = Registry("columns of the vehicles list")
company_actions: Registry[Bulk] = Registry("actions on selected companies")


def shown(panels: Registry[Panel], request: StaffRequest, thing: object, held: set[str]) -> dict[str, list[SafeString]]:
    """The panels of a page, rendered, by position."""
    by_position: dict[str, list[SafeString]] = {"top": [], "actions": [], "body": [], "aside": []}
    for panel in panels:
        if panel.may not in held:
            continue
        if panel.later:
            by_position[panel.position].append(reserved(panel.later, request, thing))
        elif (context := panel.context(request, thing, held)) is not None:
            by_position[panel.position].append(render_to_string(panel.template, {**context, "held": held}, request))
    return by_position


def reserved(later: Later, request: StaffRequest, thing: Any) -> SafeString:
    """A placeholder for the panel: its heading, a link for users without JavaScript, and a skeleton of about the same height."""
    context = {"title": later.title, "url": reverse(later.url_name, args=[thing.pk]), "bones": range(max(1, later.lines(thing)))}
    return render_to_string("accounts/_panel_later.html", context, request)
