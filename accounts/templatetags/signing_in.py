"""Tags of the sign-in page."""

from django import template

from accounts.staff.hints import hints

register = template.Library()


@register.simple_tag
def sign_in_hints() -> list[str]:
    """The sentences of the apps above. Costs what they cost."""
    return [said for hint in hints if (said := hint())]
