"""Which addresses reach one mailbox, and which look alike and do not."""

from django.db.models import QuerySet

from contacts.people.models.person import Channel, PersonAddress
from fleetportal.core.db import fold


def mailbox(address: str) -> str:
    """The mailbox of an address, only for counting: without a tag after a plus, and without dots where the host ignores them."""
    local, at, host = fold(reached(address)).partition("@")
    local = local.partition("+")[0]
    if host in ("gmail.com", "googlemail.com"):
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}{at}{host}"


def reached(address: str) -> str:
    """`address` in the form that mail servers use: bücher.example is not bucher.example, although a search finds both."""
    local, at, host = address.casefold().partition("@")
    try:
        return f"{local}{at}{host.encode('idna').decode()}"
    except UnicodeError:  # no mail server can have such a name
        return address


def at_mailbox(rows: QuerySet[PersonAddress], address: PersonAddress) -> list[PersonAddress]:
    """Those of `rows`, whosever they are, that reach the mailbox, telephone or house of `address`. Costs 1 query."""
    same = rows.filter(channel=address.channel, value_folded=address.value_folded)
    is_mail = address.channel == Channel.EMAIL
    return [one for one in same if not is_mail or reached(one.value) == reached(address.value)]
