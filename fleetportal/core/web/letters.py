"""The page of letters waiting to be printed and posted."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fleetportal.core.outbox.channels.letter import PaperLetter, PaperLetterQuerySet, as_pdf
from fleetportal.core.web.pages import done, page, signed_in, whole_number

PER_PAGE = 50


def within_reach(request: HttpRequest) -> PaperLetterQuerySet:
    """The letters that this administrator may print: the base of every page and button."""
    return PaperLetter.objects.where(signed_in(request), may="administer")


@page(may="administer")
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """Letters in reach that nobody has printed yet, the oldest first."""
    waiting = Paginator(within_reach(request).unprinted(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/letters.html", {"waiting": waiting})


@page(may="administer")
@require_safe
def letter_pdf(request: HttpRequest, letter_id: int) -> HttpResponse:
    """One letter, printed or not."""
    letter = get_object_or_404(within_reach(request).select_related("message"), pk=letter_id)
    return pdf_response([letter])


@page(may="administer")
@require_safe
def letters_pdf(request: HttpRequest) -> HttpResponse:
    """The first PER_PAGE waiting letters, in one file."""
    letters = list(within_reach(request).unprinted()[:PER_PAGE])
    if not letters:
        raise Http404
    return pdf_response(letters)


def pdf_response(letters: list[PaperLetter]) -> HttpResponse:
    content = as_pdf(letter.message for letter in letters)
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="letters.pdf"'})


@page(may="administer")
@require_POST
def letters_printed(request: HttpRequest) -> HttpResponse:
    """Mark the letters named in the form, as far as they are in reach, as printed."""
    ids = [pk for pk in map(whole_number, request.POST.getlist("letter")) if pk is not None]
    count = within_reach(request).filter(pk__in=ids).mark_printed(by=request.user)
    message = ngettext("%d letter has been marked as printed.", "%d letters have been marked as printed.", count) % count
    return done(request, reverse("core:letters"), message)
