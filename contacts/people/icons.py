"""The icons of the three target groups."""

from contacts.people.models.roles import Group

GROUP_ICONS = {Group.DECISION_MAKER: "briefcase", Group.USER: "key", Group.DRIVER: "steering-wheel"}
