"""The symbols of a list: each drawn once on the page, named briefly wherever it stands."""

import re

import pytest
from django.template import engines
from django.test import Client

from accounts.models import Centre, User
from fleetportal.core.templatetags.portal import drawings
from tests.factories.accounts import make_company

pytestmark = pytest.mark.django_db


def test_each_symbol_is_drawn_once_and_named_wherever_it_stands() -> None:
    page = engines["django"].from_string('{% symbols %}{% icon "check" %}{% icon "x" %}{% icon "check" %}{% endsymbols %}').render()
    assert re.findall(r'<symbol id="([^"]+)"', page) == ["i-check", "i-x"]
    assert re.findall(r'<use href="([^"]+)"', page) == ["#i-check", "#i-x", "#i-check"]
    assert drawings()["check"] in page


def test_a_list_draws_what_its_rows_name_and_asks_the_sprite_for_nothing(client: Client, carla: User, north: Centre) -> None:
    for tier in ("gold", "silver", "gold"):
        make_company(north, tier=tier)
    client.force_login(carla)
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get("/companies/", headers=headers).content.decode()
        table = page[page.index('<svg class="fp-vh"') : page.index("</table>")]
        assert "icons.svg" not in table
        drawn = re.findall(r'<symbol id="([^"]+)"', table)
        assert set(re.findall(r'<use href="#([^"]+)"', table)) == set(drawn) and len(drawn) == len(set(drawn))
        assert {"i-tier-gold", "i-tier-silver"} < set(drawn)
