"""A database for each size of the base, filled once by `seed_demo` and kept in var/bench/ until code or size changes it."""

import hashlib
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"


def fingerprint(*patterns: str) -> str:
    total = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            total.update(path.read_bytes())
    return total.hexdigest()[:12]


def marks() -> tuple[str, str]:
    """The first changes with what fills the demo, the second with migrations."""
    return fingerprint("demo/**/*.py"), fingerprint("*/migrations/*.py", "fleetportal/*/migrations/*.py")


def environment(url: str) -> dict[str, str]:
    """The environment of a process that measures on the database at `url`."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": url,
        "DATA_DIR": str(FOLDER / "data"),
        "SECRET_KEY": "bench-only-secret-key-of-forty-characters",
        "LINK_KEY": "bench-only-link-key-of-forty-characters--",
        "BASE_URL": "http://127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }


def filled(kind: str, size: int) -> str:
    """The address of a database of `kind` (sqlite or postgresql) with `size` companies."""
    name = f"fleetportal_bench_{size}"
    stamp = FOLDER / f"{kind}-{size}.stamp"
    url = f"sqlite:///{FOLDER / name}.sqlite3" if kind == "sqlite" else server(name)
    demo, schema = marks()
    known = stamp.read_text(encoding="utf-8").split() if stamp.is_file() else ["", ""]
    if known == [demo, schema]:
        return url
    (FOLDER / "data").mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    commands = [["migrate", "--verbosity=0"]]
    if known[0] != demo:  # else a migration alone is new: what was filled stays
        (recreate_file if kind == "sqlite" else recreate_database)(name)
        print(f"filling {kind} with {size:,} companies", file=sys.stderr, flush=True)
        commands.append(["seed_demo", f"--companies={size}"])
    for command in commands:
        subprocess.run(
            [sys.executable, "-m", "django", *command],
            cwd=ROOT,
            env=environment(url),
            check=True,
            stdout=sys.stderr,
            stdin=subprocess.DEVNULL,
        )
    stamp.write_text(f"{demo}\n{schema}", encoding="utf-8")
    return url


def server(name: str) -> str:
    """DATABASE_URL with another database in it."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def recreate_file(name: str) -> None:
    for end in ("", "-wal", "-shm"):
        (FOLDER / f"{name}.sqlite3{end}").unlink(missing_ok=True)


def recreate_database(name: str) -> None:
    with closing(psycopg.connect(server("postgres"), autocommit=True)) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
