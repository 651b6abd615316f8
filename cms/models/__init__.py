from cms.models.brand import HouseBrand
from cms.models.pages import EventPage, HomePage, PublicPage

__all__ = ["EventPage", "HomePage", "HouseBrand", "PublicPage"]
