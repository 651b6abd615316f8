"""What editors bring into the CMS, checked further than Wagtail does."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm


class PictureForm(BaseImageForm):
    """Wagtail's form of a picture; one that cannot be read to its end, or unpacks to far too much, is refused in words (R18)."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:  # the form for the details of many pictures has none
            self.fields["file"].to_python = readable(self.fields["file"])


def readable(field: WagtailImageField) -> Callable[[Any], Any]:
    """How `field` reads a file: Wagtail looks at its first bytes before it opens it, and lets what fails then become an error page."""
    read = field.to_python

    def to_python(data: object) -> object:
        try:
            return read(data)
        except ValidationError:
            raise
        except Exception as error:  # any fault there is: each format is read by a library of its own
            raise ValidationError(field.error_messages["invalid_image"], code="invalid_image") from error

    return to_python
