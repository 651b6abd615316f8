"""Django's PostgreSQL backend, except that a persistent connection is checked by looking at the socket instead of sending a
statement."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper, with an `is_usable` that usually costs no statement."""

    def is_usable(self) -> bool:
        """True while nothing has arrived on the idle connection: a server that closes it sends something. Otherwise a statement is
        sent."""
        line = self.connection
        if line is None or line.closed:
            return False
        if self.errors_occurred or line.info.transaction_status != TransactionStatus.IDLE or has_news(line.fileno()):
            return bool(super().is_usable())
        return True


def has_news(number: int) -> bool:
    """True when something can be read from that file descriptor, including its end."""
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
