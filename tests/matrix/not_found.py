"""The page that says that nothing is there, drawn once for each column where a cell's answer is compared with no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template import loader
from django.utils import translation
from django.views import defaults

from tests.matrix.columns import Column

drawn: dict[Any, str] = {}


class DrawnOnce:
    """Stands in for Django's loader of templates in its view for what is not found."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.name = ""

    def get_template(self, name: str) -> "DrawnOnce":
        self.name = name
        return self

    def render(self, context: dict[str, Any], request: HttpRequest) -> str:
        """The page as this column got it for the same reason; drawn anew where there is a message to show in it."""
        known = self.column, self.name, context["exception"], translation.get_language()
        if known not in drawn or len(get_messages(request)):
            drawn[known] = loader.get_template(self.name).render(context, request)
        return drawn[known]


@contextmanager
def drawn_once(column: Column) -> Iterator[None]:
    """Within the block, `column` gets the page that it got before."""
    with mock.patch.object(defaults, "loader", DrawnOnce(column)):
        yield
