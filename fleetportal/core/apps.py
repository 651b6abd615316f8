from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "fleetportal.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        """Makes the folders of the file-based broker before any process uses them, and registers core's own pages in the menu."""
        from fleetportal.core.web.pages import NavigationEntry, navigation  # noqa: PLC0415  models are loaded only now

        if settings.DEBUG:
            navigation.register("mailbox", NavigationEntry(_("Mailbox"), "mailbox", "core:mailbox", "meet_customers", group=9), weight=910)
        navigation.register("trouble", NavigationEntry(_("Messages"), "mail", "core:trouble", "administer", group=9), weight=920)
        for name in ("data_folder_in", "control_folder"):
            folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(name)
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
