"""What the caller was told, and how they want to be told."""

from typing import Any
from uuid import UUID

from api.citizen.inbox.schemas import InboxAnswer, InboxQuery, PreferencesAnswer, PreferencesRequest
from api.edge.blueprint import Blueprint
from api.edge.context import actor
from api.edge.paging import read_page, turn_page
from kernel.work import Work
from notify.desk import inbox
from notify.planning import preferences
from notify.planning.plan import Channel
from notify.templates.events import Purpose

blueprint = Blueprint("inbox", description="Notices and preferences (thông báo)")


@blueprint.operation("GET", "/v1/me/inbox", "listNotices", query=InboxQuery(), answer=InboxAnswer(), transaction=True)
def list_notices(work: Work, query: dict[str, Any]) -> Any:
    """Everything the caller was told in the app, newest first, and how much of it is unread."""
    page = read_page(query)
    rows = inbox.list_inbox(work, actor(), limit=page.limit + 1, before=page.after_id)
    body, headers = turn_page(page, rows, lambda item: [str(item.id)], lambda item: item)
    return {**body, "unread": inbox.count_unread(work, actor())}, headers


@blueprint.operation("PUT", "/v1/me/inbox/<uuid:notice_id>/read", "markNoticeRead", status=204, transaction=True)
def mark_notice_read(work: Work, notice_id: UUID) -> None:
    """The caller has opened a notice."""
    inbox.mark_read(work, actor(), notice_id)


@blueprint.operation(
    "GET", "/v1/me/notification-preferences", "readPreferences", answer=PreferencesAnswer(), transaction=True
)
def read_preferences(work: Work) -> dict[str, Any]:
    """For each purpose, the channels the caller wants."""
    return _shown(preferences.read_preferences(work, actor()))


@blueprint.operation(
    "PATCH",
    "/v1/me/notification-preferences",
    "savePreferences",
    body=PreferencesRequest(),
    answer=PreferencesAnswer(),
    transaction=True,
    problems=("preference_refused",),
)
def save_preferences(work: Work, body: dict[str, dict[str, bool]]) -> dict[str, Any]:
    """Switches channels on or off for a purpose. What the law wants told cannot be muted altogether."""
    asked = {
        Purpose(purpose): {Channel(channel): wanted for channel, wanted in channels.items()}
        for purpose, channels in body.items()
    }
    return _shown(preferences.save_preferences(work, actor(), asked))


def _shown(choices: preferences.Choices) -> dict[str, Any]:
    return {
        str(purpose): {str(channel): wanted for channel, wanted in channels.items()}
        for purpose, channels in choices.items()
    }
