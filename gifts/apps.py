from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GiftsConfig(AppConfig):
    name = "gifts"
    verbose_name = _("Gifts and vouchers")

    def ready(self) -> None:
        from gifts import disclosed, person_data, showing  # noqa: PLC0415  models are loaded only now

        person_data.register()
        disclosed.register()
        showing.register()
