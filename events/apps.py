from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from events import people_data  # noqa: PLC0415  models are loaded only now
        from events.actions import inviting  # noqa: F401, PLC0415  registers its kinds of job
        from fleetportal.core import links  # noqa: PLC0415
        from fleetportal.core.pages import NavigationEntry, navigation  # noqa: PLC0415

        links.scopes["invitation"] = "events:invitation"
        links.scopes["ticket"] = "events:ticket"
        entry = NavigationEntry(_("Events"), "ticket", "events:list", may="meet_customers", group=1, on_phone=True)
        navigation.register("events", entry, weight=200)
        people_data.register()
