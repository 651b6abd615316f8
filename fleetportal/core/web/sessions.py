"""Sessions in the database, as Django keeps them; the question that every request of somebody signed in begins with is a prepared one."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from fleetportal.core.db.prepared import Prepared

standing: Prepared[Session] = Prepared(
    lambda key, now: Session.objects.filter(pk=key, expire_date__gt=now), key=Session._meta.pk, now=Session._meta.get_field("expire_date")
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        """The session that stands, by its key; None, and a new key with the next save, where none does. Costs 1 query."""
        found = standing.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found
