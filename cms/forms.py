"""Checks of editors' uploads beyond Wagtail's own."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm


class PictureForm(BaseImageForm):
    """Wagtail's picture form; refuses pictures that can't be read completely or are far too large when unpacked (R18)."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:  # the form for the details of many pictures has none
            self.fields["file"].to_python = readable(self.fields["file"])


def readable(field: WagtailImageField) -> Callable[[Any], Any]:
    """A replacement for the reading of `field`: Wagtail checks only the first bytes, and a later failure would be an error page."""
    read = field.to_python

    def to_python(data: object) -> object:
        try:
            return read(data)
        except ValidationError:
            raise
        except Exception as error:  # any error: each format has its own library
            raise ValidationError(field.error_messages["invalid_image"], code="invalid_image") from error

    return to_python
