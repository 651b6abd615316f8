"""Open pages whose time tells nothing: whom we know decides what a claim reads and writes, and so how long it takes (R22, R30)."""

import functools
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def steady(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view`, with POSTs that take a whole number of steps of STEADY_ANSWER_SECONDS, refused or not.

    Put it outside `once`: nobody waits for rows that a resting answer has locked.
    """

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        step = settings.STEADY_ANSWER_SECONDS
        if request.method != "POST" or not step:
            return view(request, *args, **kwargs)
        began = time.monotonic()
        try:
            return view(request, *args, **kwargs)
        finally:
            time.sleep(-(time.monotonic() - began) % step)

    return wrapper
