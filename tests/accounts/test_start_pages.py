"""Where each role begins its day."""

import pytest
from django.test import Client


@pytest.mark.parametrize(("who", "begins"), [("anna", "/today/"), ("carla", "/today/"), ("dora", "/events/")])
def test_each_begins_where_their_work_does(client: Client, request: pytest.FixtureRequest, who: str, begins: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert f'class="fp-mark" href="{begins}"' in client.get("/companies/").content.decode()
