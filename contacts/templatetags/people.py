"""Marks of people: how they may be reached, what they are to a company."""

from collections.abc import Collection
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from contacts import channels as reach
from contacts.models import Person
from contacts.panels import ICONS
from fleetportal.core.templatetags.portal import icon

register = template.Library()


@register.simple_tag
def channels(person: Person, held: Collection[str] = ()) -> SafeString:
    """How the person may be reached: filled is allowed, plain not asked, struck withdrawn; each says so.

    Private addresses only for those who hold `see_private`.
    """
    marks = [
        (
            f"fp-ch fp-ch--{mark.state}" if mark.state else "fp-ch",
            f"{capfirst(mark.channel.label)}: {mark.words}",
            icon(mark.icon, size="s"),
        )
        for mark in reach.of(person, sees_private="see_private" in held)
    ]
    spans = format_html_join("", '<span class="{0}" role="img" aria-label="{1}" title="{1}">{2}</span>', marks)
    return format_html('<span class="fp-channels">{}</span>', spans)


@register.simple_tag
def group(role: Any) -> SafeString:
    """What a role is: the group's icon and word."""
    return format_html('<span class="fp-group">{0}{1}</span>', icon(ICONS[role.group], size="s"), role.group.label)


@register.simple_tag
def group_icon(role: Any) -> SafeString:
    """The group's icon alone, for a line that says the word."""
    return icon(ICONS[role.group], size="s")


@register.simple_tag
def role_edit(role: Any) -> str:
    """Where this role is edited."""
    return reverse(f"contacts:{role.group.value}_edit", args=[role.pk])


@register.simple_tag
def covered(company: Any) -> SafeString:
    """Which groups somebody is known of, on a company with coverage."""
    words, spans = [], []
    for target, symbol in ICONS.items():
        known = getattr(company, f"knows_{target.value}")
        words.append(target.label if known else "")
        spans.append(("yes" if known else "no", icon(symbol if known else "minus")))
    label = ", ".join(filter(None, map(str, words)))
    return format_html(
        '<span class="fp-cover" role="img" aria-label="{}">{}</span>',
        label or "–",
        format_html_join("", '<span class="{}">{}</span>', spans),
    )
