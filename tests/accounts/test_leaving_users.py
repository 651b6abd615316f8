"""What happened outlives the account of whoever did it."""

from django.db import models

from accounts.models import User
from tests.own_models import own_models

THEIR_OWN = {
    ("accounts.staffrole", "user"),  # their roles; who gave them is in the history
    ("accounts.centreuserpermission", "user"),
    ("contacts.contactrounduserpermission", "user"),  # that they call in a round; their calls stay
}


def test_only_what_is_somebodys_own_is_deleted_with_the_account():
    relations = [one for one in User._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    named = [one.field for one in relations if not one.many_to_many and one.related_model in own_models()]
    gone = {(field.model._meta.label_lower, field.name) for field in named if field.remote_field.on_delete is models.CASCADE}
    own = {
        (field.model._meta.label_lower, field.name)
        for field in named
        if field.model in (User.groups.through, User.user_permissions.through)
    }
    assert gone - own == THEIR_OWN
