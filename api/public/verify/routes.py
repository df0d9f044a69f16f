"""`/verify`: whether a paper is genuine, for anybody, in a browser without a log-in and without JavaScript.

What the QR codes of papers open. The codes never stand in an address that is sent: a QR code has them behind the
`#`, the form sends them in its body (docs/decisions/0045-a-paper-is-checked-by-anybody.md).
"""

import re
from typing import Any, Final
from urllib.parse import unquote

import flask
from marshmallow import fields, validate

from api.edge.blueprint import Blueprint
from api.edge.context import Language, container, here
from api.edge.limits import count_call, count_try
from api.edge.problems import document
from api.edge.schemas import RequestSchema
from api.edge.transactions import unit_of_work
from api.public.verify import pages, papers
from kernel.errors import DomainError
from mobile_contract.problems import PROBLEMS
from mobile_contract.vocabulary import LANGUAGES
from residence.receipts.codes import read_code
from residence.receipts.receipts import verify_receipt
from tracking.codes import normalise_code
from tracking.service.slips import check_slip

blueprint = Blueprint("verify", description="A page that says whether a paper is genuine.")
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
_ASSETS: Final = {"page.js": ("text/javascript", pages.SCRIPT), "page.css": ("text/css", pages.STYLE)}
# What a QR code holds, old or new, typed or pasted into one field.
_WHOLE: Final = re.compile(r"(?:^|#)(MCR?1)\|([^|]{1,60})\|([^|]{1,64})$")
_BODY: Final = 4096


class PageQuery(RequestSchema):
    language = fields.String(load_default=None, validate=validate.OneOf(LANGUAGES))


@blueprint.operation("GET", "/verify", "readVerifyPage", query=PageQuery(), documented=False, media_type="text/html")
def read_verify_page(query: dict[str, Any]) -> flask.Response:
    return _page(pages.form_page(_language(query)))


@blueprint.operation(
    "POST",
    "/verify",
    "checkPaper",
    query=PageQuery(),
    documented=False,
    media_type="text/html",
    takes="application/x-www-form-urlencoded",
    body_limit=_BODY,
)
def check_paper(query: dict[str, Any]) -> flask.Response:
    language = _language(query)
    try:
        told, status = _checked(*_typed(), language), 200
    except DomainError as error:
        said = document(error, language, here().request_id)
        lines = [said["detail"], *(each["message"] for each in said.get("errors", ()))]
        told, status = pages.refused(language, lines), PROBLEMS[error.code].status
    return _page(pages.form_page(language, told), status)


@blueprint.operation("GET", "/verify/<name>", "readVerifyAsset", documented=False)
def read_verify_asset(name: str) -> flask.Response:
    if name not in _ASSETS:
        raise DomainError("not_found")
    kind, content = _ASSETS[name]
    response = flask.Response(content, mimetype=kind)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _typed() -> tuple[str, str]:
    """Both codes, also where the whole content of a QR code stands in one field. Raises `paper_codes_needed`."""
    code, secret = (here().form.get(name, "").strip() for name in ("code", "secret"))
    whole = _WHOLE.search(unquote(code))
    if whole is not None:
        return whole[2], whole[3]
    if not code or not secret:
        raise DomainError("paper_codes_needed")
    return code, secret


def _checked(code: str, secret: str, language: Language) -> str:
    """What the paper should say. Raises `lookup_failed`, `slip_not_yet`, `receipt_unknown`, `too_many_requests`."""
    count_call("lookup", here())
    place = 0 if language == "vi" else 1
    receipt = read_code(code)
    if receipt:
        count_try("receipt_code", receipt, tries=10, window_s=900)
        with unit_of_work() as work:
            verified = verify_receipt(work, code, secret)
            return pages.genuine(language, papers.RECEIPT[place], papers.receipt_rows(verified, language))
    count_try("lookup_code", normalise_code(code) or code, tries=10, window_s=900)
    with unit_of_work() as work:
        checked = check_slip(work, container().office, code, secret)
    return pages.genuine(language, papers.SLIP[place], papers.slip_rows(checked, language))


def _language(query: dict[str, Any]) -> Language:
    chosen: Language | None = query["language"]
    return chosen or here().language


def _page(content: str, status: int = 200) -> flask.Response:
    response = flask.Response(content, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
