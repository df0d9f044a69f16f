"""What Zalo tells of the account itself: told to operators, and to the plan where it decides by it."""

import structlog

from kernel.metrics import ACCOUNT_EVENTS
from kernel.work import Work
from notify.channels.zalo_receipts import DailyQuotaChanged, TemplateStatusChanged
from notify.channels.zalo_table import NAME
from notify.gateways import change_quota

_IN_USE = "ENABLE"
_log = structlog.get_logger()


def take_account_event(work: Work, event: TemplateStatusChanged | DailyQuotaChanged) -> None:
    """Logs and counts it; another quota changes what is left of today's."""
    if isinstance(event, TemplateStatusChanged):
        # Messages of a template that is not in use are refused, and texts go in their place: a person must look.
        say, kind = (_log.info if event.after == _IN_USE else _log.error), "template_status"
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
        change_quota(work.session, NAME, more, work.now())
    ACCOUNT_EVENTS.labels(provider=NAME, event=kind).inc()
