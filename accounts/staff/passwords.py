"""Limits on guessing passwords and codes at sign-in (R29): by name at one network, by name, by network.

Counted in the database, so that all processes share them and none needs the cache. A right password passes whatever others at the same
network have typed: only wrong ones are refused. A name that is tried from everywhere gets fewer tries at each network, and is never shut.
"""

import contextlib

from django.http import HttpRequest

from fleetportal.core.web import throttle

HERE = "wrong password"  # of one name at one network
HERE_LIMIT, HERE_SECONDS = 5, 300
NAME = "wrong password of a name"  # of one name, wherever it is tried
NAME_LIMIT, NAME_SECONDS = 100, 86_400
NETWORK = "wrong password at a network"  # of all names at one network
NETWORK_LIMIT, NETWORK_SECONDS = 30, 600
CODE = "wrong second factor"  # of one user: whoever is asked for a code has given the password
CODE_LIMIT, CODE_SECONDS = 10, 300


def count(name: str, request: HttpRequest) -> None:
    """Count a try of `name` at the network of `request`, before the password is looked at.

    Raises TooMany. Costs 2 queries, 4 the first time.
    """
    try:
        throttle.spent(NAME, name, limit=NAME_LIMIT, seconds=NAME_SECONDS)
    except throttle.TooMany:
        throttle.hit(HERE, here(name, request), limit=1, seconds=HERE_SECONDS)
    else:
        throttle.hit(HERE, here(name, request), limit=HERE_LIMIT, seconds=HERE_SECONDS)


def was_right(name: str, request: HttpRequest) -> None:
    """The try that was counted used up nothing. Costs 1 query."""
    throttle.give_back(HERE, here(name, request), seconds=HERE_SECONDS)


def was_wrong(name: str, request: HttpRequest) -> None:
    """The try counts for the name and for the network too. Raises TooMany when the network's count is full. Costs 2 queries at least."""
    with contextlib.suppress(throttle.TooMany):  # from then on each network has one try at a time: `count`
        throttle.hit(NAME, name, limit=NAME_LIMIT, seconds=NAME_SECONDS)
    throttle.hit(NETWORK, throttle.network_of(request), limit=NETWORK_LIMIT, seconds=NETWORK_SECONDS)


def here(name: str, request: HttpRequest) -> str:
    return f"{name} {throttle.network_of(request)}"


def count_code(user: int) -> None:
    """Count a try of the second factor of the user with the id `user`. Raises TooMany. Costs 1 query, 2 or 3 the first time."""
    throttle.hit(CODE, str(user), limit=CODE_LIMIT, seconds=CODE_SECONDS)


def code_was_right(user: int) -> None:
    """The try that was counted used up nothing. Costs 1 query."""
    throttle.give_back(CODE, str(user), seconds=CODE_SECONDS)
