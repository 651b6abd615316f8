from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "fleetportal.core"
    label = "core"
    verbose_name = "Core"
