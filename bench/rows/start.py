"""The second start of `serve`, beside the start of an empty Wagtail site."""

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.databases import FOLDER, ROOT
from bench.measure import Figure, middle
from tests.kills.portal import free_port

TURNS = 3


def figures(size: int) -> Iterator[Figure]:
    site = empty_site()
    ours = [portal() for _turn in range(TURNS)]
    theirs = [wagtail(site) for _turn in range(TURNS)]
    ratio = middle(ours) / middle(theirs)
    yield Figure("first answer after `serve`", size, "s", middle(ours), max(ours), "empty Wagtail site", middle(theirs), ratio, "<= 2")


def portal() -> float:
    port = free_port()
    return until_it_answers([sys.executable, "manage.py", "serve", "--prepare", f"--port={port}"], ROOT, f"http://127.0.0.1:{port}/login/")


def wagtail(site: Path) -> float:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}", "--log-level=error", "bare.wsgi"]
    return until_it_answers(command, site, f"http://127.0.0.1:{port}/")


def empty_site() -> Path:
    """What `wagtail start` makes, migrated."""
    site = FOLDER / "bare"
    if not (site / "db.sqlite3").is_file():
        shutil.rmtree(site, ignore_errors=True)
        site.mkdir(parents=True)
        wagtail_command = Path(sys.executable).parent / "wagtail"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        subprocess.run([wagtail_command, "start", "bare", "."], cwd=site, env=plain_environment(), **quiet)
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=site, env=plain_environment(), **quiet)
    return site


def plain_environment() -> dict[str, str]:
    return {"PATH": str(Path(sys.executable).parent), "DJANGO_SETTINGS_MODULE": "bare.settings.dev"}


def until_it_answers(command: list[str], folder: Path, address: str) -> float:
    """The seconds until the first page."""
    began = time.perf_counter()
    environment = plain_environment() if folder != ROOT else None
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                with urllib.request.urlopen(address, timeout=30):
                    return time.perf_counter() - began
            except urllib.error.HTTPError:
                return time.perf_counter() - began
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"{command} ended with {process.returncode}")
    finally:
        process.terminate()
        process.wait(timeout=30)
