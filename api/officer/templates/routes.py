"""Message templates, for an admin of an agency that stands below none: they speak for every agency of the system."""

import json
from typing import Any

from api.edge.blueprint import Blueprint
from api.edge.context import actor, container, language
from api.edge.problems import field_problem
from api.officer.templates.schemas import (
    PreviewTemplateRequest,
    SaveTemplateRequest,
    TemplateAnswer,
    TemplatePreviewAnswer,
    TemplatesAnswer,
    TemplateVersionAnswer,
)
from kernel.errors import DomainError
from kernel.work import Work
from notify.templates import service as template_service
from notify.templates.events import VARIABLES
from notify.templates.service import Draft, Listed, Priced

blueprint = Blueprint("templates", description="Texts of messages (mẫu tin)")
_TEMPLATES = "/v1/desk/templates"
_ONE = f"{_TEMPLATES}/<name>"


@blueprint.operation("GET", _TEMPLATES, "listTemplates", answer=TemplatesAnswer(), transaction=True)
def list_templates(work: Work) -> dict[str, Any]:
    """Every event that is told, with the versions in use."""
    _demand_top(work)
    return {"items": [_event(each) for each in template_service.list_templates(work, container().notify.zalo_forms)]}


@blueprint.operation("GET", _ONE, "readTemplate", answer=TemplateAnswer(), transaction=True)
def read_template(work: Work, name: str) -> dict[str, Any]:
    """An event with every version of its templates, newest first within a channel and language."""
    _demand_top(work)
    return _event(template_service.read_template(work, name, container().notify.zalo_forms))


@blueprint.operation(
    "POST",
    f"{_ONE}/preview",
    "previewTemplate",
    body=PreviewTemplateRequest(),
    answer=TemplatePreviewAnswer(),
    transaction=True,
)
def preview_template(work: Work, body: dict[str, Any], name: str) -> dict[str, Any]:
    """How a content looks and what it costs, and everything that saving it would be refused for. Keeps nothing."""
    _demand_top(work)
    prices = {str(route.channel): route.price_vnd for route in container().notify.routes}
    seen = template_service.preview_template(name, _draft(body), body["values"], prices)
    return {
        "shown": _message(seen.shown, body["channel"]),
        "longest": _message(seen.longest, body["channel"]),
        "problems": [field_problem(each, language()) for each in seen.problems],
    }


@blueprint.operation(
    "POST",
    f"{_ONE}/versions",
    "saveTemplateVersion",
    body=SaveTemplateRequest(),
    answer=TemplateVersionAnswer(),
    status=201,
    idempotent=True,
    problems=("template_invalid",),
)
def save_template_version(work: Work, body: dict[str, Any], name: str) -> template_service.Version:
    """Saves a version, used for new messages within seconds. To go back, save what an older version holds."""
    _demand_top(work)
    forms = container().notify.zalo_forms
    return template_service.save_version(work, actor(), name, _draft(body), body["note"], forms)


def _demand_top(work: Work) -> None:
    """Raises `forbidden` for an admin of a part only."""
    agency = container().office.catalogue.agency(work.session, actor().agency_code or "")
    if agency.parent_code is not None:
        raise DomainError("forbidden")


def _draft(body: dict[str, Any]) -> Draft:
    return Draft(body["channel"], body["language"], body["content"])


def _event(listed: Listed) -> dict[str, Any]:
    event = listed.event
    vietnamese, english = event.said
    return {
        "name": event.name,
        "title": vietnamese if language() == "vi" else english,
        "purpose": str(event.purpose),
        "legal": event.legal,
        "urgent": event.urgent,
        "can_wait": event.can_wait,
        "channels": event.channels,
        "variables": [{"name": name, "kind": str(VARIABLES[name])} for name in sorted(event.variables)],
        "versions": listed.versions,
    }


def _message(priced: Priced | None, channel: str) -> dict[str, Any] | None:
    if priced is None:
        return None
    message = priced.message
    content: dict[str, Any] = {"body": message.body} if channel == "sms" else json.loads(message.body)
    return {
        "text": content.get("body"),
        "title": content.get("title"),
        "fields": [{"param": param, "value": value} for param, value in content.get("template_data", {}).items()],
        "encoding": message.encoding,
        "units": message.units,
        "parts": message.parts,
        "price_vnd": priced.price_vnd,
    }
