"""eSMS, a Vietnamese SMS gateway: customer-care texts under a brandname, told about by unsigned GET callbacks."""

from sandbox.esms.api import EsmsGateway

__all__ = ["EsmsGateway"]
