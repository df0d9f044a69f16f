"""Every operation of the document, asked by everyone who might: strangers learn nothing, and owners get through."""

import json
from typing import Any

import pytest

from api.contract.openapi import render_detached
from api.edge.permits import PERMITS
from kernel.actor import Actor, ActorKind
from kernel.ids import new_id
from tests.api.authorisation_requests import Asking, bodies, every_operation
from tests.api.authorisation_support import OWNER_NAME, OWNER_NUMBER, World

OPERATIONS = list(every_operation(json.loads(render_detached())))
GUARDED = [asking for asking in OPERATIONS if not asking.is_open]
# Who our things belong to; everyone else is a stranger to them.
OURS = {"owner", "officer", "partner", "our hotel's system"}
STRANGERS = (
    "other citizen",
    "other hotel",
    "other hotel's front desk",
    "other officer",
    "other police",
    "other commune's partner",
    "partner without scope",
)
# What a caller sends to open something of their own is theirs, so it may well succeed.
OWN_DOING = {"openDraft", "createUpload", "requestPhoneProof", "registerOrganisation"}
# These take away what others ask for, the last two the session they are asked with.
LAST = (
    # A paper sent takes the place of the one that waits.
    "sendOrganisationPaper",
    "revokeOrganisationClient",
    "revokeAgencyClient",
    "discardDraft",
    "deleteUpload",
    "endMember",
    "removePhoto",
    "annulStay",
    "suspendLodging",
    "closeLodging",
    "removePhone",
    "endSession",
    "logOut",
    "endSessions",
)


def _said(response: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """Everything a caller sees; the id of the request was the same."""
    return response.status_code, sorted(response.headers), response.data


def _in_order(operations: list[Asking]) -> list[Asking]:
    return sorted(operations, key=lambda each: LAST.index(each.operation_id) if each.operation_id in LAST else -1)


def test_every_body_is_written_down(world: World) -> None:
    assert {asking.operation_id for asking in OPERATIONS if asking.takes_json} == set(bodies(world))


@pytest.mark.parametrize("name", ["anonymous", "revoked session"])
def test_who_is_nobody_gets_one_answer_for_everything(world: World, name: str) -> None:
    answers = {}
    for asking in GUARDED:
        for absent in (False, True):
            status, headers, body = _said(asking.ask(world, world.callers[name], absent=absent))
            # An upload's answers also say which tus they speak, whoever asks.
            kept = tuple(pair for pair in headers if pair[0] not in ("Content-Length", "Tus-Resumable"))
            answers[asking.operation_id, absent] = status, kept, b"" if asking.method == "HEAD" else body
    assert {status for status, _, _ in answers.values()} == {401}
    assert len({headers for _, headers, _ in answers.values()}) == 1
    assert len({body for _, _, body in answers.values()} - {b""}) == 1


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_sees_what_is_ours_as_absent(world: World, name: str) -> None:
    differing = {}
    for asking in _in_order([each for each in GUARDED if "_id}" in each.path or "{code}" in each.path]):
        ours = _said(asking.ask(world, world.callers[name]))
        nothing = _said(asking.ask(world, world.callers[name], absent=True))
        if ours != nothing or ours[0] not in (403, 404):
            differing[asking.operation_id] = (ours, nothing)
    assert differing == {}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_told_nothing_of_ours(world: World, name: str) -> None:
    leaks = {}
    for asking in _in_order(OPERATIONS):
        response = asking.ask(world, world.callers[name])
        said = response.get_data() + str(sorted(response.headers)).encode()
        # What the caller sent themselves may come back to them.
        sent = asking.target(world, absent=False)
        if asking.takes_json:
            sent += json.dumps(bodies(world)[asking.operation_id], ensure_ascii=False)
        found = [secret for secret in world.secrets if secret.encode() in said and secret not in sent]
        if found or (response.status_code < 400 and _changes_ours(asking)):
            leaks[asking.operation_id] = (response.status_code, found)
    assert leaks == {}


def _changes_ours(asking: Asking) -> bool:
    return asking.method not in ("GET", "HEAD", "OPTIONS") and "_id}" in asking.path and not asking.is_open


def test_a_partner_without_the_scope_may_do_nothing_else(world: World) -> None:
    caller = world.callers["partner without scope"]
    statuses = {each.operation_id: each.ask(world, caller).status_code for each in GUARDED}
    assert {name for name, status in statuses.items() if status != 403} == {"readPartnerOrganisation"}


def test_citizens_do_not_come_behind_the_desk_nor_officers_before_it(world: World) -> None:
    inside = ("/v1/desk", "/v1/staff", "/v1/partner", "/v1/police")
    outside = ("/v1/dossiers", "/v1/organisations", "/v1/lodgings", "/v1/partner", "/v1/police")
    for name, barred in (("owner", inside), ("officer", outside)):
        found = {
            each.operation_id: each.ask(world, world.callers[name]).status_code
            for each in GUARDED
            if each.path.startswith(barred)
        }
        assert set(found.values()) == {403}, found


def test_whose_it_is_gets_through(world: World) -> None:
    """Without this the rest would hold of a house that lets nobody in."""
    stopped = {}
    for asking in _in_order(GUARDED):
        if asking.operation_id == "endSessions":
            world.log_in("owner", OWNER_NUMBER, OWNER_NAME)
        response = asking.ask(world, world.callers[_rightful(asking)])
        problem = response.get_json(silent=True) or {} if response.status_code >= 400 else {}
        # A refusal that speaks of the object's state is an answer to those who may know that state.
        if response.status_code in (400, 401, 404, 415) or problem.get("code") in ("forbidden", "step_up_required"):
            stopped[asking.operation_id] = (response.status_code, problem)
    assert stopped == {}


def test_a_front_desk_system_gets_through_where_its_scopes_say(world: World) -> None:
    caller = world.callers["our front desk"]
    scopes = frozenset({"residence:report", "residence:read"})
    system = Actor(ActorKind.CLIENT, client_id=new_id(), scopes=scopes)
    for asking in _in_order(GUARDED):
        stopped = asking.ask(world, caller).status_code in (403, 404)
        assert stopped is not PERMITS[asking.operation_id](system), asking.operation_id


def test_the_lists_of_the_rightful_show_what_strangers_do_not_see(world: World) -> None:
    shown = {
        "listDossiers": "dossier_id",
        "listInbox": "dossier_id",
        "searchDossiers": "dossier_id",
        "listSessions": "session_id",
        "listOrganisations": "organisation_id",
        "listMembers": "member_id",
        "listOrganisationClients": "organisation_client_id",
        "listOrganisationPapers": "paper_id",
        "listOfficers": "officer_id",
        "listAgencyClients": "agency_client_id",
        "listLodgings": "lodging_id",
        "listNights": "lodging_id",
        "listStays": "stay_id",
        "listBatches": "batch_id",
        "listPoliceLodgings": "lodging_id",
        "listPoliceGuests": "stay_id",
        "searchGuests": "stay_id",
    }
    by_id = {each.operation_id: each for each in OPERATIONS}
    for operation_id, what in shown.items():
        asking = by_id[operation_id]
        assert world.ids[what] in asking.ask(world, world.callers[_rightful(asking)]).get_data(as_text=True)


def _rightful(asking: Asking) -> str:
    if asking.operation_id == "readPartnerOrganisation":
        return "our hotel's system"
    if asking.path.startswith("/v1/partner"):
        return "partner"
    if asking.path.startswith("/v1/police"):
        return "police"
    if asking.path.startswith(("/v1/desk/templates", "/v1/staff/organisations")):
        return "city's admin"
    return "officer" if asking.path.startswith(("/v1/desk", "/v1/staff")) else "owner"
