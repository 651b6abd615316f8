from django.urls import path

from contacts.views import contact, people, vehicles

app_name = "contacts"
urlpatterns = [
    path("companies/<int:company_id>/log/", contact.log, name="log"),
    path("companies/<int:company_id>/timeline/", contact.company_timeline, name="company_timeline"),
    path("companies/<int:company_id>/people/new/", people.person_new, name="person_new"),
    path("people/", people.PersonList.as_view(), name="people"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/edit/", people.person_edit, name="person_edit"),
    path("people/<int:person_id>/timeline/", contact.person_timeline, name="person_timeline"),
    path("people/<int:person_id>/roles/new/", people.role_new, name="role_new"),
    path("people/<int:person_id>/addresses/new/", people.address_new, name="address_new"),
    path("people/<int:person_id>/consents/new/", people.consent_new, name="consent_new"),
    path("decision-makers/<int:decision_maker_id>/edit/", people.decision_maker_edit, name="decision_maker_edit"),
    path("users/<int:vehicle_user_id>/edit/", people.vehicle_user_edit, name="user_edit"),
    path("drivers/<int:driver_id>/edit/", people.driver_edit, name="driver_edit"),
    path("addresses/<int:address_id>/edit/", people.address_edit, name="address_edit"),
    path("vehicles/<int:vehicle_id>/holder/", vehicles.holder_new, name="holder_new"),
    path("vehicles/<int:vehicle_id>/drivers/new/", vehicles.drive_new, name="drive_new"),
    path("drives/<int:drive_id>/end/", vehicles.drive_end, name="drive_end"),
]
