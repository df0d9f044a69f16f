"""Zalo's template messages as an official account's server sees them: OAuth v4, sending, reading, signed events."""

from sandbox.zalo.api import ZaloAccount

__all__ = ["ZaloAccount"]
