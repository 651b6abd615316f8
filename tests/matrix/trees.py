"""Addresses that third parties bring, by their prefix: who may, and why. Everything else declares itself (`core.pages`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tree:
    """`may` is the codename that opens the tree; "" stands for everyone."""

    may: str
    why: str


# The first prefix that fits counts.
TREES = {
    "django-admin/": Tree("administer", "Django's admin, behind accounts.admin.Administration."),
    "cms/": Tree("edit_pages", "Wagtail's admin for those who write pages."),
    "media/": Tree("", "Pictures that public pages show."),
    "_util/": Tree("", "Wagtail's password for a page that was shared with one."),
    "%(_0)s": Tree("", "Wagtail's published pages, which come last."),
}
# What a GET of theirs may write: Wagtail makes the profile of an editor who comes for the first time.
WRITES = {"cms/": {"wagtailusers_userprofile"}}
# Values that one of their kwargs must have to be an address at all; numbers and words are made up for the others.
SAMPLES = {"_0": "", "url": "nothing"}

# Pages that show every message there is, by design: why.
SHOWS_ALL = {
    "mailbox/": "What a developer's machine keeps instead of sending; 404 wherever a mail server is named.",
}
# Addresses that are there to fail.
FAULTS = {"cms/failwhale/": "Wagtail's own try of the page for faults: it raises, for editors alone."}
