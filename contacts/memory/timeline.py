"""The timeline of a company or person, newest first, with a renderer for each kind of interaction."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.consent.channels import ICONS
from contacts.memory.models.interaction import Direction, Interaction, InteractionQuerySet, Outcome
from contacts.people.models.person import Channel
from fleetportal.core.registry import Registry
from fleetportal.core.web.pages import whole_number

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 20


@dataclass(frozen=True)
class TimelineLine:
    """One line: what it was (bold), who and how, the text, our note; `tone` is "", stop or ok."""

    icon: str
    what: object
    rest: object = ""
    tone: str = ""
    url: str = ""


# kind of an interaction -> its renderer; higher apps add their own kinds
renderers: Registry[Callable[[Interaction], TimelineLine]] = Registry("timeline renderers")

CONTACTS = {
    Channel.PHONE: pgettext_lazy("a contact that was had", "Call"),
    Channel.EMAIL: _("E-mail"),
    Channel.SMS: _("SMS"),
    Channel.LETTER: _("Letter"),
    Channel.IN_PERSON: _("Visit"),
}
TONES: dict[str, str] = {Outcome.WANTS_MEETING: "ok", Outcome.WRONG_NUMBER: "stop", Outcome.COMPLAINED: "stop"}


def contact(interaction: Interaction) -> TimelineLine:
    """A contact that somebody logged."""
    who = _("incoming") if interaction.direction == Direction.IN else interaction.get_outcome_display()
    return TimelineLine(
        ICONS[Channel(interaction.channel)], CONTACTS[Channel(interaction.channel)], who, TONES.get(interaction.outcome, "")
    )


def channel_line(interaction: Interaction) -> TimelineLine:
    """The line of a kind without a renderer: the name of its channel."""
    return TimelineLine(ICONS[Channel(interaction.channel)], CONTACTS[Channel(interaction.channel)], interaction.get_outcome_display())


def say(lines: Mapping[str, tuple[str, object, str]]) -> None:
    """Registers kinds with a fixed line: kind -> icon, text, tone."""
    for kind, (icon, text, tone) in lines.items():
        renderers.register(kind, functools.partial(_same, TimelineLine(icon, text, tone=tone)))


def _same(line: TimelineLine, interaction: Interaction) -> TimelineLine:
    return line


def words_for(interaction: Interaction) -> TimelineLine:
    """The line of `interaction`, by its kind."""
    return renderers[interaction.kind](interaction) if interaction.kind in renderers else channel_line(interaction)


@dataclass(frozen=True)
class Shown:
    interaction: Interaction
    line: TimelineLine
    is_correctable: bool = False  # by the reader


@dataclass(frozen=True)
class ChannelChip:
    """A channel by which to filter the timeline, with its number of lines."""

    channel: str
    label: object
    icon: str
    count: int


def page(rows: InteractionQuerySet, *, channel: str = "", before: str = "", reader: "User | None" = None) -> tuple[list[Shown], int | None]:
    """One page of the timeline after the interaction with the id `before`, and the id from which the next begins; what `reader` may
    correct is marked. Costs 1 or 2 queries."""
    if channel:
        rows = rows.filter(channel=channel)  # a word that is no channel matches nothing
    named = whole_number(before)
    last = rows.filter(pk=named).values_list("happened_at", "pk").first() if named is not None else None
    if last:
        rows = rows.filter(happened_at__lte=last[0]).exclude(happened_at=last[0], pk__gte=last[1])
    found = list(rows.for_timeline()[: PAGE + 1])
    shown = [Shown(row, words_for(row), reader is not None and row.is_correctable_by(reader)) for row in found[:PAGE]]
    return shown, found[PAGE - 1].pk if len(found) > PAGE else None


def chips(rows: Any) -> list[ChannelChip]:
    """The channels on which anything happened, with counts. Costs 1 query."""
    counts = dict(rows.order_by().values_list("channel").annotate(Count("pk")))
    labels = {
        Channel.PHONE: _("Calls"),
        Channel.EMAIL: _("E-mails"),
        Channel.SMS: _("SMS"),
        Channel.LETTER: _("Letters"),
        Channel.IN_PERSON: _("In person"),
    }
    return [
        ChannelChip(channel.value, labels[channel], ICONS[channel], counts[channel.value])
        for channel in labels
        if counts.get(channel.value)
    ]
