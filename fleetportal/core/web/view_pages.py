"""Saving and deleting views of a list."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from fleetportal.core.web.lists import clean, listed
from fleetportal.core.web.look import back
from fleetportal.core.web.pages import page

STATE = ("page", "_export", "_choices", "_counts")  # in the address of a list, but not part of its filter


class ViewForm(forms.Form):
    """The name of a view; the page sends the list and its filters."""

    page = forms.CharField()
    name = forms.CharField(max_length=60)
    query = forms.CharField(max_length=2000)

    def clean_page(self) -> str:
        """An existing list; one that the user may not open would show them nothing anyway."""
        if self.cleaned_data["page"] not in listed:
            raise forms.ValidationError("")
        return self.cleaned_data["page"]

    def clean_query(self) -> str:
        query = clean(QueryDict(self.cleaned_data["query"]))
        for name in STATE:
            query.pop(name, None)
        return query.urlencode()


@page(may="meet_customers")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Save the current filters of a list under a name."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        raise Http404
    request.user.keep_view(**form.cleaned_data)  # type: ignore[union-attr]  # the declaration has ruled out nobody
    messages.success(request, _("Saved as “%s”.") % form.cleaned_data["name"])
    return back(request)


@page(may="meet_customers")
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("name", "")
    if not request.user.drop_view(page=request.POST.get("page", ""), name=name):  # type: ignore[union-attr]  # a page for staff
        raise Http404
    messages.success(request, _("“%s” has been deleted; the list stays as it is.") % name)
    return back(request)
