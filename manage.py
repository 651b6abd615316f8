#!/usr/bin/env python
"""Django's command line for Fleetportal."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleetportal.settings.chosen")
    import fleetportal.celery  # noqa: F401, PLC0415  shared_task finds its app; needs the settings module named above

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
