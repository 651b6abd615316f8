"""Webhooks: JSON posted only to addresses that the installation's administrator has configured (WEBHOOKS).

The recipient is the name of a destination. The body is signed with WEBHOOK_KEY, so that the receiver can verify the sender, and
contains the message's id, so that duplicates can be recognised.
"""

import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from urllib import error, request

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from fleetportal.core.links import Link, fill_in
from fleetportal.core.outbox.channels.sender import Delivered, Failed, Rejected, Result
from fleetportal.core.outbox.message import Message

TIMEOUT_SECONDS = 10
SIGNATURE = "X-Fleetportal-Signature"
COME_AGAIN = (408, 425, 429)


class NoRedirect(request.HTTPRedirectHandler):
    """A redirect is an error: the new address was not configured."""

    def redirect_request(self, *args: object, **options: object) -> None:
        return None


def opener() -> request.OpenerDirector:
    """An opener for HTTP and HTTPS only, through the environment's proxy where there is one."""
    director = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        NoRedirect(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        director.add_handler(handler)
    return director


class WebhookSender:
    """Posts messages to the destinations of the installation."""

    def __init__(self) -> None:
        self.opener = opener()

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        address = settings.WEBHOOKS.get(message.recipient)
        if address is None:
            return Rejected(f"No webhook {message.recipient!r} is configured.")
        try:
            with self.opener.open(as_request(message, address, found), timeout=TIMEOUT_SECONDS):
                return Delivered()
        except error.HTTPError as answer:
            answer.close()
            return result_of(answer.code, answer.reason)
        except (OSError, http.client.HTTPException) as failure:  # the receiver recognises the id: another copy does no harm
            return Failed(f"{type(failure).__name__}: {failure}")

    def close(self) -> None:
        self.opener.close()


def as_request(message: Message, address: str, found: dict[int, Link]) -> request.Request:
    body = fill_in(message.text, found).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Fleetportal", SIGNATURE: signature(body)}
    return request.Request(address, data=body, headers=headers, method="POST")


def signature(body: bytes) -> str:
    """How the receiver checks that `body` is ours: HMAC-SHA256 with WEBHOOK_KEY, in hexadecimal."""
    return "sha256=" + hmac.new(settings.WEBHOOK_KEY.encode(), body, hashlib.sha256).hexdigest()


def result_of(code: int, reason: str) -> Result:
    """Server errors and requests to retry are tried again; any other error is final."""
    said = f"{code} {reason}"
    return Failed(said) if code >= 500 or code in COME_AGAIN else Rejected(said)


def body_of(message: Message, facts: Mapping[str, object]) -> str:
    """The JSON body: the message's id, what happened, to which row, when, and its `facts`."""
    content = {
        "id": message.message_id,
        "event": message.template,
        "about": {"type": message.about_type, "id": message.about_id},
        "at": message.queued_at,
        "facts": facts,
    }
    return json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)
