from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class CoreConfig(AppConfig):
    name = "fleetportal.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        """The folders that stand in for a broker are there before anybody rings or listens."""
        for name in ("data_folder_in", "control_folder"):
            folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(name)
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
