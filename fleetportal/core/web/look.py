"""Theme and language of one person: stored with the user, or in a cookie for visitors."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fleetportal.core.web.pages import is_part, public_page

THEMES = ("light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


def back(request: HttpRequest) -> HttpResponse:
    """Redirect to the page that sent the request, if it is one of ours; htmx has already updated its page."""
    if is_part(request):
        return HttpResponse(status=204)
    to = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(to if ours else "/", status=303)


def remember(request: HttpRequest, field: str, value: str) -> None:
    """Store `value` with the signed-in user. Costs 1 query where it differs."""
    if request.user.is_authenticated and getattr(request.user, field) != value:
        setattr(request.user, field, value)
        request.user.save(update_fields=[field])


@public_page(why="The colours are the reader's choice.")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    value = request.POST.get("theme", "")
    remember(request, "theme", value if value in THEMES else "")
    return back(request)


@public_page(why="The language is the reader's choice.")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    value = request.POST.get("language", "")
    response = back(request)
    if value in dict(settings.LANGUAGES):
        remember(request, "language", value)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, value, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


def speak(request: HttpRequest, language: str) -> None:
    """Answer this request in `language`, unless the reader has chosen one."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    spoken = chosen if chosen in dict(settings.LANGUAGES) else language
    if spoken in dict(settings.LANGUAGES):
        translation.activate(spoken)
        request.LANGUAGE_CODE = spoken
