from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("People and contacts")

    def ready(self) -> None:
        from contacts import disclosed, person_data, showing  # noqa: PLC0415  models are loaded only now
        from contacts.arbiter import gates as arbiter_gates  # noqa: PLC0415
        from contacts.consent import gates  # noqa: PLC0415
        from contacts.memory import gates as meeting_gates  # noqa: PLC0415
        from contacts.people.actions import searching  # noqa: F401, PLC0415  its job is known by being imported
        from contacts.reasons import catalogue  # noqa: PLC0415
        from contacts.rounds import disclosed as disclosed_stops  # noqa: PLC0415
        from contacts.rounds import person_data as stops_of_people  # noqa: PLC0415
        from contacts.rounds import showing as showing_rounds  # noqa: PLC0415

        gates.register()
        meeting_gates.register()
        arbiter_gates.register()
        person_data.register()
        disclosed.register()
        stops_of_people.register()
        disclosed_stops.register()
        catalogue.register()
        showing.register()
        showing_rounds.register()
