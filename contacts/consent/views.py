"""The preferences of an address: a page for the holder of its link, and the one-click method of RFC 8058."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from contacts.consent import actions
from contacts.consent.forms import PreferencesForm
from contacts.consent.models import Purpose
from contacts.consent.unsubscribe import SCOPE
from contacts.people.models.person import PersonAddress
from fleetportal.core.links import Link
from fleetportal.core.web.look import speak
from fleetportal.core.web.pages import link_page


def address_of(request: HttpRequest, link: Link) -> PersonAddress:
    """The address of the link; the page is in the language of its person."""
    address = get_object_or_404(PersonAddress.objects.select_related("person"), pk=link.subject_id)
    speak(request, address.person.language)
    return address


@csrf_exempt  # a mail program's one-click request has no cookie; every other POST is checked in `page`
@link_page(scope=SCOPE)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, link: Link) -> HttpResponse:
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        return one_click(request, link)
    return page(request, link)


def one_click(request: HttpRequest, link: Link) -> HttpResponse:
    """Withdraws consent for the purpose of the message, or for all: one request, no cookie, no redirect, and safe to repeat."""
    address = address_of(request, link)
    named = request.GET.get("purpose", "")
    purposes = [named] if named in Purpose.values else list(Purpose.values)
    actions.stop(address, purposes, source=actions.ONE_CLICK, language=get_language() or "")
    return HttpResponse(status=200, content_type="text/plain; charset=utf-8")


@csrf_protect
def page(request: HttpRequest, link: Link) -> HttpResponse:
    """Yes or no for each topic; GET changes nothing."""
    address = address_of(request, link)
    form = PreferencesForm(request.POST if request.method == "POST" else None, said=actions.current_consents(address))
    if form.is_valid():
        actions.choose(address, form.wanted, language=get_language() or "")
        return redirect(f"{link.path}?saved=1")
    context = {"address": address, "form": form, "link": link, "saved": "saved" in request.GET, "stopped": "stopped" in request.GET}
    return render(request, "contacts/preferences.html", context, status=422 if form.is_bound else 200)


@link_page(scope=SCOPE)
@require_POST
def stop_all(request: HttpRequest, link: Link) -> HttpResponse:
    """Withdraws consent for all topics."""
    address = address_of(request, link)
    actions.stop(address, list(Purpose.values), source=actions.PAGE, language=get_language() or "")
    return redirect(f"{link.path}?stopped=1")
