from django.core.management.commands.migrate import Command as Migrate
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from accounts.staff.actions.roles import sync_roles


class Command(Migrate):
    """Django's `migrate`; when everything is applied, it gives each role the rights in the current table."""

    def handle(self, *args: object, **options: object) -> None:
        super().handle(*args, **options)
        if options["database"] == DEFAULT_DB_ALIAS and not (options["plan"] or options["check_unapplied"]) and is_complete():
            sync_roles()


def is_complete() -> bool:
    """True where every migration of every app was applied."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
