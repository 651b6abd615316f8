"""The rows of the lists of companies and vehicles, built in Python: rendered by a template they took a third of the page's time.

Every value is escaped; marks and cells of other columns are safe HTML already.
"""

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.customers.models.company import Company
from accounts.customers.models.vehicle import Vehicle
from accounts.templatetags.marks import phase, tier, use
from fleetportal.core.templatetags.portal import chooser, day, extra_cells, figure, month

register = template.Library()


@register.simple_tag(takes_context=True)
def company_row(context: template.Context, company: Company) -> SafeString:
    """One company of the list. Context: page, selects."""
    name, link = escape(company.name), escape(reverse("accounts:company", args=[company.pk]))
    tier_mark, phase_mark = tier(company), phase(company)
    return mark_safe(
        f"<tr data-row>{chooser(context, company.pk, name)}"
        f'<td class="fp-clip"><a class="fp-strong" href="{link}" title="{name}">{name}</a>'
        f' <span class="fp-narrow fp-row fp-row--tight">{tier_mark}{phase_mark}</span></td>{extra_cells(context, "tier", company)}'
        f'<td class="fp-wide">{tier_mark}</td>{extra_cells(context, "phase", company)}'
        f'<td class="fp-wide">{phase_mark}</td>{extra_cells(context, "city", company)}'
        f'<td class="fp-wide fp-xwide">{escape(company.city)}</td>'
        f'<td class="fp-wide fp-xwide">{escape(company.centre.name)}</td>'
        f'<td class="fp-wide fp-lwide">{escape(company.responsible or "")}</td>'
        f'<td class="fp-num fp-wide">{figure(company.fleet_size)}</td>{extra_cells(context, "contract_end", company)}'
        f'<td class="fp-num">{month(company.contract_ends_on)}</td>{extra_cells(context, "", company)}</tr>\n'
    )


@register.simple_tag(takes_context=True)
def vehicle_row(context: template.Context, vehicle: Vehicle) -> SafeString:
    """One vehicle of the list. Context: page, selects."""
    title, company = escape(vehicle.title), escape(vehicle.company)
    link, owner = escape(reverse("accounts:vehicle", args=[vehicle.pk])), escape(reverse("accounts:company", args=[vehicle.company_id]))
    return mark_safe(
        f"<tr data-row>{chooser(context, vehicle.pk, vehicle)}"
        f'<td><a class="fp-plate" href="{link}">{escape(vehicle)}</a>'
        f' <span class="fp-narrow fp-xs fp-sub">{title}<br>{company}</span></td>{extra_cells(context, "model", vehicle)}'
        f'<td class="fp-wide">{title}</td><td class="fp-wide">{use(vehicle)}</td>'
        f'<td class="fp-wide fp-clip"><a class="fp-plain" href="{owner}">{company}</a></td>{extra_cells(context, "vin", vehicle)}'
        f'<td class="fp-wide fp-xwide">{escape(vehicle.vin)}</td>'
        f'<td class="fp-num fp-wide">{day(vehicle.delivered_on)}</td>'
        f'<td class="fp-num">{day(vehicle.contract_ends_on)}</td>'
        f'<td class="fp-num fp-wide fp-xwide">{figure(vehicle.mileage_km)}</td>{extra_cells(context, "", vehicle)}</tr>\n'
    )
