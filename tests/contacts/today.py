"""Helpers to read the Today page."""

from datetime import date
from typing import Any

from django.utils import timezone

TODAY = "/today/"


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def on() -> date:
    return timezone.localdate()
