"""Words in cells that mean a choice of ours: powertrain, contract, use, sector, what somebody decides.

The choices are named by their value; the words are in `data/LANGUAGE/cells.txt`.
"""

from functools import lru_cache

from fleetportal.core.db.folding import fold
from intake.reading.wordlists import choices, lists, terms

DECISION_MAKER, USER, DRIVER = "decision_maker", "user", "driver"
PERSONAL, FUNCTIONAL = "personal", "functional"
HERE, GONE, ORDERED = "here", "gone", "ordered"  # a vehicle is in use, was given back, or is yet to come
OTHER = "other"
WHOLE = 3  # letters: a word as short as this counts only where it is the whole text


@lru_cache(maxsize=20_000)
def choice(field: str, text: str) -> str:
    """The choice of `field` that a word of `text` means, "" where none does; the first that fits counts."""
    folded = fold(text)
    tokens = folded.replace("/", " ").replace("-", " ").split()
    for found, stems in choices("cells", field).items():
        if any(stem in tokens if len(stem) <= WHOLE else stem in folded for stem in stems):
            return found
    return ""


def decider(job_title: str) -> str:
    """What kind of decision-maker somebody with that job title is."""
    return choice("decider", job_title) or OTHER


@lru_cache(maxsize=5_000)
def is_van(text: str) -> bool:
    """True where a word of `text` names a van or truck."""
    vans = (*lists("vans")["van"], *lists("cells")["van"])
    tokens = fold(text).replace("-", " ").split()
    return any(token.startswith(van) if len(van) > WHOLE else token == van for token in tokens for van in vans)


def language(text: str) -> str:
    """One of our languages, or ""."""
    folded = fold(text)
    return next((code for code, starts in choices("cells", "language").items() if folded.startswith(starts)), "")


def is_vehicle_kind(text: str) -> bool:
    """True for a word that says a kind of vehicle, not a model."""
    return fold(text) in terms("cells", "vehicle kind")
