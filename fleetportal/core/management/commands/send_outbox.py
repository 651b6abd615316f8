import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from fleetportal.core.jobs.minutes import Minutes
from fleetportal.core.outbox.sending import send_due


class Command(BaseCommand):
    help = "Sends what is due without a worker: once, or until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then end")

    def handle(self, *args: object, once: bool, **options: object) -> None:
        minutes = Minutes()
        try:
            while True:
                while send_due():
                    pass
                minutes.pass_by()
                if once:
                    return
                time.sleep(settings.SWEEP_SECONDS)
        except KeyboardInterrupt:
            self.stdout.write("Stopped; what was not sent stays due.")
