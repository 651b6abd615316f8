"""A base for each size, filled once by `seed_demo` and kept in var/bench/ until code or size changes it; each row measures on a copy."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"


@dataclass(frozen=True)
class Tree:
    """A checkout to be measured: this one, or another commit with its own environment."""

    root: Path
    python: str
    mark: str  # separates its databases from those of other checkouts

    @property
    def folder(self) -> Path:
        return self.root / "var" / "bench"

    def fingerprint(self, *patterns: str) -> str:
        total = hashlib.sha256()
        for pattern in patterns:
            for path in sorted(self.root.glob(pattern)):
                total.update(path.read_bytes())
        return total.hexdigest()[:12]

    def marks(self) -> tuple[str, str]:
        """Two hashes: of the code that fills the demo, and of the migrations."""
        return (
            self.fingerprint("demo/**/*.py", "fleetportal/demo/**/*.py"),
            self.fingerprint("*/migrations/*.py", "fleetportal/*/migrations/*.py"),
        )

    def environment(self, url: str) -> dict[str, str]:
        """The environment of a process that measures on the database at `url`."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "DATABASE_URL": url,
            "DATA_DIR": str(self.folder / "data"),
            "SECRET_KEY": "bench-only-secret-key-of-forty-characters",
            "LINK_KEY": "bench-only-link-key-of-forty-characters--",
            "BASE_URL": "http://127.0.0.1",
            "PYTHONPATH": str(self.root),
        }

    def manage(self, url: str, *command: str) -> None:
        subprocess.run(
            [self.python, "-m", "django", *command],
            cwd=self.root,
            env=self.environment(url),
            check=True,
            stdout=sys.stderr,
            stdin=subprocess.DEVNULL,
        )


HERE = Tree(ROOT, sys.executable, "")


class Base:
    """The databases of one kind (sqlite or postgresql), by name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def file(self, name: str) -> Path:
        return FOLDER / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.file(name)}" if self.kind == "sqlite" else server(name)

    def make(self, name: str, *, like: str = "") -> str:
        """The address of a database called `name`, empty or a copy of the one called `like`; an existing one is replaced."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.drop(name)
        if self.kind == "postgresql":
            with closing(psycopg.connect(server("postgres"), autocommit=True)) as connection:
                connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like}"' if like else ""))
        elif like:
            shutil.copyfile(self.file(like), self.file(name))
        return self.url(name)

    def drop(self, name: str) -> None:
        if self.kind == "postgresql":
            with closing(psycopg.connect(server("postgres"), autocommit=True)) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            return
        for end in ("", "-wal", "-shm"):
            Path(f"{self.file(name)}{end}").unlink(missing_ok=True)

    def settle(self, name: str) -> None:
        """Flush everything into the file and analyse the tables, so that all copies start alike."""
        if self.kind == "postgresql":
            with closing(psycopg.connect(server(name), autocommit=True)) as connection:
                connection.execute("VACUUM ANALYZE")


def server(name: str) -> str:
    """DATABASE_URL with another database name."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def filled(kind: str, size: int, tree: Tree = HERE) -> str:
    """The name of a database of `kind` that `tree` has filled with `size` companies."""
    base, name = Base(kind), f"fleetportal_bench{tree.mark}_{size}"
    stamp = FOLDER / f"{kind}{tree.mark}-{size}.stamp"
    demo, schema = tree.marks()
    known = stamp.read_text(encoding="utf-8").split() if stamp.is_file() else ["", ""]
    if known == [demo, schema]:
        return name
    (tree.folder / "data").mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    is_filled = known[0] == demo  # only migrations are new: the filled data is kept
    url = base.url(name) if is_filled else base.make(name)
    tree.manage(url, "migrate", "--verbosity=0")
    if not is_filled:
        print(f"filling {kind} with {size:,} companies", file=sys.stderr, flush=True)
        tree.manage(url, "seed_demo", f"--companies={size}")
    base.settle(name)
    stamp.write_text(f"{demo}\n{schema}", encoding="utf-8")
    return name


@contextmanager
def copy(kind: str, name: str, tree: Tree = HERE, *, migrate: bool = False) -> Iterator[str]:
    """The address of a temporary copy of the database `name`, so that rows don't see each other's writes."""
    base, copied = Base(kind), f"{name}_run{tree.mark}"
    url = base.make(copied, like=name)
    try:
        if migrate:
            tree.manage(url, "migrate", "--verbosity=0")
            base.settle(copied)
        yield url
    finally:
        base.drop(copied)
