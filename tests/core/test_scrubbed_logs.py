"""R31: no token of a link is in a log, whole or mangled, wherever it stands."""

import secrets

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from fleetportal.core.links import TOKEN_CHARS
from fleetportal.core.web.logs import LINK_PLACES, scrubbed


def token() -> str:
    return secrets.token_urlsafe(TOKEN_CHARS)[:TOKEN_CHARS]


MANGLED = {
    "whole": lambda t: t,
    "one more": lambda t: f"{t}x",
    "many more": lambda t: f"{t}.html=3D",
    "one less": lambda t: t[:-1],
    "half": lambda t: t[:16],
    "a full stop": lambda t: f"{t}.",
    "a space in it": lambda t: f"{t[:12]} {t[12:]}",
    "an escape in it": lambda t: f"{t[:12]}%20{t[12:]}",
    "brackets": lambda t: f"({t})",
}
LINES = (
    "GET /{place}/{token}/ 404",
    "GET /{place}/{token} 404",
    "Not Found: /{place}/{token}/",
    "GET /login/?next=%2F{quoted}%2F{token}%2F 302",
    '{{"message": "GET /{place}//{token}/form/ 404", "status": 404}}',
    "GET /{upper}/{token}/ 404",
)


def leaks(line: str, secret: str) -> list[str]:
    """Pieces of eight signs of the token that are left in the line."""
    return [secret[at : at + 8] for at in range(len(secret) - 7) if secret[at : at + 8] in line]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("mangled", MANGLED)
@pytest.mark.parametrize("place", LINK_PLACES)
def test_r31_no_piece_of_a_token_is_left(place: str, mangled: str, line: str) -> None:
    for secret in (*(token() for _time in range(20)), "LI7gnS5aMpg1601-SrfduZIaJ7e8Lfrg"):  # of the last, a piece begins like a status
        names = {"place": place, "quoted": place.replace("/", "%2F"), "upper": place.upper(), "token": MANGLED[mangled](secret)}
        assert not leaks(scrubbed(line.format(**names)), secret)


@pytest.mark.parametrize("mangled", ["whole", "one more", "one less"])
def test_r31_a_token_that_stands_anywhere_else_is_seen_by_its_look(mangled: str) -> None:
    for _time in range(200):
        secret = token()
        shown = MANGLED[mangled](secret)
        if mangled == "whole" or any(sign.isdigit() or sign in "-_" for sign in shown):
            assert not leaks(scrubbed(f"KeyError: '{shown}' at /x/{shown}"), secret)


@pytest.mark.parametrize(
    "line",
    [
        '  File "/srv/fleetportal/core/web/middleware.py", line 77, in put_into_words_and_a_very_long_function_name',
        "django.db.utils.ProgrammingError: NoReverseMatchForSomeVeryLongClassName",
        "GET /companies/12/service-visits/ 200",
        "test_a_claim_tells_nothing_of_who_is_a_customer",
    ],
)
def test_r31_what_is_no_token_stays_readable(line: str) -> None:
    assert scrubbed(line) == line


def test_r31_every_address_with_a_token_is_a_place() -> None:
    def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
        found = []
        for one in patterns:
            route = before + str(one.pattern)
            found += routes(one.url_patterns, route) if isinstance(one, URLResolver) else [route]
        return found

    with_token = {route.partition("<str:token>")[0].strip("/") for route in routes(get_resolver().url_patterns) if "<str:token>" in route}
    assert with_token == set(LINK_PLACES)
