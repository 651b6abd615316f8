from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo data. Part of the roof: it knows every app, and nothing knows it."""

    name = "demo"
    label = "demo"
