"""The page of letters that wait to be printed and posted."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fleetportal.core.outbox.channels.letter import PaperLetter, as_pdf
from fleetportal.core.web.pages import done, page, whole_number

PER_PAGE = 50


@page(may="administer")
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that nobody has printed yet, the oldest first."""
    waiting = Paginator(PaperLetter.objects.unprinted(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/letters.html", {"waiting": waiting})


@page(may="administer")
@require_safe
def letter_pdf(request: HttpRequest, letter_id: int) -> HttpResponse:
    """One letter, printed or not."""
    letter = get_object_or_404(PaperLetter.objects.select_related("message"), pk=letter_id)
    return pdf_response([letter])


@page(may="administer")
@require_safe
def letters_pdf(request: HttpRequest) -> HttpResponse:
    """The first PER_PAGE letters that wait, in one file."""
    letters = list(PaperLetter.objects.unprinted()[:PER_PAGE])
    if not letters:
        raise Http404
    return pdf_response(letters)


def pdf_response(letters: list[PaperLetter]) -> HttpResponse:
    content = as_pdf(letter.message for letter in letters)
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": 'inline; filename="letters.pdf"'})


@page(may="administer")
@require_POST
def letters_printed(request: HttpRequest) -> HttpResponse:
    """The letters named in the form are marked as printed."""
    ids = [pk for pk in map(whole_number, request.POST.getlist("letter")) if pk is not None]
    count = PaperLetter.objects.filter(pk__in=ids).mark_printed(by=request.user)
    message = ngettext("%d letter has been marked as printed.", "%d letters have been marked as printed.", count) % count
    return done(request, reverse("core:letters"), message)
