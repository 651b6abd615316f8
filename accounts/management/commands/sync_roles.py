from django.core.management.base import BaseCommand

from accounts.staff.actions.roles import sync_roles


class Command(BaseCommand):
    help = "Bring every group, grant and membership into agreement with the table of rights and the roles that users hold."

    def handle(self, *args: object, **options: object) -> None:
        sync_roles()
        self.stdout.write("The rights of all users agree with their roles.")
