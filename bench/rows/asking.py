"""Requests pages as a signed-in user, without a network."""

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bench.measure import times


class Reader:
    """A demo user with a browser."""

    def __init__(self, username: str) -> None:
        self.user = User.objects.get(username=username)
        self.client = Client(headers={"host": settings.BASE_HOST})
        self.client.force_login(self.user, backend=settings.AUTHENTICATION_BACKENDS[0])

    def get(self, address: str) -> int:
        """The bytes of the page."""
        response = self.client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return len(response.content)

    def statements(self, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            self.get(address)
        return len(queries)

    def times(self, address: str, count: int = 25) -> list[float]:
        return times(lambda: self.get(address), count=count)
