from accounts.staff.models.centre import Centre, CentreGroupPermission, CentreUserPermission
from accounts.staff.models.policy import Policy
from accounts.staff.models.role import RoleGroup, StaffRole
from accounts.staff.models.user import User, serving

from accounts.customers.models.company import Address, Company, CompanyIds, Phase, Sector, Tier  # isort: skip
from accounts.customers.models.company import in_reach, rights_over, ways_in  # isort: skip
from accounts.customers.models.assignment import Assignment, responsible_for, who_serves, who_serves_all  # isort: skip
from accounts.customers.models.pairs import CompanyPair  # isort: skip
from accounts.customers.models.standing import Axis, Standing  # isort: skip
from accounts.customers.models.touched import TouchedCompany, derived  # isort: skip
from accounts.customers.models.vehicle import Contract, Powertrain, Use, Vehicle  # isort: skip
from accounts.customers.models.visit import JobLine, OrderKnown, ServiceVisit  # isort: skip

__all__ = [
    "Address",
    "Assignment",
    "Axis",
    "Centre",
    "CentreGroupPermission",
    "CentreUserPermission",
    "Company",
    "CompanyIds",
    "CompanyPair",
    "Contract",
    "JobLine",
    "OrderKnown",
    "Phase",
    "Policy",
    "Powertrain",
    "RoleGroup",
    "Sector",
    "ServiceVisit",
    "StaffRole",
    "Standing",
    "Tier",
    "TouchedCompany",
    "Use",
    "User",
    "Vehicle",
    "derived",
    "in_reach",
    "responsible_for",
    "rights_over",
    "serving",
    "ways_in",
    "who_serves",
    "who_serves_all",
]
