"""How far the mailbox has been read."""

from django.db import models


class ReadMailbox(models.Model):
    """A folder of a server: all messages up to `last_uid` have been taken in. Another `validity` means that its uids began anew."""

    name = models.CharField(max_length=64, unique=True)  # SHA-256 of user, host and folder
    validity = models.BigIntegerField()
    last_uid = models.BigIntegerField()
    looked_at = models.DateTimeField()
