"""Logs: one JSON object a line on stdout, never with a token in it (R31)."""

import logging
import re

from pythonjsonlogger.json import JsonFormatter

from fleetportal.core.requests import request_id

# A token is the part behind one of the link pages; 32 characters of base64url anywhere else are taken for one too.
TOKEN = re.compile(r"(?<=/)(?:[A-Za-z0-9_-]{32})(?=[/.?\s\"']|$)")


def scrubbed(text: str) -> str:
    return TOKEN.sub("…", text)


class Scrub(logging.Filter):
    """Takes tokens out of the message and its arguments before any handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = scrubbed(record.getMessage())
        record.args = ()
        return True


class JsonLine(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields={"asctime": "at", "levelname": "level", "name": "logger"}
        )

    def process_log_record(self, log_data: dict[str, object]) -> dict[str, object]:
        if request_id():
            log_data["request_id"] = request_id()
        return log_data
