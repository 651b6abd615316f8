"""What a request writes, seen at the door to the database: the same on both of them, and cheap."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

WRITE = re.compile(r'^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO|TRUNCATE)\s+"?(\w+)', re.IGNORECASE)
# A session, and the count of tries, are no change of anything that somebody could see.
UNSEEN = {"django_session", "core_counter"}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are asked inside."""
    statements: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield statements


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that statements inside wrote to, apart from UNSEEN."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if match := WRITE.match(sql):
            tables.add(match[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield tables
        tables -= UNSEEN
