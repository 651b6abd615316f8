"""Pages with the faults that the matrix is there to find, beside our own."""

from django.http import HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404
from django.urls import path

from accounts.models import Company, Vehicle
from fleetportal.core.web.pages import page, public_page
from fleetportal.urls import urlpatterns as our_own


@page(may="see_customers")
def shows_anybody(request, company_id):
    """Fetched without asking who."""
    return HttpResponse(get_object_or_404(Company, pk=company_id).name)


@page(may="see_customers")
def tells_foreign_from_missing(request, company_id):
    company = get_object_or_404(Company, pk=company_id)
    return HttpResponse("yours") if company in Company.objects.visible_to(request.user) else HttpResponseForbidden()


@page(may="serve_customers")
def writes_before_it_asks(request, company_id):
    Company.objects.filter(pk=company_id).update(city="gone")
    return HttpResponse(get_object_or_404(Company.objects.where(request.user, may="serve_customers"), pk=company_id).city, status=200)


@page(may="meet_customers")
def asks_for_too_little(request, company_id):
    """What only the whole dossier holds, to those who may see its front page."""
    return HttpResponse(get_object_or_404(Company.objects.visible_to(request.user), pk=company_id).car_policy)


@page(may="see_customers")
def forgets_the_parent(request, company_id, vehicle_id):
    get_object_or_404(Company.objects.visible_to(request.user), pk=company_id)
    return HttpResponse(get_object_or_404(Vehicle, pk=vehicle_id).plate)


@page(may="see_customers")
def counts_everybody(request):
    return HttpResponse(",".join(Company.objects.values_list("name", flat=True)))


def declares_nobody(request):
    return HttpResponse("Good morning")


@public_page(why="")
def says_no_reason(request):
    return HttpResponse("Good morning")


urlpatterns = [
    path("faulty/shows/<int:company_id>/", shows_anybody),
    path("faulty/tells/<int:company_id>/", tells_foreign_from_missing),
    path("faulty/writes/<int:company_id>/", writes_before_it_asks),
    path("faulty/too-little/<int:company_id>/", asks_for_too_little),
    path("faulty/parent/<int:company_id>/<int:vehicle_id>/", forgets_the_parent),
    path("faulty/counts/", counts_everybody),
    path("faulty/nobody/", declares_nobody),
    path("faulty/no-reason/", says_no_reason),
    path("faulty/new-noun/<int:submarine_id>/", shows_anybody),
    *our_own,
]
