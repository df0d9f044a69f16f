"""What Zalo tells of the account itself: told to operators, and to the plan where it decides by it."""

import structlog

from kernel.observing.metrics import ACCOUNT_EVENTS
from kernel.work import Work
from notify.channels.zalo.receipts import DailyQuotaChanged, TemplateStatusChanged
from notify.channels.zalo.table import NAME
from notify.pool.gateways import change_quota, note_form

_IN_USE = "ENABLE"
_log = structlog.get_logger()


def take_account_event(work: Work, event: TemplateStatusChanged | DailyQuotaChanged) -> None:
    """Logs and counts it; another quota changes what is left of today's, and a template that is not in use is passed
    over until it is again."""
    if isinstance(event, TemplateStatusChanged):
        # Texts go in place of its messages: a person must look.
        in_use = event.after == _IN_USE
        say, kind = (_log.info if in_use else _log.error), "template_status"
        note_form(work.session, NAME, event.template_id, event.after, event.at, in_use=in_use)
        say(
            "zalo.template_changed",
            template_id=event.template_id,
            before=event.before,
            after=event.after,
            reason=event.reason,
        )
    else:
        fewer, kind = event.before is not None and event.after < event.before, "daily_quota"
        (_log.warning if fewer else _log.info)("zalo.quota_changed", before=event.before, after=event.after)
        more = None if event.before is None else event.after - event.before
        change_quota(work.session, NAME, more, event.at)
    ACCOUNT_EVENTS.labels(provider=NAME, event=kind).inc()
