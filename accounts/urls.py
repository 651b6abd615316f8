from django.urls import path

from accounts.customers.parts import company_visits_panel, visits_later
from accounts.customers.views import belonging, companies, search, vehicles
from accounts.customers.views.panels import panel_page
from accounts.staff.views import policies

app_name = "accounts"
urlpatterns = [
    path("search/", search.search, name="search"),
    path("companies/", companies.CompanyList.as_view(), name="companies"),
    path("companies/new/", companies.company_new, name="company_new"),
    path("companies/hand-over/", belonging.hand_over, name="hand_over"),
    path("companies/<int:company_id>/", companies.dossier, name="company"),
    path("companies/<int:company_id>/edit/", companies.company_edit, name="company_edit"),
    path("companies/<int:company_id>/parent/", belonging.parent, name="company_parent"),
    path("companies/<int:company_id>/assign/", belonging.assign, name="company_assign"),
    path("assignments/<int:assignment_id>/stop/", belonging.assignment_stop, name="assignment_stop"),
    path("companies/<int:company_id>/addresses/new/", belonging.address_new, name="company_address_new"),
    path("company-addresses/<int:company_address_id>/edit/", belonging.address_edit, name="company_address_edit"),
    path("company-addresses/<int:company_address_id>/remove/", belonging.address_remove, name="company_address_remove"),
    path("companies/<int:company_id>/vehicles/new/", vehicles.vehicle_new, name="vehicle_new"),
    path("companies/<int:company_id>/service-visits/", panel_page(company_visits_panel, visits_later), name="company_visits"),
    path("vehicles/", vehicles.VehicleList.as_view(), name="vehicles"),
    path("vehicles/<int:vehicle_id>/", vehicles.vehicle, name="vehicle"),
    path("vehicles/<int:vehicle_id>/edit/", vehicles.vehicle_edit, name="vehicle_edit"),
    path("policies/", policies.policies, name="policies"),
    path("policies/planned/<int:policy_id>/cancel/", policies.policy_take_back, name="policy_take_back"),
    path("policies/<slug:policy_key>/", policies.policy, name="policy"),
    path("policies/<slug:policy_key>/change/", policies.policy_change, name="policy_change"),
]
