"""Twilio's Messages API (version 2010-04-01) as its client library knows it, with signed status callbacks."""

from sandbox.twilio.api import TwilioGateway

__all__ = ["TwilioGateway"]
