"""The portal's own apps and models, for tests that go through all of them: by the tree, so that none is left out."""

from django.apps import AppConfig, apps
from django.db import models

from tools.packages import APPS


def own_apps() -> list[AppConfig]:
    return [config for config in apps.get_app_configs() if config.name.partition(".")[0] in APPS]


def own_models() -> list[type[models.Model]]:
    """All of them, tables between two models included."""
    return [model for config in own_apps() for model in config.get_models(include_auto_created=True)]
