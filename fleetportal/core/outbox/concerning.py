"""For the migrations of apps above: messages from before core 0007 get the object that they concern."""

from typing import Any

from django.db.models import Exists, OuterRef, Subquery


def say_whom_they_concern(apps: Any, about: str, way: str, concerns: str) -> None:
    """Messages about rows of `about` ("app.model") concern what `way` leads to, a row of `concerns`, unless they do already.

    `apps` are the models as the migration knows them. Costs 1 query.
    """
    named = apps.get_model(about).objects.filter(**{"pk": OuterRef("about_id"), f"{way}__isnull": False})
    messages = apps.get_model("core", "Message").objects.filter(Exists(named), concerns_type="", about_type=about)
    messages.update(concerns_type=concerns, concerns_id=Subquery(named.values(way)[:1]))
