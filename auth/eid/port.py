"""The port to an electronic identity provider, whatever dialect it speaks."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What the citizen's browser carries to the provider. `step_up`: it is to ask the person anew."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    step_up: bool = False


@dataclass(frozen=True, slots=True)
class CodeExchange:
    """What we kept to ourselves, needed once the browser is back with a code.

    `fresh_since`: for a log-in that steps up, the instant since which the provider must have seen the person.
    """

    redirect_uri: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    fresh_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EidOrganisation:
    """The organisation whose own account logged in: its tax code, and the name that the provider gives it, if any."""

    number: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True)
class EidIdentity:
    """Who logged in, as the provider vouches. `identity_number` is a valid personal number or None; level 1 or 2.

    `birth_part` is the year or the month ("1950", "1950-06") of a birth of which no more is known.
    `organisation` is set for an account of an organisation; who sits in front of it is then not known.
    """

    issuer: str
    subject: str = field(repr=False)
    identity_number: str | None = field(repr=False)
    full_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    level: int
    authenticated_at: datetime
    organisation: EidOrganisation | None = None
    birth_part: str | None = field(default=None, repr=False)


class EidProvider(Protocol):
    """Both calls go over the network: never call them inside a transaction.

    They raise DomainError `eid_unavailable` (retry_after) when the provider does not answer; everything else is
    `login_failed`, without a hint of which check failed.
    """

    def authorization_url(self, request: AuthorizationRequest) -> str:
        """The address to open in the system browser."""
        ...

    def admitted(self) -> AbstractContextManager[None]:
        """Around one log-in, before anything is used up for it.

        Raises `eid_unavailable` at once when as many log-ins as may are waiting for the provider already.
        """
        ...

    def exchange(
        self, code: str, kept: CodeExchange, *, issuer: str | None = None, encrypt_key: str | None = None
    ) -> EidIdentity:
        """Turns the code of a callback into a verified identity.

        `issuer` is the callback's `iss` and `encrypt_key` its own, where it had them.
        """
        ...
