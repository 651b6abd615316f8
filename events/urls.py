from django.urls import URLPattern, URLResolver, include, path

from accounts.customers.views.panels import panel_page
from events.actions.selected import COMPANIES, PEOPLE
from events.showing import events_later, events_panel
from events.views import asking, co_hosting, door, guest, letter, proposal, selecting, staff
from fleetportal.core.web import keeping

app_name = "events"
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "events/",
        include(
            [
                path("", staff.EventList.as_view(), name="list"),
                path("new/", staff.new, name="new"),
                path("guests/", staff.GuestList.as_view(), name="guests"),
                path("second-delivery/", staff.second_delivery, name="second_delivery"),
                path("invite/people/", selecting.choose_event, {"of": PEOPLE}, name="invite_people"),
                path("invite/companies/", selecting.choose_event, {"of": COMPANIES}, name="invite_companies"),
                path("<int:event_id>/", staff.event, name="event"),
                path("<int:event_id>/edit/", staff.edit, name="edit"),
                path("<int:event_id>/publish/", staff.publish, name="publish"),
                path("<int:event_id>/cancel/", staff.cancel, name="call_off"),
                path("<int:event_id>/landing-page/", staff.make_landing, name="make_landing"),
                path("<int:event_id>/proposal/", proposal.proposal, name="proposal"),
                path("<int:event_id>/proposal/page/", proposal.turn, name="proposal_page"),
                path("<int:event_id>/held-back/", proposal.held_back, name="held_back"),
                path("<int:event_id>/co-host/", co_hosting.ask, name="ask_to_co_host"),
                path("<int:event_id>/co-hosting/", co_hosting.requests, name="co_hosting"),
                path("<int:event_id>/co-hosting/grant/", co_hosting.grant, name="grant_co_hosting"),
                path("<int:event_id>/co-hosting/refuse/", co_hosting.refuse, name="refuse_co_hosting"),
                path("<int:event_id>/ask/", asking.ask, name="ask"),
                path("<int:event_id>/requests/", asking.requests, name="requests"),
                path("requests/<int:request_id>/invite/", asking.invite, name="invite_asked"),
                path("requests/<int:request_id>/refuse/", asking.refuse, name="refuse_asked"),
                path("<int:event_id>/letter/", letter.letter, name="letter"),
                path("<int:event_id>/call-back/", letter.call_back, name="call_back"),
                path("<int:event_id>/invite/", staff.invite, name="invite"),
                path("<int:event_id>/remind/", staff.remind, name="remind"),
                path("<int:event_id>/check-in/", door.check_in, name="check_in"),
                path("<int:event_id>/check-in/arrive/", door.arrive, name="arrive"),
                path("<int:event_id>/check-in/uninvited/", door.walk_in, name="walk_in"),
                path("<int:event_id>/check-in/fewer/", door.fewer, name="fewer"),
                path("<int:event_id>/check-in/undo/", door.undo, name="undo_check_in"),
            ]
        ),
    ),
    path("companies/<int:company_id>/events/", panel_page(events_panel, events_later), name="company"),
    path("invitation/<str:token>/", guest.invitation, name="invitation"),
    path("invitation/<str:token>/form/", guest.form, name="invitation_form"),
    path("invitation/<str:token>/change/", guest.change, name="change"),
    path("invitation/<str:token>/cancel/", guest.cancel, name="cancel"),
    path("invitation/<str:token>/no/", guest.decline, name="decline"),
    path("invitation/<str:token>/appointment.ics", guest.calendar, name="calendar"),
    path("ticket/keeper.js", keeping.keeper, name="keeper"),
    path("ticket/<str:token>/", guest.ticket, name="ticket"),
    path("ticket/<str:token>/appointment.ics", guest.ticket_calendar, name="ticket_calendar"),
]
