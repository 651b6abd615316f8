"""What administrators are told of the installation itself."""

from accounts.staff.models.role import StaffRole
from accounts.staff.models.user import User
from fleetportal.core.outbox.message import MailLine, Priority
from fleetportal.core.outbox.queueing import MessageDraft, queue_many

GATE = "staff"


def tell_of_paused_line(line: MailLine) -> None:
    """Queue a message to each administrator who has an address; it leaves when the line works again. Costs 3 queries."""
    roles = StaffRole.objects.filter(name="administrator").values("user")
    drafts = [
        MessageDraft(
            "accounts/mail/line_paused",
            to=user,
            about=user,
            gate=GATE,
            key=f"mail line {line.since:%Y-%m-%dT%H:%M:%S} {user.pk}",
            context={"line": line},
            priority=Priority.FIRST,
        )
        for user in User.objects.filter(is_active=True, pk__in=roles).exclude(email="")
    ]
    queue_many(drafts)
