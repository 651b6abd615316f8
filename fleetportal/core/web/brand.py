"""The house's face on customer pages (ART, "Pictures"): core shows it; the app that stores it registers a function for it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from fleetportal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Brand:
    """What a customer knows the dealership by."""

    name: str
    logo: str = ""  # the picture's address
    colours: str = ""  # a stylesheet of --brand and --on-brand
    stylesheet: str = ""  # the address that answers it; another for another face


brands: Registry[Callable[[], Brand]] = Registry("brands")


def brand() -> Brand:
    """The house's face, or its name alone where no app keeps one."""
    return next((told() for told in brands), Brand(settings.WAGTAIL_SITE_NAME))
