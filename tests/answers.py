"""Responses without the parts that differ each time."""

import re
from collections.abc import Iterable
from typing import Any

# A form's token and key, the page's token for htmx, a message's id: fresh each time.
FRESH = re.compile(rb"(name=\"(?:csrfmiddlewaretoken|_key)\" value=\"|\"X-CSRFToken\": \")[^\"]+")
CLOCK = re.compile(rb" \xc2\xb7 \d{1,2}:\d\d(?=</p>)")  # in the heading of Today: a minute may pass between two requests


def said(answer: Any, *, apart_from: Iterable[object] = ()) -> tuple[int, bytes]:
    """Status and body of `answer`, with fresh tokens, the clock and the texts `apart_from` (the id asked for) taken out."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    body = CLOCK.sub(b"", FRESH.sub(rb"\1", body))
    for text in apart_from:
        body = body.replace(str(text).encode(), b"")
    return answer.status_code, body
