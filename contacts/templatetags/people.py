"""Marks for people: their channels and their roles."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from contacts.consent import channels as reach
from contacts.memory.calling import CALLING
from contacts.people.icons import GROUP_ICONS
from contacts.people.models.person import Channel, Person
from contacts.people.models.roles import Group
from fleetportal.core.templatetags.portal import chooser, icon, panel_link, sign, symbol

register = template.Library()


@register.simple_tag
def channels(person: Person, held: Collection[str] = (), calling: Any = None) -> SafeString:
    """The person's channels: filled means allowed, plain no answer yet, struck through withdrawn; each has a text for screen readers.

    Private addresses only for users who hold `see_private`; the telephone says what `calling` says.
    """
    marks = reach.reach_of(person, sees_private="see_private" in held, calling=calling or None)
    spans = [channel_mark(mark.channel, mark.state, str(mark.text)) for mark in marks]
    return format_html('<span class="fp-channels">{}</span>', mark_safe("".join(spans)))


@register.simple_tag
def number_to_call(number: str, calling: Any) -> SafeString:
    """A telephone number with who may call it; a link only where they may."""
    if calling and not calling.allowed:
        return format_html('{} <span class="fp-xs fp-flag fp-flag--stop">{}{}</span>', number, icon("phone-off", size="s"), calling.short)
    link = mark_safe(plain_link("tel:" + escape(number.replace(" ", "")), escape(number)))
    return format_html('{} <span class="fp-xs fp-dim">{}</span>', link, calling.short) if calling else link


@register.inclusion_tag("contacts/_reach.html")
def reach_in_words(person: Person, held: Collection[str] = (), calling: object = None) -> dict[str, object]:
    """The person's channels; a tap opens what they agreed to, for which purpose and on which basis, and whether they may be called."""
    private = "see_private" in held
    return {"person": person, "held": held, "said": reach.said_of(person, sees_private=private), "calling": calling}


@lru_cache(maxsize=100)  # a list repeats each fifty times
def channel_mark(channel: Channel, state: str, words: str) -> SafeString:
    css = f"fp-ch fp-ch--{state}" if state else "fp-ch"
    text = f"{capfirst(channel.label)}: {words}"
    return format_html('<span class="{}" role="img" title="{}">{}</span>', css, text, sign(reach.ICONS[channel]))


@register.simple_tag
def group(role: Any) -> SafeString:
    """A role's group: icon and word."""
    return group_mark(role.group, get_language() or "")


@lru_cache(maxsize=100)
def group_mark(group: Group, _language: str) -> SafeString:
    return format_html('<span class="fp-group">{0}{1}</span>', symbol(GROUP_ICONS[group]), group.label)


@register.filter
def language_name(code: str) -> str:
    """The language's name, in the reader's language."""
    return language_named(code, get_language() or "")


@lru_cache(maxsize=100)
def language_named(code: str, _language: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


@register.simple_tag
def group_icon(role: Any) -> SafeString:
    """Only the group's icon, for a line that has the word."""
    return icon(GROUP_ICONS[role.group], size="s")


@register.simple_tag
def role_edit(role: Any) -> SafeString:
    """The attributes of the link that edits this role in the side panel."""
    return panel_link(f"contacts:{role.group.value}_edit", role.pk)


@register.simple_tag
def role_move(role: Any) -> SafeString:
    """The attributes of the link that moves this role to another company, in the side panel."""
    return panel_link(f"contacts:{role.group.value}_move", role.pk)


@register.simple_tag(takes_context=True)
def person_row(context: template.Context, person: Person) -> SafeString:
    """One person of the list; built in Python for the reason given in accounts.templatetags.rows. Every value is escaped.

    Context: selects."""
    link, unconfirmed = escape(reverse("contacts:person", args=[person.pk])), "" if person.is_confirmed else unconfirmed_mark()
    roles = [(role, escape(role.company.name)) for role in person.roles_now]
    narrow = "<br>".join(f"{escape(role.group.label)}, {company}" for role, company in roles)
    wide = "".join(
        f'<span class="fp-row fp-row--tight">{group(role)}'
        f' <a class="fp-plain" href="{escape(reverse("accounts:company", args=[role.company_id]))}">{company}</a></span>'
        for role, company in roles
    )
    email, phone = escape(person.work_email), escape(person.work_phone)
    calling = CALLING.get(getattr(person, "may_be_called", ""))
    number = plain_link("tel:" + phone.replace(" ", ""), phone) if phone else ""
    if phone and calling and not calling.allowed:
        number = f'{phone}<br><span class="fp-xs fp-dim">{escape(calling.short)}</span>'
    return mark_safe(
        f"<tr data-row>{chooser(context, person.pk, person.name)}"
        f'<td><a class="fp-strong" href="{link}">{escape(person.name)}</a>{unconfirmed}'
        f' <span class="fp-narrow fp-xs fp-sub">{narrow}</span></td><td class="fp-wide">{wide}</td><td>{channels(person, (), calling)}</td>'
        f'<td class="fp-wide fp-lwide fp-clip">{plain_link("mailto:" + email, email) if email else ""}</td>'
        f'<td class="fp-wide fp-xwide fp-nowrap">{number}</td>'
        f'<td class="fp-wide">{escape(language_name(person.language))}</td></tr>\n'
    )


def plain_link(address: str, text: str) -> str:
    """A link; both are escaped already."""
    return f'<a class="fp-plain" href="{address}">{text}</a>'


def unconfirmed_mark() -> SafeString:
    return format_html(' <span class="fp-flag fp-flag--warn">{}{}</span>', icon("user", size="s"), gettext("unconfirmed"))
