"""The electronic-identity provider in VNeID's dialect, for the same invented people."""

from sandbox.vneid.provider import VneidProvider

__all__ = ["VneidProvider"]
