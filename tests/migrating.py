"""Single migrations, taken back and applied again while the later ones of other tables stay: a tenth of the way back and forward."""

from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Name = tuple[str, str]  # app and migration


class Steps:
    """Consecutive migrations of the same tables; the database stays as they leave it, so the next test needs another copy."""

    def __init__(self, *names: Name) -> None:
        self.names = names
        self.executor = MigrationExecutor(connection)

    def take_back(self) -> Any:
        """Undo them, the last first; the models of before."""
        loader = self.executor.loader
        for name in reversed(self.names):
            self.executor.unapply_migration(loader.project_state(name, at_end=False), loader.graph.nodes[name])
        return loader.project_state(self.names[0], at_end=False).apps

    def apply(self) -> Any:
        """Do them; the models of after."""
        loader = self.executor.loader
        for name in self.names:
            self.executor.apply_migration(loader.project_state(name, at_end=False), loader.graph.nodes[name])
        return loader.project_state(self.names[-1]).apps
