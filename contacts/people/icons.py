"""The marks of the three target groups, wherever one is shown."""

from contacts.people.models.roles import Group

GROUP_ICONS = {Group.DECISION_MAKER: "briefcase", Group.USER: "key", Group.DRIVER: "steering-wheel"}
