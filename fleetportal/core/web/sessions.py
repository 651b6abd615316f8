"""Django's sessions in the database, read by a prepared statement: every page of a signed-in user begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from fleetportal.core.db.prepared import PreparedValues


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        """The values of the session; nothing where it is unknown or has expired. Costs 1 query, 2 for nothing."""
        found = valid(key=self.session_key, now=timezone.now())
        return self.decode(found[0][0]) if found else super().load()


def _valid(key: Any, now: Any) -> "QuerySet[Session, tuple[str]]":
    return Session.objects.filter(session_key=key, expire_date__gt=now).values_list("session_data")


valid: PreparedValues[tuple[str]] = PreparedValues(
    _valid, key=Session._meta.get_field("session_key"), now=Session._meta.get_field("expire_date")
)
