"""Settings from the environment: development when DEBUG is on, else production."""

from fleetportal.settings.env import env

if env.debug():
    from fleetportal.settings.dev import *
else:
    from fleetportal.settings.prod import *
