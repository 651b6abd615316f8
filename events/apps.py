from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        from events import person_data, reasons, showing  # noqa: PLC0415  models are loaded only now
        from events.actions import inviting  # noqa: F401, PLC0415  registers its kinds of job

        person_data.register()
        reasons.register()
        showing.register()
