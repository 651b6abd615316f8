"""Makes one import of a file that is uploaded twice, by a double click or a retry of the browser."""

import time
from datetime import timedelta
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from fleetportal.core.db import lock_name
from fleetportal.core.web.idempotency import file_hash
from intake.actions.bring import begin, read
from intake.models import Import

SAME_WITHIN = timedelta(minutes=1)
READ_WITHIN = 10.0  # seconds for which the second waits until the first has been read
PAUSE = 0.1


def bring_once(file: "UploadedFile[bytes]", *, by: User) -> tuple[Import, bool]:
    """The import of the uploaded file, and whether it is new; not new is one that `by` brought a moment ago and left as it was.

    No transaction is open while a file is read. Raises SheetRefused, and keeps nothing, where it can't be.
    """
    digest, ends, name = file_hash(file), time.monotonic() + READ_WITHIN, Path(file.name or "").name[:200]
    while True:
        with transaction.atomic():
            lock_name(f"imports of {by.pk}")
            twin = Import.objects.just_brought(by, name=name, digest=digest, since=timezone.now() - SAME_WITHIN).first()
            if twin is None or (not twin.is_read and time.monotonic() > ends):  # whoever read it is gone
                run = begin(name=name, by=by, digest=digest)
                break
        if twin.is_read:
            return twin, False
        time.sleep(PAUSE)
    return read(run, file), True
