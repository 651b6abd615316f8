"""Titles that name whoever decides: "Fuhrparkleiter", "Fleet manager", "Responsabile flotta", "E-Mail Geschäftsführer"."""

from intake.reading.vocabulary import CONTACT_WORDS
from intake.reading.wordlists import terms

NAMES = frozenset(("name", "names", "nome"))
DECIDERS = sorted(terms("title_words", "decider"), key=len, reverse=True)


def decider_in(title: str) -> str:
    """The job in a title that names whoever decides: "E-Mail Fuhrparkleiter"."""
    return next((job for job in DECIDERS if f" {job} " in f" {title} "), "")


def is_decider(title: str) -> bool:
    """True where a title is a job of somebody who decides, and no more."""
    job = decider_in(title)
    return bool(job) and not [word for word in title.replace(job, " ", 1).split() if word not in NAMES and word not in CONTACT_WORDS]
