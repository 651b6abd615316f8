from accounts.models.centre import Centre, CentreGroupPermission, CentreUserPermission
from accounts.models.user import User, serving

from accounts.models.company import Address, Company, Phase, Sector, Tier, in_reach, rights_over, ways_in  # isort: skip
from accounts.models.assignment import Assignment, who_serves  # isort: skip
from accounts.models.pairs import CompanyPair  # isort: skip
from accounts.models.touched import TouchedCompany, derived  # isort: skip
from accounts.models.vehicle import Contract, Powertrain, Use, Vehicle  # isort: skip

__all__ = [
    "Address",
    "Assignment",
    "Centre",
    "CentreGroupPermission",
    "CentreUserPermission",
    "Company",
    "CompanyPair",
    "Contract",
    "Phase",
    "Powertrain",
    "Sector",
    "Tier",
    "TouchedCompany",
    "Use",
    "User",
    "Vehicle",
    "derived",
    "in_reach",
    "rights_over",
    "serving",
    "ways_in",
    "who_serves",
]
