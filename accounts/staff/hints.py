"""What the sign-in page says besides: of an installation for trying it, who can sign in."""

from collections.abc import Callable

from fleetportal.core.registry import Registry

# Each returns a sentence, or "" while it has nothing to say. Filled from above.
hints: Registry[Callable[[], str]] = Registry("hints on the sign-in page")
