"""Logs: one JSON object a line on stdout, never with a token in it (R31)."""

import logging
import re

from pythonjsonlogger.json import JsonFormatter

from fleetportal.core.requests import request_id

# The token of a link is 32 characters of base64url, but mail programs and typing mangle it: one sign too many or too few.
# By place: whatever comes where a link has its token, also where the address is quoted in another one.
LINK_PLACES = ("claim/code", "claim", "voucher", "invitation", "ticket", "meeting", "preferences")
SLASH = r"(?:/|%2F)"
PLACE = re.compile(
    rf"({SLASH}(?:{'|'.join(LINK_PLACES).replace('/', SLASH)}){SLASH}+)[^/\"'<>\n]+?(?={SLASH}|\s\d{{3}}(?!\S)|[\"'<>\n]|$)", re.IGNORECASE
)
# By look, elsewhere: exactly as long as a token, or a long run of such signs as no name in a trace has.
TOKEN = re.compile(r"(?:(?<=%2F)|(?<=%2f)|(?<![A-Za-z0-9_-]))[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])")
LONG_RUN = re.compile(r"(?=[A-Za-z0-9_-]*[A-Z])(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[0-9_-])[A-Za-z0-9_-]{24,}")


def scrubbed(text: str) -> str:
    """`text` with an ellipsis in place of every token, whole or mangled."""
    return LONG_RUN.sub("…", TOKEN.sub("…", PLACE.sub(r"\1…", text)))


class PlainLine(logging.Formatter):
    """For development."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))


class JsonLine(JsonFormatter):
    """For production. The whole line is scrubbed, so that no traceback or field can contain a token."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s", rename_fields={"levelname": "level", "name": "logger"}, timestamp="at")

    def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
        log_data.pop("request", None)  # Django passes the whole request; its id is enough
        if request_id():
            log_data["request_id"] = request_id()
        return log_data

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))
