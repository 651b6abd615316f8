"""Logs: one JSON object a line on stdout, never with a token in it (R31)."""

import logging
import re

from pythonjsonlogger.json import JsonFormatter

from fleetportal.core.requests import request_id

# A link's token is 32 characters of base64url wherever it appears: in an address, in a query string, in a traceback.
TOKEN = re.compile(r"(?:(?<=%2F)|(?<=%2f)|(?<![A-Za-z0-9_-]))[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-])")


def scrubbed(text: str) -> str:
    """`text` with every token replaced by an ellipsis."""
    return TOKEN.sub("…", text)


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
