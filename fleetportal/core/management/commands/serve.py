"""Runs a small installation in one command: web server, worker and scheduler."""

import gc
import warnings
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import celery
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder
from gunicorn.app.base import BaseApplication

from fleetportal.core.jobs import bell
from fleetportal.core.jobs.supervisor import supervise
from fleetportal.core.web.buffering import BufferingWorker

DEMO_LOGINS = ("anna", "boris", "carla", "dora", "emil", "wanda", "tomas", "admin")


class Web(BaseApplication):
    """Gunicorn with one process of several threads: SQLite has one writer, and the worker needs a core too. Slow callers hold none."""

    def __init__(self, bind: str, threads: int, ready: Callable[[], None]) -> None:
        self.options: dict[str, object] = {
            "bind": bind,
            "threads": threads,
            "worker_class": BufferingWorker,
            "timeout": 60,
            "graceful_timeout": 10,
            "keepalive": 5,
            "loglevel": "warning",
            "when_ready": lambda server: ready(),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()


class Command(BaseCommand):
    help = "Starts web, worker and scheduler together; when one dies or Ctrl-C comes, all end."
    requires_system_checks = ()  # `migrate` runs them for a new version; not needed at each start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=16, help="requests answered at a time")
        parser.add_argument("--prepare", action="store_true", help="first migrate, and with DEBUG load the demo into an empty database")

    def handle(self, *, host: str, port: int, threads: int, prepare: bool, **options: object) -> None:
        if prepare:
            self.prepare()
        logins = demo_logins()
        load()
        connections.close_all()  # connections must not be shared across a fork

        def ready() -> None:
            self.stdout.write(f"Fleetportal is at {settings.BASE_URL}/ (Ctrl-C stops it)")
            if logins:
                self.stdout.write(f"Demo logins, password demo: {', '.join(logins)}")

        code = supervise(parts(Web(f"{host}:{port}", threads, ready)))
        if code:
            raise SystemExit(code)

    def prepare(self) -> None:
        """Migrate the database and, where it is empty and DEBUG is on, load the demo."""
        if not is_migrated():
            self.stdout.write("Preparing the database")
            call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
        if settings.DEBUG and "seed_demo" in get_commands() and not get_user_model().objects.exists():
            self.stdout.write("Loading the demo")
            call_command("seed_demo")


def is_migrated() -> bool:
    """True where every migration file has been applied. Compares names only: loading two hundred files would take a fifteenth of
    the start-up time. Costs 2 queries."""
    applied = MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
    return all(
        (config.label, name) in applied
        for config in apps.get_app_configs()
        for _finder, name, is_package in iter_modules([f"{config.path}/migrations"])
        if not is_package and name[0] not in "_~"
    )


def load() -> None:
    """Load the application before forking, so that the processes share its memory, and keep it out of garbage collection."""
    gc.disable()
    import_module(settings.ROOT_URLCONF)
    gc.freeze()
    gc.enable()


def parts(web: Web) -> Iterator[tuple[str, Callable[[], object]]]:
    """The parts in the order in which they are forked. Celery is loaded once for both that need it, while the web server starts."""
    yield "web", web.run
    gc.disable()
    bell.app()
    gc.freeze()
    gc.enable()
    yield "worker", worker
    yield "scheduler", scheduler


def worker() -> None:
    """One job or message at a time: slices are short, and SQLite has one writer anyway."""
    warnings.simplefilter("ignore", celery.exceptions.SecurityWarning)  # as root it warns about pickle, which we do not accept
    bell.app().start(["--quiet", "worker", "--pool=solo", "--loglevel=warning"])


def scheduler() -> None:
    bell.app().start(["--quiet", "beat", "--pidfile=", "--loglevel=warning"])


def demo_logins() -> list[str]:
    """The demo's users, on a trial installation only."""
    if not settings.DEBUG:
        return []
    present = set(get_user_model().objects.filter(username__in=DEMO_LOGINS).values_list("username", flat=True))
    return [name for name in DEMO_LOGINS if name in present]
