"""The content blocks for editors, each with its template."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

FEATURES = ["h2", "h3", "bold", "italic", "link", "ul", "ol"]


class ProgrammePoint(blocks.StructBlock):
    at = blocks.TimeBlock(label=_("time"))
    what = blocks.CharBlock(label=_("description"), max_length=200)


class ProseBlock(blocks.StructBlock):
    text = blocks.RichTextBlock(label=_("text"), features=FEATURES)

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "cms/blocks/words.html"


class Picture(blocks.StructBlock):
    image = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), max_length=200, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "cms/blocks/picture.html"


class ProgrammeBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("heading"), max_length=120, default=_("Schedule"))
    points = blocks.ListBlock(ProgrammePoint(), label=_("items"))

    class Meta:
        icon = "time"
        label = _("Programme")
        template = "cms/blocks/programme.html"


class Quote(blocks.StructBlock):
    words = blocks.TextBlock(label=_("text"), max_length=500)
    by = blocks.CharBlock(label=_("said by"), max_length=120, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "cms/blocks/quote.html"


BODY = [("words", ProseBlock()), ("picture", Picture()), ("programme", ProgrammeBlock()), ("quote", Quote())]
