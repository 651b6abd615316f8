from io import BytesIO

from django.core.files.images import ImageFile
from PIL import Image as Pixels
from wagtail.images.models import Image


def make_picture(*, width: int = 600, height: int = 120) -> Image:
    """A picture that an editor brought, all petrol."""
    with BytesIO() as file:
        Pixels.new("RGB", (width, height), "#0e5a70").save(file, "PNG")
        return Image.objects.create(title="Hellwege", file=ImageFile(file, name="hellwege.png"))
