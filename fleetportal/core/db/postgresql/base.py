"""PostgreSQL as Django speaks to it, except that whether a kept connection still holds is seen on the line, not asked by a statement."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, whose `is_usable` costs no statement while the line is quiet."""

    def is_usable(self) -> bool:
        """True while nothing has arrived on the idle connection: a server that ends it says so. Else the server is asked."""
        line = self.connection
        if line is None or line.closed:
            return False
        if self.errors_occurred or line.info.transaction_status != TransactionStatus.IDLE or has_news(line.fileno()):
            return bool(super().is_usable())
        return True


def has_news(number: int) -> bool:
    """True when something can be read from the open file of that number, its end included."""
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
