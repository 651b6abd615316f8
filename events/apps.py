from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from accounts.customers.models.vehicle import deliveries, returns  # noqa: PLC0415  models are loaded only now
        from accounts.staff.models.centre import centre_edits  # noqa: PLC0415
        from accounts.staff.models.policy import Effect, effects  # noqa: PLC0415
        from contacts.arbiter.cap import MOST, WITHIN  # noqa: PLC0415
        from contacts.arbiter.models import SAME_OCCASION_DAYS  # noqa: PLC0415
        from contacts.memory.inbox.calendars import answered_entries  # noqa: PLC0415
        from contacts.memory.models.engagement import engagements  # noqa: PLC0415
        from contacts.people.models.roles import role_ends  # noqa: PLC0415
        from events import disclosed, gates, person_data, reasons, showing  # noqa: PLC0415
        from events.actions import booking, calendars, choosing, inviting, planning, telling  # noqa: F401, PLC0415  they register jobs
        from events.actions import deliveries as moved  # noqa: PLC0415

        gates.register()
        answered_entries.register("registration", calendars.take_answer)
        engagements.register("events", booking.hosting)
        centre_edits.register("events", planning.follow_centre)
        deliveries.register("invitations", moved.follow_deliveries, weight=200)  # once the periods have followed
        returns.register("invitations", moved.follow_vehicles, weight=200)
        role_ends.register("invitations", moved.follow_roles, weight=200)
        person_data.register()
        disclosed.register()
        reasons.register()
        showing.register()
        effects.register(
            MOST.key,
            Effect({MOST.key, WITHIN.key}, _("People who get nothing promotional for now"), choosing.count_at_cap),
        )
        effects.register(
            "same_occasion",
            Effect(
                {SAME_OCCASION_DAYS.key},
                _("People who can’t be invited because of another centre’s invitation"),
                choosing.count_held_back,
            ),
        )
