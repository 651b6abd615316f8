"""Runs all waiting jobs to their end."""

from fleetportal.core.jobs import queue as jobs


def run_jobs() -> None:
    while jobs.run_due():
        pass
