"""Template tags about guests."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def place_of(ranks: Mapping[int, int], pk: int) -> int | str:
    """The position of a waiting registration on the list."""
    return ranks.get(pk, "")
