from django.urls import URLPattern, URLResolver, path

from events.views import guest

app_name = "events"
urlpatterns: list[URLPattern | URLResolver] = [
    path("invitation/<str:token>/", guest.invitation, name="invitation"),
    path("invitation/<str:token>/form/", guest.form, name="invitation_form"),
    path("invitation/<str:token>/change/", guest.change, name="change"),
    path("invitation/<str:token>/cancel/", guest.cancel, name="cancel"),
    path("invitation/<str:token>/no/", guest.decline, name="decline"),
    path("invitation/<str:token>/appointment.ics", guest.calendar, name="calendar"),
    path("ticket/<str:token>/", guest.ticket, name="ticket"),
    path("ticket/<str:token>/appointment.ics", guest.ticket_calendar, name="ticket_calendar"),
]
