"""What this package asks of others. Contacts and secrets are read when a text is written, never from an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from notify.sending.states import ReceiptKind


@dataclass(frozen=True, slots=True)
class DossierNotice:
    """What a status notice of one dossier says, and to whom. Names as people write them, with accents.

    `phone` is E.164, or empty where there is none that is the person's. `agency` is the full name of the office ("Ủy
    ban nhân dân phường Điện Bàn"). `handler_name` is the officer's full name; while there is none, `handler_unit` ("Bộ
    phận Tiếp nhận và Trả kết quả") stands for it.
    `received_at`: filed, or accepted once it was. `at`: when the change happened. `answer_by`: until when the agency
    decides on acceptance. `status`: the official name of the state reached. `reason`: what the officer wrote.
    `fee_vnd` in whole đồng. `last_day`: to answer a request for a supplement.
    `person_id` is whose inbox it goes to, `agency_code` who pays.
    """

    person_id: UUID
    agency_code: str
    phone: str
    language: str
    code: str
    agency: str
    handler_name: str | None
    handler_unit: str
    received_at: datetime
    at: datetime
    status: str
    due_at: datetime | None = None
    answer_by: datetime | None = None
    reason: str | None = None
    fee_vnd: int | None = None
    last_day: date | None = None


class DossierDesk(Protocol):
    """Tells what notices about dossiers must say."""

    def notices(self, session: Session, payloads: Sequence[dict[str, Any]]) -> Sequence[DossierNotice | None]:
        """For each event `dossier.state_changed` with these payloads; None when nobody is to be told any more."""
        ...


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code to be typed back by whoever holds the phone (E.164). Worth nothing after `valid_until`."""

    phone: str
    language: str
    code: str
    valid_until: datetime


class CodeDesk(Protocol):
    """Hands out the one-time code of a phone proof."""

    def one_time_code(self, session: Session, proof_id: UUID) -> OneTimeCode | None:
        """None when the proof is over: answered, replaced or expired."""
        ...


@dataclass(frozen=True, slots=True)
class ReceiptNote:
    """What a gateway's delivery receipt says. `event_id` is unique per provider; a repeat carries the same one.

    `status` and `code` are the provider's own words, `reason` the code's meaning. `cost_vnd` is what it charged, where
    it says so.
    """

    provider: str
    event_id: str
    ref: str
    kind: ReceiptKind
    status: str
    code: str | None
    reason: str | None
    cost_vnd: int | None = None
