"""How lodgings and their nights are shown to their people."""

from typing import Any

from api.edge.context import language
from api.lodging.lodgings.schemas import LodgingAnswer, NightAnswer
from residence.accounts.account import KnownAccount, sentence
from residence.service.nights import Night
from residence.views import LodgingView


def shown(lodging: LodgingView) -> dict[str, Any]:
    own = {name: getattr(lodging, name) for name in LodgingAnswer().fields if name != "authority_account"}
    return {**own, "authority_account": account_shown(lodging.account)}


def account_shown(account: KnownAccount) -> dict[str, Any]:
    told = {"state": account.state.value, "username": account.username, "since": account.since}
    return {**told, "message": sentence(account.state, language())}


def night_shown(night: Night) -> dict[str, Any]:
    named = {name: getattr(night, name) for name in NightAnswer().fields if hasattr(night, name)}
    return {**night.counts._asdict(), **named, "authority_account": account_shown(night.account)}


def line_shown(lodging: LodgingView, night: Night) -> dict[str, Any]:
    return {**night_shown(night), "lodging_id": lodging.id, "lodging": lodging.name}
