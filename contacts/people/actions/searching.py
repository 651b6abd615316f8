"""Writes the search rows of everything anew, in slices: for a release that finds by more than the one before."""

import time
from typing import cast

from django.db.models import QuerySet

from accounts.models import Company, Vehicle
from contacts.people.models.person import Person
from fleetportal.core.db import search
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.jobs.queue import Job

KIND = "contacts.search"
CHUNK = 500


@jobs.kind(KIND)
def run(job: Job, deadline: float) -> bool:
    """True when every row has been written. `args` names the table (company, person, vehicle) and the last id. 2 to 3 queries a slice."""
    found: dict[str, QuerySet[Company] | QuerySet[Person] | QuerySet[Vehicle]] = {
        "company": Company.objects.all(),
        "person": Person.objects.prefetch_related("addresses"),
        "vehicle": Vehicle.objects.all(),
    }
    names = [*found]
    while time.monotonic() < deadline:
        name, after = job.args.get("table", names[0]), job.args.get("after", 0)
        rows = list(cast(QuerySet[Company], found[name]).filter(pk__gt=after).order_by("pk")[:CHUNK])
        search.index(row.search_row for row in rows)
        if rows:
            job.args |= {"table": name, "after": rows[-1].pk}
        elif name == names[-1]:
            return True
        else:
            job.args |= {"table": names[names.index(name) + 1], "after": 0}
        Job.objects.filter(pk=job.pk).update(args=job.args)
        job.progress(job.done + len(rows))
    return False
