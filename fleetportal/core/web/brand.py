"""The dealership's branding on customer pages (ART, "Pictures"): core shows it; the app that stores it registers a function."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from fleetportal.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Brand:
    """Name, logo and colours of the dealership, as customers see them."""

    name: str
    logo: str = ""  # the picture's address
    colours: str = ""  # a stylesheet of --brand and --on-brand
    stylesheet: str = ""  # the address that serves it; it changes with the branding
    imprint: str = ""  # the addresses of what the law asks for, where it has been written
    privacy: str = ""


brands: Registry[Callable[[], Brand]] = Registry("brands")


def brand() -> Brand:
    """The dealership's branding, or only its name where no app stores one."""
    return next((told() for told in brands), Brand(settings.WAGTAIL_SITE_NAME))
