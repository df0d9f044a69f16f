"""Delivery receipts. A forged one is refused; a repeated one is answered like the first; the thinking is done later."""

from urllib.parse import parse_qsl
from uuid import UUID

import flask

from api.edge.answers import json_answer, no_content
from api.edge.blueprint import Blueprint
from api.edge.context import container, here
from api.edge.transactions import unit_of_work
from api.webhooks.schemas import TakenAnswer
from kernel.errors import DomainError
from notify.channels.esms.receipts import CALLBACK_PURPOSE, read_callback, valid_callback
from notify.channels.twilio.receipts import SIGNATURE_HEADER, read_receipt, valid_signature
from notify.channels.zalo import receipts as zalo_receipts
from notify.channels.zalo.account_events import take_account_event
from notify.ports import ReceiptNote
from notify.receipts.applying import DRAIN, new_receipt, note_stranger

blueprint = Blueprint("webhooks", description="What gateways report back")
_BODY_LIMIT = 64 * 1024
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 60
_LONGEST_QUERY = 8 * 1024


@blueprint.operation(
    "POST",
    "/v1/webhooks/twilio/<uuid:attempt_id>",
    "takeTwilioReceipt",
    status=204,
    body_limit=_BODY_LIMIT,
    takes=_FORM,
    headers={SIGNATURE_HEADER: "HMAC of the address and the form, by the account's token."},
    problems=("signature_invalid",),
)
def take_twilio_receipt(attempt_id: UUID) -> flask.Response:
    """A delivery receipt, signed by the gateway."""
    request, held = here(), container()
    if request.mimetype != _FORM:
        raise DomainError("unsupported_media_type")
    raw = request.get_data(cache=False)
    params = _fields(raw)
    # The gateway signs the address it was given, which behind a proxy is not the one this process sees.
    url = f"{held.settings.public_base_url}{request.path}"
    settings = held.notify.twilio
    signature = request.headers.get(SIGNATURE_HEADER, "")
    # Of a gateway that is not in use nothing can be believed.
    if settings is None or not valid_signature(url, params, signature, settings.auth_token):
        raise DomainError("signature_invalid")
    _store(attempt_id, read_receipt(params), raw)
    return no_content()


@blueprint.operation(
    "GET",
    "/v1/webhooks/esms/<uuid:attempt_id>/<string:mac>",
    "takeEsmsReceipt",
    status=204,
    open_query=True,
    problems=("signature_invalid",),
)
def take_esms_receipt(attempt_id: UUID, mac: str) -> flask.Response:
    """A delivery receipt, in the query; the gateway signs nothing, so the address is what proves where it is from."""
    request, held = here(), container()
    raw = request.query_string
    if len(raw) > _LONGEST_QUERY:
        raise DomainError("bad_request")
    params = _fields(raw, strict=False)
    key = held.vault.derive(CALLBACK_PURPOSE)
    if held.notify.esms is None or not valid_callback(key, attempt_id, mac, params):
        raise DomainError("signature_invalid")
    _store(attempt_id, read_callback(params), raw)
    return no_content()


@blueprint.operation(
    "POST",
    "/v1/webhooks/zalo",
    "takeZaloEvent",
    answer=TakenAnswer(),
    body_limit=_BODY_LIMIT,
    takes="application/json",
    headers={zalo_receipts.SIGNATURE_HEADER: "mac= and a digest of app id, body, timestamp and the account's secret."},
    problems=("signature_invalid",),
)
def take_zalo_event() -> flask.Response:
    """An event of the official account: a message arrived, or something about the account changed."""
    request, settings = here(), container().notify.zalo
    raw = request.get_data(cache=False)
    signature = request.headers.get(zalo_receipts.SIGNATURE_HEADER, "")
    if settings is None or not zalo_receipts.valid_signature(raw, signature, settings):
        raise DomainError("signature_invalid")
    event = zalo_receipts.read_event(raw)
    if isinstance(event, zalo_receipts.Arrival):
        if event.attempt_id is not None:
            _store(event.attempt_id, event.note, raw)
        else:
            note_stranger(event.note)
    elif isinstance(event, zalo_receipts.TemplateStatusChanged | zalo_receipts.DailyQuotaChanged):
        with unit_of_work() as work:
            take_account_event(work, event)
    # Any other answer than 200, and Zalo posts it again.
    return json_answer(b"{}")


def _store(attempt_id: UUID, note: ReceiptNote, raw: bytes) -> None:
    # Gateways send thousands at once, so receipts share a statement, and ring only now and then.
    held = container()
    if held.receipts.add(new_receipt(held.vault, attempt_id, note, raw)):
        held.bell.ring_lazily(DRAIN)


def _fields(raw: bytes, *, strict: bool = True) -> list[tuple[str, str]]:
    """The pairs of a form or query. Not `strict`: what is no pair is passed over."""
    strict = strict and bool(raw)
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=strict, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise DomainError("bad_request") from None
    if any("\0" in word for field in fields for word in field):
        # No text column holds it, and no gateway means it.
        raise DomainError("bad_request")
    return fields
