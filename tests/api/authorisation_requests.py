"""Every operation of the document as a request that is good but for the one who asks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from kernel.clock import local
from kernel.ids import new_id
from tests.api.authorisation_lodging import lodging_bodies, query, raw_body
from tests.api.authorisation_support import Caller, World
from tests.db.tracking.conftest import DIEN_BAN, PHONE
from tests.support.forms import household_form

DRAFTS: Final = frozenset({"saveForm", "setPaper", "discardDraft", "submitDossier"})
_REASON: Final = {"reason": "Lý do thử"}


def bodies(world: World) -> Mapping[str, Any]:
    """A body that its operation takes, by operation id."""
    inside = {**_of_citizens(world), **_of_desks(world), **_of_houses(world), **_of_templates()}
    return {**inside, **lodging_bodies(world)}


def _of_citizens(world: World) -> dict[str, Any]:
    return {
        "startLogin": {},
        "completeLogin": {"code": "x", "state": "x", "login_secret": "x"},
        "refreshTokens": {"refresh_token": "x"},
        "openDraft": {"procedure_code": "1.001612", "agency_code": DIEN_BAN, "form_values": {}},
        "saveForm": {"form_values": household_form()},
        "setPaper": {"files": [_sent(world)]},
        "submitDossier": {"notify_phone": PHONE, "papers": {}},
        "answerSupplement": {"papers": {}},
        "askWithdrawal": _REASON,
        "lookUpDossier": {"code": world.ids["code"], "secret": "22222222"},
        "requestPhoneProof": {"phone": "0905000020"},
        "confirmPhoneProof": {"code": "123456"},
        "takeZaloEvent": {"event_name": "follow"},
        "savePreferences": {"dossier_status": {"zalo": False}},
    }


def _of_desks(world: World) -> dict[str, Any]:
    return {
        "acceptDossier": {},
        "resendMessage": {},
        "redirectMessage": {"phone": "0905000021", "reason": "new_number"},
        "cancelMessage": {"reason": "sent_by_mistake"},
        "redriveDeadLetters": {"kind": "message", "ids": [world.ids["message_id"]]},
        "setMessageBudget": {"limit_vnd": 1000000},
        "declineDossier": _REASON,
        "requestSupplement": _REASON,
        "startProcessing": {},
        "moveStep": {"action": "advance"},
        "attachResult": {"kind": "giay_chung_nhan", "file": _sent(world)},
        "finishDossier": {},
        "handOverResult": {"way": "counter"},
        "settleWithdrawal": {"grant": True},
        "stopDossier": _REASON,
        "undoLastAction": _REASON,
        "searchDossiers": {"text": "Nguyễn"},
    }


def _of_houses(world: World) -> dict[str, Any]:
    now = world.held.clock.now()
    today = local(now).date().isoformat()
    key = {"name": "Máy chủ thử", "expires_at": (now + timedelta(days=5)).isoformat()}
    office = {"identity_number": "049080000044", "display_name": "Ngô Thử", "agency_code": DIEN_BAN}
    member = {"identity_number": "049080000045", "display_name": "Người Làm", "role": "staff"}
    hotel = {"kind": "hotel", "name": "Khách sạn Mới", "registration_number": "4009999999"}
    return {
        "registerOrganisation": {**hotel, "display_name": "Người Mới"},
        "addMember": {**member, "valid_from": today},
        "startOrganisationProof": {},
        "completeOrganisationProof": {"code": "x", "state": "x", "login_secret": "x"},
        "askBusinessRegistry": {},
        "acceptOrganisationPaper": {},
        "refuseOrganisationPaper": _REASON,
        "withdrawOrganisationProof": _REASON,
        "changeMember": {"display_name": "Người Làm Khác"},
        "takeOverOrganisationClient": {},
        "takeOverAgencyClient": {},
        "createOrganisationClient": {**key, "scopes": ["organisation:read"]},
        "createAgencyClient": {**key, "scopes": ["dossiers:status"], "agency_code": DIEN_BAN},
        "appointOfficer": {**office, "roles": ["receiver"], "valid_from": today},
        "endOffice": {},
    }


def _of_templates() -> dict[str, Any]:
    text = "{agency}: hồ sơ {code} tiếp nhận {received}, cán bộ {handler}, hẹn trả {due}"
    draft = {"channel": "sms", "language": "vi", "content": {"text": text, "parts": 2}}
    return {"previewTemplate": {**draft, "values": {"handler": "Nguyễn Văn Thử"}}, "saveTemplateVersion": draft}


def _sent(world: World) -> dict[str, Any]:
    return {
        "upload_id": world.ids["upload_id"],
        "sha256": world.ids["upload_sha256"],
        "size": int(world.ids["upload_size"]),
    }


@dataclass(frozen=True)
class Asking:
    """One operation of the document; `path` has its parameters in braces."""

    operation_id: str
    method: str
    path: str
    is_open: bool
    takes_json: bool

    def target(self, world: World, *, absent: bool) -> str:
        """The path for what is ours, or for what is not there at all."""
        filled = self.path
        for name, value in self._values(world, absent=absent).items():
            filled = filled.replace("{" + name + "}", value)
        assert "{" not in filled, filled
        return filled

    def _values(self, world: World, *, absent: bool) -> dict[str, str]:
        nowhere = str(new_id())
        ours: dict[str, str] = {
            **world.ids,
            "login_id": nowhere,
            "attempt_id": nowhere,
            "mac": "x",
            "paper_code": "giay_de_nghi",
            "name": "dossier.accepted",
            "list_name": "provinces",
        }
        if self.operation_id in DRAFTS:
            ours["dossier_id"] = world.ids["draft_id"]
        owner = "organisation" if "organisation_id" in self.path else "agency"
        ours["client_id"] = world.ids[f"{owner}_client_id"]
        if self.operation_id == "readProcedure":
            return {"code": "1.001612"}
        if absent:
            gone = {name: str(new_id()) for name in ours if name.endswith("_id")}
            ours |= gone | {"code": f"{world.ids['code'][:-4]}9999", "agency_code": "H99.99999"}
        return ours

    def ask(self, world: World, caller: Caller, *, absent: bool = False, language: str = "vi") -> Any:
        headers = {
            **caller.headers(),
            "Idempotency-Key": str(new_id()),
            "If-Match": "*",
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Upload-Length": "17",
            "X-Request-Id": "authorisation-test",
            "Accept-Language": language,
        }
        sent: dict[str, Any] = {"query_string": query(self.operation_id, world), **raw_body(self.operation_id)}
        if self.takes_json:
            sent["json"] = bodies(world)[self.operation_id]
        elif self.operation_id == "sendPiece":
            sent |= {"data": b"x", "content_type": "application/offset+octet-stream"}
        return world.client.open(self.target(world, absent=absent), method=self.method, headers=headers, **sent)


def every_operation(document: Mapping[str, Any]) -> Iterator[Asking]:
    """Straight from the OpenAPI document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "patch", "delete", "head", "options"):
                takes = operation.get("requestBody", {}).get("content", {})
                yield Asking(
                    operation["operationId"],
                    method.upper(),
                    path,
                    operation["security"] == [],
                    "application/json" in takes,
                )
