"""What the document says of who may call an operation, and how often: read off the permit and the limit themselves."""

from collections.abc import Iterator
from typing import Any, Final

from api.contract.operations import Operation
from api.edge.limits import LIMITS
from api.edge.permits import Permit, SteppedUp, anyone
from kernel.actor import Actor, ActorKind
from mobile_contract.labels import ROLE_LABELS
from mobile_contract.vocabulary import CLIENT_SCOPES, ROLES

USER_TOKEN: Final = "accessToken"  # noqa: S105 - the name of a security scheme
API_KEY: Final = "apiKey"
_LEVEL: Final = 2
_LATELY: Final = {
    "signing": "the last four hours (`MOTCUA_SIGNING_LOGIN_MINUTES`)",
    "admin": "the last 15 minutes (`MOTCUA_ADMIN_LOGIN_MINUTES`)",
}
SECURITY_SCHEMES: Final[dict[str, dict[str, str]]] = {
    USER_TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Access token of a person's log-in: a citizen's, or with `as: officer` an officer's.",
    },
    API_KEY: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "mck_…",
        "description": "Key of a system, in the same header: `Authorization: Bearer mck_…`. An organisation makes it "
        "by `createOrganisationClient`, an agency by `createAgencyClient`; what it may do are its scopes.",
    },
}


def admits(permit: Permit, kind: ActorKind) -> bool:
    """Whether any caller of this kind passes."""
    return permit(Actor(kind, identity_level=_LEVEL, roles=frozenset(ROLES), scopes=frozenset(CLIENT_SCOPES)))


def security_of(permit: Permit) -> list[dict[str, list[str]]]:
    """The security requirements of an operation, any of which is enough."""
    if permit is anyone:
        return []
    people = admits(permit, ActorKind.CITIZEN) or admits(permit, ActorKind.OFFICER)
    systems = admits(permit, ActorKind.CLIENT)
    return [{name: []} for name, holds in ((USER_TOKEN, people), (API_KEY, systems)) if holds]


def described(docstring: dict[str, str], operation: Operation, permit: Permit) -> dict[str, Any]:
    """The security of an operation, and its words: what the docstring says, then who may call it and how often."""
    return {
        "security": security_of(permit),
        "summary": operation.summary or " ".join(docstring.get("summary", "").split()),
        "description": _description(docstring.get("description", ""), operation, permit),
    }


def _description(said: str, operation: Operation, permit: Permit) -> str:
    told = [said, f"**Who:** {_who(permit)}."]
    if isinstance(permit, SteppedUp):
        told.append(f"Needs a log-in of {_LATELY[permit.lately]}, at level {permit.level} or higher, else 403.")
    if operation.limit is not None:
        told += [
            f"At most {limit.tries:,} calls in {limit.window_s:,} s for one {limit.per}."
            for limit in LIMITS[operation.limit]
        ]
    return "\n\n".join(part for part in told if part)


def _who(permit: Permit) -> str:
    if permit is anyone:
        return "anybody, without a log-in"
    callers = [*_people(permit), *_systems(permit)]
    return " or ".join(callers)


def _people(permit: Permit) -> Iterator[str]:
    if admits(permit, ActorKind.CITIZEN):
        yield "a citizen"
    if permit(Actor(ActorKind.OFFICER, identity_level=_LEVEL)):
        yield "an officer of any role"
    else:
        alone = [role for role in ROLES if permit(Actor(ActorKind.OFFICER, roles=frozenset({role}), identity_level=2))]
        yield from (ROLE_LABELS[role][1] for role in alone)


def _systems(permit: Permit) -> Iterator[str]:
    if admits(permit, ActorKind.CLIENT):
        every = frozenset(CLIENT_SCOPES)
        needed = [scope for scope in CLIENT_SCOPES if not permit(Actor(ActorKind.CLIENT, scopes=every - {scope}))]
        yield f"a system by key with the scope {' and '.join(f'`{scope}`' for scope in needed)}"
