"""Command: fills an empty database with the demo."""

import time
from argparse import ArgumentParser, ArgumentTypeError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.seed import FEWEST, MOST, fill
from demo.staff import PASSWORD
from fleetportal.core.errors import Refused


def size(text: str) -> int:
    """A number of companies that the demo can have."""
    number = int(text)
    if not FEWEST <= number <= MOST:
        raise ArgumentTypeError(f"from {FEWEST} to {MOST}")
    return number


class Command(BaseCommand):
    help = "Fills an empty database with a dealership group and its customers: the same for the same seed and day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--companies", type=size, default=300, help=f"how many, from {FEWEST} to {MOST} (default: 300)")
        parser.add_argument("--seed", type=int, default=1, help="another number makes other companies (default: 1)")

    def handle(self, *, companies: int, seed: int, **options: object) -> None:
        began = time.monotonic()

        def tell(done: int) -> None:
            if done % 10_000 == 0:
                self.stdout.write(f"{done:,} of {companies:,} companies, {time.monotonic() - began:.0f} s")

        try:
            fill(companies, seed=seed, on=timezone.localdate(), tell=tell, password=PASSWORD if settings.DEBUG else None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{companies:,} companies in {time.monotonic() - began:.1f} s.")
        if not settings.DEBUG:
            self.stdout.write("Without DEBUG no user of the demo has a password: set one with `manage.py changepassword admin`.")
