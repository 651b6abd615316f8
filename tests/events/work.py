"""The worker of a test: all jobs that wait, to their end."""

from fleetportal.core.jobs import queue as jobs


def run_jobs() -> None:
    while jobs.run_due():
        pass
