"""The electronic-identity provider: OpenID Connect, and people invented to log in with."""

from sandbox.eid.oidc import EidProvider

__all__ = ["EidProvider"]
