"""The types of Django's form arguments, for forms that take arguments of their own."""

from collections.abc import Mapping, MutableMapping
from typing import Any, TypedDict

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

# What was sent: `request.POST`, or None for a form nobody has filled in yet.
FormData = Mapping[str, object] | None


class FormOptions(TypedDict, total=False):
    """Django's own keyword arguments of a form."""

    files: "MultiValueDict[str, UploadedFile[bytes]] | None"
    prefix: str | None
    initial: MutableMapping[str, Any]  # as Django's stubs have it
