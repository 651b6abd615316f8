from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo data. It may import every app; no app may import it."""

    name = "demo"
    label = "demo"
