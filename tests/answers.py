"""What an answer says, without what differs each time anyway."""

import re
from collections.abc import Iterable
from typing import Any

# A form's token and key, the page's token for htmx, a message's id: fresh each time.
FRESH = re.compile(rb"(name=\"(?:csrfmiddlewaretoken|_key)\" value=\"|\"X-CSRFToken\": \")[^\"]+")


def said(answer: Any, *, apart_from: Iterable[object] = ()) -> tuple[int, bytes]:
    """Status and body of `answer`, with fresh tokens and the texts `apart_from` (the id asked for) taken out."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    body = FRESH.sub(rb"\1", body)
    for text in apart_from:
        body = body.replace(str(text).encode(), b"")
    return answer.status_code, body
