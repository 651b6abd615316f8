"""What the outbox hands to a mail server, and how it takes leave of one."""

import smtplib
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import utf8_charset_qp


class Mail(EmailMultiAlternatives):
    """An e-mail whose MIME boundaries hang on the row alone, so that a resend is the same bytes; in seven bits: no relay rewrites it."""

    seed = 0
    encoding = utf8_charset_qp

    def message(self, **kwargs: Any) -> Any:
        mime = super().message(**kwargs)
        for number, part in enumerate(part for part in mime.walk() if part.is_multipart()):
            part.set_boundary(f"=_fleetportal_{self.seed}_{number}")
        return mime


def handed_over(error: Exception) -> bool:
    """True when the line broke while the server was answering to the text: nobody knows whether it was taken."""
    frames = error.__traceback__
    while frames is not None:
        if frames.tb_frame.f_code.co_name == "data":
            return True
        frames = frames.tb_next
    return False


def close(mailer: Any) -> None:
    try:
        mailer.close()
    except (OSError, smtplib.SMTPException):
        mailer.connection = None
