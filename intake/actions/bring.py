"""Uploads: the file is stored and recognised; no data is imported yet."""

import hashlib
import shutil
from pathlib import Path
from typing import IO

from django.db import transaction

from accounts.models import Centre, Company, User
from fleetportal.core import audit, sheets
from fleetportal.core.sheets.work.limits import BYTES
from intake.layouts import put_known
from intake.models import Import
from intake.reading.recognition import recognise

CHUNK = 1024 * 1024


def bring(file: IO[bytes], *, name: str, by: User | None, centre: Centre | None = None, company: Company | None = None) -> Import:
    """Store and recognise the file. Raises SheetRefused, and stores nothing, where it can't be read."""
    return read(begin(name=name, by=by, centre=centre, company=company), file)


def begin(*, name: str, by: User | None, centre: Centre | None = None, company: Company | None = None, digest: str = "") -> Import:
    """A new import whose file has not been read yet. Costs 1 query, 2 more without `centre`."""
    where = {"centre": centre or home_of(by), "company": company}
    return Import.objects.create(owner=by, name=Path(name).name[:200], size=0, digest=digest, kind="", **where)


def read(run: Import, file: IO[bytes]) -> Import:
    """Store and recognise the file of the import. Raises SheetRefused, and stores nothing, where it can't be read."""
    try:
        run.folder.mkdir(parents=True, exist_ok=True)
        run.size, run.digest = copy(file, run.source, run.name)
        book = sheets.read(run.source, name=run.name, spool=run.spool)
        run.kind, run.sheets = book.kind, recognise(book, put_layout=put_known)
        run.hidden_sheets = list(book.hidden)
        with transaction.atomic():
            run.save()
            rows = sum(sheet.rows for sheet in run.sheets)
            audit.record("import.brought", run, by=run.owner, facts={"sheets": len(run.sheets), "rows": rows})
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        run.delete()
        raise
    return run


def home_of(user: User | None) -> Centre | None:
    """The centre for a user's new companies: their home centre, or the first where they may import."""
    if user is None:
        return Centre.objects.order_by("pk").first()
    centres = list(Centre.objects.for_entering(user).order_by("pk"))
    return user.home_centre if user.home_centre in centres else next(iter(centres), None)


def copy(file: IO[bytes], target: Path, name: str) -> tuple[int, str]:
    """(size, digest) of the copy; stops at the limit."""
    size, digest = 0, hashlib.sha256()
    with target.open("wb") as out:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            if size > BYTES:
                raise sheets.refusal("too_big", {"bytes": size, "limit": BYTES}, name=name)
            digest.update(chunk)
            out.write(chunk)
    return size, digest.hexdigest()
