"""Who may call what: one table, operation id to predicate. 403 comes from here alone; what a caller may not see is 404.

Predicates are pure functions of the actor, so the table can be tested without HTTP.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from kernel.actor import Actor, ActorKind

Permit = Callable[[Actor], bool]


def anyone(_actor: Actor) -> bool:
    """No token is read. Also for callers who prove themselves otherwise: by a signature or by a secret in the body."""
    return True


def citizen(actor: Actor) -> bool:
    return actor.kind is ActorKind.CITIZEN


def officer(actor: Actor) -> bool:
    return actor.kind is ActorKind.OFFICER


def signed_in(actor: Actor) -> bool:
    return actor.kind in (ActorKind.CITIZEN, ActorKind.OFFICER)


def role(*names: str) -> Permit:
    """An officer with at least one of these roles."""
    wanted = frozenset(names)

    def holds(actor: Actor) -> bool:
        return officer(actor) and not wanted.isdisjoint(actor.roles)

    return holds


def identity_level(at_least: int) -> Permit:
    """An account identified at least to this level (1 or 2, NĐ 69/2024/NĐ-CP)."""

    def holds(actor: Actor) -> bool:
        return actor.identity_level >= at_least

    return holds


def client(*scopes: str) -> Permit:
    """A partner's system whose key has all of these scopes."""
    wanted = frozenset(scopes)

    def holds(actor: Actor) -> bool:
        return actor.kind is ActorKind.CLIENT and wanted <= actor.scopes

    return holds


@dataclass(frozen=True, slots=True)
class SteppedUp:
    """A permit for people who have proved anew who they are: lately, and at this identity level.

    How lately is a setting: `signing` for acts that bind the agency, `admin` for those that change who may do what.
    """

    permit: Permit
    lately: Literal["signing", "admin"]
    level: int = 1

    def __call__(self, actor: Actor) -> bool:
        return self.permit(actor)


def any_of(*permits: Permit) -> Permit:
    def holds(actor: Actor) -> bool:
        return any(permit(actor) for permit in permits)

    return holds


def all_of(*permits: Permit) -> Permit:
    def holds(actor: Actor) -> bool:
        return all(permit(actor) for permit in permits)

    return holds


PERMITS: Final[dict[str, Permit]] = {
    # system
    "readLiveness": anyone,
    "readReadiness": anyone,
    "readMetrics": anyone,
    "readPublicKeys": anyone,
    "readOpenApi": anyone,
    "readDocsPage": anyone,
    "enterAtRoot": anyone,
    "enterAtVersion": anyone,
    "enterAtVersionSlash": anyone,
    "enterAtDocs": anyone,
    "enterAtDocsSlash": anyone,
    "enterAtPageSlash": anyone,
    "readDocsOpenApi": anyone,
    "readDocsAsset": anyone,
    "readFirstSteps": anyone,
    # log-in and the account: these prove themselves by a code of the provider or by a refresh token
    "startLogin": anyone,
    "completeLogin": anyone,
    "refreshTokens": anyone,
    "logOut": signed_in,
    "readMe": signed_in,
    "listSessions": signed_in,
    "endSession": signed_in,
    "endSessions": SteppedUp(signed_in, "admin"),
    "listPhones": signed_in,
    "removePhone": signed_in,
    "requestPhoneProof": signed_in,
    "confirmPhoneProof": signed_in,
    "listNotices": signed_in,
    "markNoticeRead": signed_in,
    "readPreferences": signed_in,
    "savePreferences": signed_in,
    # catalogue and look-up; a look-up proves itself by the secret in its body
    "listProcedures": anyone,
    "readProcedure": anyone,
    "listAgencies": anyone,
    "listCodeLists": anyone,
    "readCodeList": anyone,
    "lookUpDossier": anyone,
    # For the holder of a slip or a receipt: both codes printed on it prove that they hold it.
    "readVerifyPage": anyone,
    "checkPaper": anyone,
    "readVerifyAsset": anyone,
    "verifyReceipt": anyone,
    # files on their way; an officer uploads results
    "describeUploads": anyone,
    "createUpload": signed_in,
    "locateUpload": signed_in,
    "readUpload": signed_in,
    "sendPiece": signed_in,
    "deleteUpload": signed_in,
    # the citizen's dossiers; whose they are is asked of the rows, so that a stranger's answer as absent ones do
    "openDraft": citizen,
    "listDossiers": citizen,
    "readDossier": citizen,
    "saveForm": citizen,
    "setPaper": citizen,
    "discardDraft": citizen,
    "submitDossier": citizen,
    "answerSupplement": citizen,
    "askWithdrawal": citizen,
    "readSlip": citizen,
    "explainDeadline": citizen,
    "readFile": citizen,
    # lodgings: whose they are is asked of the rows; a hotel's system needs a scope
    "changeLodging": citizen,
    "closeLodging": SteppedUp(citizen, "admin"),
    "registerLodging": citizen,
    "resubmitLodging": citizen,
    "setRooms": citizen,
    "setStaff": citizen,
    "listStaff": citizen,
    "annulStay": any_of(citizen, client("residence:report")),
    "acceptBatch": any_of(citizen, client("residence:report")),
    "correctStay": any_of(citizen, client("residence:report")),
    "extendStay": any_of(citizen, client("residence:report")),
    "leaveEarly": any_of(citizen, client("residence:report")),
    "reportGuests": any_of(citizen, client("residence:report")),
    "reportNil": any_of(citizen, client("residence:report")),
    "sendBatch": any_of(citizen, client("residence:report")),
    "setPhoto": any_of(citizen, client("residence:report")),
    "removePhoto": citizen,
    "readDocument": any_of(citizen, client("residence:report")),
    "findGuest": any_of(citizen, client("residence:read", "residence:report")),
    "listBatches": any_of(citizen, client("residence:read")),
    "listFindings": any_of(citizen, client("residence:read")),
    "readBatch": any_of(citizen, client("residence:read")),
    "issueReceipt": any_of(citizen, client("residence:read")),
    "readReceipt": any_of(citizen, client("residence:read")),
    "listUndelivered": any_of(citizen, client("residence:read")),
    "settleUndelivered": any_of(citizen, client("residence:report")),
    "readOfficialSheet": any_of(citizen, client("residence:report")),
    "readOfficialXml": any_of(citizen, client("residence:report")),
    "readErrorSheet": any_of(citizen, client("residence:read")),
    "listLodgings": any_of(citizen, client("residence:read")),
    "listNights": any_of(citizen, client("residence:read")),
    "readLodging": any_of(citizen, client("residence:read")),
    "listRooms": any_of(citizen, client("residence:read")),
    "listStays": any_of(citizen, client("residence:read")),
    "readStay": any_of(citizen, client("residence:read")),
    "readNight": any_of(citizen, client("residence:read")),
    "readPhoto": citizen,
    # the police of the commune
    "approveLodging": role("resident_police"),
    "refuseLodging": role("resident_police"),
    "resumeLodging": role("resident_police"),
    "suspendLodging": role("resident_police"),
    "listDuplicates": role("resident_police"),
    "listMissing": role("resident_police"),
    "listPoliceGuests": role("resident_police"),
    "listPoliceLodgings": role("resident_police"),
    "readPoliceLodging": role("resident_police"),
    "readStatistics": role("resident_police"),
    "searchGuests": role("resident_police"),
    "exportGuests": SteppedUp(role("resident_police"), "signing", level=2),
    # the officer's desk; the role for each act is asked by the use case, where the step of the process may name it
    "listInbox": officer,
    "searchDossiers": officer,
    # messages; those of other agencies are absent
    "listDossierMessages": officer,
    "readMessage": officer,
    "resendMessage": officer,
    "redirectMessage": officer,
    "cancelMessage": officer,
    "listDeadMessages": officer,
    "listDeadLetters": role("admin"),
    "redriveDeadLetters": SteppedUp(role("admin"), "signing"),
    "readMessageCosts": officer,
    "setMessageBudget": SteppedUp(role("admin"), "admin"),
    "listGateways": officer,
    "readDeskDossier": officer,
    "readDeskFile": officer,
    "explainDeskDeadline": officer,
    "acceptDossier": officer,
    "declineDossier": officer,
    "requestSupplement": officer,
    "startProcessing": officer,
    "moveStep": officer,
    "attachResult": officer,
    "finishDossier": SteppedUp(officer, "signing", level=2),
    "handOverResult": officer,
    "settleWithdrawal": officer,
    "stopDossier": officer,
    "undoLastAction": officer,
    # organisations; whose they are, and with what mandate, is asked of the rows
    "registerOrganisation": SteppedUp(citizen, "admin", level=2),
    "startOrganisationProof": SteppedUp(citizen, "admin", level=2),
    "completeOrganisationProof": citizen,
    "askBusinessRegistry": SteppedUp(citizen, "admin", level=2),
    "sendOrganisationPaper": citizen,
    "listOrganisations": citizen,
    "readOrganisation": citizen,
    "listMembers": citizen,
    "addMember": SteppedUp(citizen, "admin"),
    "changeMember": SteppedUp(citizen, "admin"),
    "endMember": citizen,
    "listOrganisationClients": citizen,
    "createOrganisationClient": SteppedUp(citizen, "admin"),
    "takeOverOrganisationClient": SteppedUp(citizen, "admin"),
    "revokeOrganisationClient": citizen,
    # papers by which organisations prove their tax code
    "listOrganisationPapers": role("appraiser", "leader"),
    "readOrganisationPaper": role("appraiser", "leader"),
    "acceptOrganisationPaper": SteppedUp(role("appraiser", "leader"), "signing", level=2),
    "refuseOrganisationPaper": role("appraiser", "leader"),
    "withdrawOrganisationProof": SteppedUp(role("admin"), "signing", level=2),
    # staff of an agency's subtree
    "listOfficers": role("admin"),
    "appointOfficer": SteppedUp(role("admin"), "admin", level=2),
    "endOffice": SteppedUp(role("admin"), "admin", level=2),
    "listAgencyClients": role("admin"),
    "createAgencyClient": SteppedUp(role("admin"), "admin", level=2),
    "takeOverAgencyClient": SteppedUp(role("admin"), "admin", level=2),
    "revokeAgencyClient": role("admin"),
    # texts of messages; that the agency stands at the top is asked of the rows
    "listTemplates": role("admin"),
    "readTemplate": role("admin"),
    "previewTemplate": role("admin"),
    "saveTemplateVersion": SteppedUp(role("admin"), "admin", level=2),
    # partner systems
    "readPartnerDossier": client("dossiers:status"),
    "readPartnerOrganisation": client("organisation:read"),
    # gateways sign what they post, or are given an address that nobody else knows
    "takeTwilioReceipt": anyone,
    "takeEsmsReceipt": anyone,
    "takeZaloEvent": anyone,
}
