"""The port to the national business registry (Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp)."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """What the registry holds of a tax code. `representatives` are personal numbers of its legal representatives."""

    number: str = field(repr=False)
    name: str
    active: bool
    representatives: frozenset[str] = field(repr=False)


class BusinessRegistry(Protocol):
    def look_up(self, number: str) -> RegistryEntry | None:
        """The entry of a tax code, None for one that is not there. Goes over the network: never in a transaction.

        Raises DomainError `registry_unavailable` (retry_after) when the registry does not answer in time or as agreed.
        """
        ...
