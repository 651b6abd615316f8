"""Health checks for operators: is the process alive, and can it do its work?"""

import logging
import os
from functools import cache
from pathlib import Path

import kombu
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fleetportal.core.jobs import bell
from fleetportal.core.web import forwarded
from fleetportal.core.web.pages import public_page

log = logging.getLogger(__name__)
BROKER_SECONDS = 1


@public_page(why="liveness, asked by the machine that restarts us; tells nothing")
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public_page(why="readiness, asked by the load balancer; tells three words")
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database, the migrations and the broker are all right, otherwise 503 with the part that is not; the log has the
    reason."""
    parts = {"database": database_answers(), "migrations": False, "broker": broker_answers()}
    parts["migrations"] = parts["database"] and is_migrated()
    status = 200 if all(parts.values()) else 503
    said = {name: "ok" if well else "missing" for name, well in parts.items()}
    if forwarded.is_ignored():
        said["proxies"] = "X-Forwarded-For comes, but TRUSTED_PROXIES is 0"  # a warning: it serves all the same
    return JsonResponse(said, status=status)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        log.error("the database does not answer: %s", error)
        return False
    return True


def is_migrated() -> bool:
    """True when all migrations of this code have been applied."""
    try:
        return _is_migrated()
    except NotMigrated:
        return False


class NotMigrated(Exception):
    """Raised so that only a positive result is cached."""


@cache
def _is_migrated() -> bool:
    """Cached: reading all migrations takes a tenth of a second, and a running process cannot lose one."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigrated
    return True


def broker_answers() -> bool:
    """True when the broker works: the folder exists and is writable, or Redis answers within a second."""
    folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("data_folder_in")
    if folder:
        return Path(folder).is_dir() and os.access(folder, os.W_OK)
    try:
        with bell.app().connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (kombu.exceptions.OperationalError, OSError) as error:
        log.error("the broker does not answer: %s", error)
        return False
    return True
