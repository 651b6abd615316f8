"""Queues messages: renders them in the recipient's language and stores them in the verb's transaction."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import make_msgid, parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, models
from django.template.loader import render_to_string
from django.utils import timezone, translation

from fleetportal.core.audit import label
from fleetportal.core.db import bulk, fold
from fleetportal.core.jobs import bell
from fleetportal.core.outbox import foot
from fleetportal.core.outbox.channels.webhook import body_of
from fleetportal.core.outbox.gates import gates
from fleetportal.core.outbox.message import Message, MessageChannel, Priority

PATIENCE_SECONDS = 1.0
GAPS = re.compile(r"\n{3,}")  # empty lines left by conditions in templates


class Recipient(Protocol):
    """A recipient: the address, the language, and the id that the gate needs."""

    language: str

    @property
    def pk(self) -> Any: ...

    @property
    def email(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class MessageDraft:
    """One message to be queued, made from `<template>.subject.txt`, `.txt` and for e-mail `.html`, with links as `{{ link.placeholder }}`;
    for a webhook, `template` is the name of the event and `context` holds the facts.

    `address` suits the channel: a telephone number in E.164, the lines of a postal address, the name of a webhook; an e-mail
    without one goes to the recipient's own address. `concerns` is the label and the id of the row that decides which administrators
    see it. Each `key` is queued only once.
    """

    template: str = field(kw_only=False)
    to: Recipient
    about: models.Model
    concerns: tuple[str, int | None] | None = None
    gate: str
    key: str
    context: Mapping[str, object] = field(default_factory=dict)
    purpose: str = ""
    due_at: datetime | None = None
    priority: Priority = Priority.NORMAL
    attachments: Iterable[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    language: str = ""
    channel: MessageChannel = MessageChannel.EMAIL


def queue(draft: MessageDraft) -> Message:
    """Queue the message made from `draft`, like `queue_many`. Costs 1 query, and a bell on commit."""
    return queue_many([draft])[0]


def queue_many(drafts: Iterable[MessageDraft]) -> list[Message]:
    """Queue a message for each of `drafts`, rendered in the recipient's language; the messages in the same order. An existing
    message with the same key is kept.

    Costs 1 query for a thousand messages on PostgreSQL, 2 on SQLite, and a bell on commit; messages that nobody is waiting for at a
    screen ring at most once a second, so that a worker takes them together. Call it inside the transaction of the verb. Raises
    RuntimeError outside one and KeyError for an unknown gate.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A message belongs into the transaction of what it says.")
    now, drafts = timezone.now(), list(drafts)
    messages: dict[str, Message] = {}
    for draft in drafts:
        if draft.key not in messages:
            messages[draft.key] = message_from(draft, now)
    if messages:
        bulk.add_missing(list(messages.values()), key="key")
        is_awaited = any(message.priority == Priority.FIRST for message in messages.values())
        bell.ring("core.send_outbox", every=0.0 if is_awaited else PATIENCE_SECONDS)
    return [messages[draft.key] for draft in drafts]


def message_from(draft: MessageDraft, now: datetime) -> Message:
    """The message made from `draft`, not yet saved. Raises KeyError for an unknown gate."""
    gates[draft.gate]
    to = draft.to
    language = draft.language or to.language or settings.LANGUAGE_CODE
    concerns = draft.concerns if draft.concerns and draft.concerns[1] else ("", None)
    recipient = draft.address or (to.email if draft.channel == MessageChannel.EMAIL else "")
    message = Message(
        key=draft.key,
        template=draft.template,
        gate=draft.gate,
        purpose=draft.purpose,
        channel=draft.channel,
        recipient=recipient,
        recipient_folded=fold(recipient),
        recipient_type=label(to) if isinstance(to, models.Model) else "",
        recipient_id=to.pk,
        language=language,
        headers=headers_of(draft),
        attachments=[dict(part) for part in draft.attachments],
        message_id=make_msgid(domain=sender_domain()),
        about_type=label(draft.about),
        about_id=draft.about.pk,
        concerns_type=concerns[0],
        concerns_id=concerns[1],
        priority=draft.priority,
        due_at=draft.due_at or now,
        queued_at=now,
    )
    if draft.channel == MessageChannel.WEBHOOK:
        message.subject, message.text = draft.template, body_of(message, draft.context)
    else:
        render(draft, message)
    return message


def headers_of(draft: MessageDraft) -> dict[str, str]:
    """The headers of an e-mail; an answer to it comes to the mailbox that is read."""
    comes_back = {"Reply-To": settings.REPLY_TO} if settings.REPLY_TO and draft.channel == MessageChannel.EMAIL else {}
    return {**comes_back, **draft.headers}


def render(draft: MessageDraft, message: Message) -> None:
    """Render the subject and the text of `message`, and its HTML where the channel has any."""
    context = {
        **draft.context,
        "recipient": draft.to,
        "about": draft.about,
        "base_url": settings.BASE_URL,
        "LANGUAGE_CODE": message.language,
    }
    with translation.override(message.language):
        message.subject = " ".join(render_to_string(f"{draft.template}.subject.txt", context).split())[:200]
        message.text = GAPS.sub("\n\n", render_to_string(f"{draft.template}.txt", context)).strip() + "\n"
        if message.channel in (MessageChannel.EMAIL, MessageChannel.LETTER):
            message.text = foot.under_text(message.text, draft.to)
        if message.channel == MessageChannel.EMAIL:
            message.html = foot.under_html(render_to_string(f"{draft.template}.html", context), draft.to)


def sender_address() -> str:
    """The portal's own e-mail address, bare."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def sender_domain() -> str:
    """The domain of our sender address: a Message-ID with another one looks forged."""
    return sender_address().partition("@")[2]
