#!/usr/bin/env python
"""Django's command line for Fleetportal."""

import gc
import os
import sys

import django
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleetportal.settings.chosen")
    gc.disable()  # keep what is loaded out of garbage collection, which would take a sixth of the start
    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
