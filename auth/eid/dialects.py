"""Which adapter speaks to the provider of the settings."""

from auth.eid.oidc import OidcProvider
from auth.eid.vneid import VneidProvider
from auth.settings import EidSettings
from kernel.clock import Clock


def open_provider(settings: EidSettings, clock: Clock) -> OidcProvider | VneidProvider:
    """One per process; `close()` at the end."""
    if settings.vneid is not None:
        return VneidProvider(settings, settings.vneid, clock)
    return OidcProvider(settings, clock)
