"""SMS: the recipient is a telephone number in E.164; an e-mail gateway sends the text on."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from fleetportal.core.links import Link
from fleetportal.core.outbox.channels.email import EmailSender, as_email
from fleetportal.core.outbox.channels.sender import Rejected, Result
from fleetportal.core.outbox.message import Message


class SmsSender:
    """Sends to the installation's gateway (SMS_GATEWAY)."""

    def __init__(self) -> None:
        self.email = EmailSender()

    def deliver(self, message: Message, found: dict[int, Link]) -> Result:
        if not settings.SMS_GATEWAY:
            return Rejected("No SMS gateway is configured.")
        return self.email.hand_over(as_gateway_email(message, found), message)

    def close(self) -> None:
        self.email.close()


def as_gateway_email(message: Message, found: dict[int, Link]) -> EmailMultiAlternatives:
    """The e-mail that the gateway turns into a text message."""
    mail = as_email(message, found)
    mail.to = [settings.SMS_GATEWAY.format(number=message.recipient.lstrip("+"))]
    return mail
