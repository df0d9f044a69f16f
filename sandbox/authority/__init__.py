"""The lodging authority's portal (API v1.4): foreign and Vietnamese guests, dates of leaving, with its bad manners."""

from sandbox.authority.api import LodgingAuthority

__all__ = ["LodgingAuthority"]
